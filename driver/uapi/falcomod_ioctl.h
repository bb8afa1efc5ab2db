/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The control calls of /dev/falcomod.
 *
 * An open makes a consumer, at rest: no rings, nothing selected.  It is
 * configured and its calls are selected in any order; FM_IOC_START makes the
 * rings (FM_IOC_CONFIGURE is refused with EBUSY from then on), FM_IOC_STOP
 * stops records and keeps the rings; the last close takes all away.  The
 * process that opened the device is the consumer: its own calls give no
 * records.  poll(2) reports POLLIN once a ring holds watermark_bytes, or a
 * record has waited wake_delay_us.
 *
 * Every struct has the same layout for 32-bit callers.  Reserved members must
 * be zero.  A change of any layout is a new FM_ABI_VERSION.
 */
#ifndef FALCOMOD_IOCTL_H
#define FALCOMOD_IOCTL_H

#include "falcomod_events.h"
#include "falcomod_ring.h"

#define FM_ABI_VERSION 1u
#define FM_DEVICE_NAME "falcomod"
#define FM_CPUS_MAX 1024u
#define FM_SYSCALL_WORDS 8u	/* bit n of the map is system call n of enum fm_syscall */
#define FM_VERSION_SIZE 32u

/* Events that no system call ends in. */
#define FM_TP_PROCEXIT (1u << 0)	/* PROCEXIT_1_E */

struct fm_ioc_version {
	uint32_t abi_version;
	uint32_t reserved;
	uint64_t events_hash;			/* fm_events_hash() of the driver's table */
	uint8_t driver_version[FM_VERSION_SIZE];	/* text, NUL-padded */
};

struct fm_ioc_configure {
	uint64_t ring_size;		/* bytes for each CPU; 0: the module's parameter */
	uint32_t snaplen;		/* bytes of I/O data kept, to FM_SNAPLEN_MAX */
	uint32_t watermark_bytes;	/* 0: an eighth of the ring */
	uint32_t wake_delay_us;		/* 0: 10 000 */
	uint32_t reserved;
};

struct fm_ioc_select {
	uint64_t syscalls[FM_SYSCALL_WORDS];
	uint32_t tracepoints;		/* FM_TP_ */
	uint32_t reserved;
};

struct fm_ioc_status {
	uint64_t ring_size;		/* bytes for each CPU */
	uint32_t cpus_generation;	/* grows when a CPU's ring appears */
	uint32_t consumers;		/* opens of the device, this one counted */
	uint64_t cpus[FM_CPUS_MAX / 64];	/* CPUs that have a ring */
};

#define FM_IOC_MAGIC 0xF7
#define FM_IOC_VERSION _IOR(FM_IOC_MAGIC, 0, struct fm_ioc_version)
#define FM_IOC_CONFIGURE _IOW(FM_IOC_MAGIC, 1, struct fm_ioc_configure)
#define FM_IOC_SELECT _IOW(FM_IOC_MAGIC, 2, struct fm_ioc_select)
#define FM_IOC_START _IO(FM_IOC_MAGIC, 3)
#define FM_IOC_STOP _IO(FM_IOC_MAGIC, 4)
#define FM_IOC_STATUS _IOR(FM_IOC_MAGIC, 5, struct fm_ioc_status)

_Static_assert(sizeof(struct fm_ioc_version) == 48, "ABI 1");
_Static_assert(sizeof(struct fm_ioc_configure) == 24, "ABI 1");
_Static_assert(sizeof(struct fm_ioc_select) == 72, "ABI 1");
_Static_assert(sizeof(struct fm_ioc_status) == 144, "ABI 1");

#endif
