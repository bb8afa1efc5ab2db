/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The ring: how records reach user space.
 *
 * Each consumer (an open of the device) has one ring per online CPU.  Mapped
 * with mmap(2) at fm_ring_offset(cpu, …), a ring shows two areas:
 *
 *	control   FM_RING_CONTROL_SIZE bytes, struct fm_ring_control, read-write
 *	data      2 × data_size bytes, read-only: the same pages twice, back to
 *	          back, so that a record is contiguous wherever it begins
 *
 * head and tail count bytes since the ring was made and never wrap (2^64);
 * position p lies at data + (p & (data_size - 1)).  Records are whole: head
 * always stands at the end of one.  head - tail is what is left to read.
 *
 *	producer (the CPU itself, preemption off)  consumer
 *	  tail = load_acquire(tail)                  head = load_acquire(head)
 *	  write the record                           read the records
 *	  store_release(head)                        store_release(tail)
 *
 * The release of head orders the record before it; the release of tail orders
 * the reads before the space is used again.  The consumer publishes tail once
 * per batch.
 *
 * Nothing is lost silently.  Counters are written by the owning CPU alone:
 *
 *	produced == delivered + the sum of lost[][]
 *
 * holds whenever no probe is running on that CPU.
 */
#ifndef FALCOMOD_RING_H
#define FALCOMOD_RING_H

#include "falcomod_events.h"

/* Why a record was not delivered. */
enum fm_loss_reason {
	FM_LOSS_FULL,		/* the consumer is behind */
	FM_LOSS_TOO_BIG,	/* longer than FM_RECORD_MAX or than the ring */
	FM_LOSS_FAULT,		/* something the record cannot do without was unreadable */
	FM_LOSS_NESTED,		/* a probe interrupted a probe on the same CPU */
	FM_LOSS_REASON_MAX
};

#define FM_RING_LINE 64u	/* keeps what different CPUs write apart */

struct fm_ring_control {
	/* Written by the producer. */
	uint64_t head;
	uint64_t produced;		/* records begun */
	uint64_t delivered;		/* records committed */
	uint64_t filtered;		/* selected calls dropped on purpose (the consumer's own) */
	uint64_t faults;		/* parameters left empty because memory was unreadable */
	uint8_t pad0[FM_RING_LINE - 5 * 8];

	/* Written by the consumer. */
	uint64_t tail;
	uint8_t pad1[FM_RING_LINE - 8];

	/* Fixed when the ring is made. */
	uint32_t abi_version;		/* FM_ABI_VERSION */
	uint32_t cpu;
	uint64_t data_size;		/* bytes, a power of two */
	uint8_t pad2[FM_RING_LINE - 16];

	/* Written by the producer. */
	uint64_t lost[FM_LOSS_REASON_MAX][FM_CLASS_MAX];
};

#define FM_RING_CONTROL_SIZE 4096u
#define FM_RING_SIZE_MIN (1u << 20)
#define FM_RING_SIZE_DEFAULT (8u << 20)
#define FM_RING_SIZE_MAX (512u << 20)

/* Offsets for mmap(2): 2 GiB of offset space for each CPU. */
#define FM_RING_CPU_SHIFT 31
#define FM_RING_AREA_CONTROL 0u
#define FM_RING_AREA_DATA (1u << 20)

static inline uint64_t fm_ring_offset(uint32_t cpu, uint32_t area)
{
	return ((uint64_t)cpu << FM_RING_CPU_SHIFT) + area;
}

_Static_assert(sizeof(struct fm_ring_control) <= FM_RING_CONTROL_SIZE, "one page");
_Static_assert(__builtin_offsetof(struct fm_ring_control, tail) == 64, "own line");
_Static_assert(__builtin_offsetof(struct fm_ring_control, lost) == 192, "own lines");
_Static_assert(FM_RING_AREA_DATA + 2ull * FM_RING_SIZE_MAX <= 1ull << FM_RING_CPU_SHIFT,
	       "a ring fits into its CPU's offsets");

#endif
