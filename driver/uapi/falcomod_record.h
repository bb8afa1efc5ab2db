/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The record: what a driver writes for one event.
 *
 *	+--------------------+---------------------------+------------------+
 *	| struct             | length of each parameter  | the parameters,  |
 *	| fm_record_header   | u16 × nparams             | back to back     |
 *	| 26 bytes           |                           |                  |
 *	+--------------------+---------------------------+------------------+
 *	 <------------------------------ len ------------------------------>
 *
 * This is byte for byte the event record of the public capture format
 * (version 2): little-endian, packed, nothing aligned and nothing padded, so a
 * record may begin at any address.  Lengths are u32 for the few events with
 * FM_EF_LARGE_PAYLOAD, none of which is a system call.
 *
 * len == sizeof(header) + nparams * sizeof(length) + the sum of the lengths.
 * A parameter of length 0 is absent: a NULL pointer, memory that could not be
 * read, a value that does not exist for this outcome.  Strings carry their
 * final NUL and their length counts it.
 *
 * tid is the thread that made the call, numbered in the initial pid
 * namespace; ts is the wall clock in nanoseconds since the epoch at the end of
 * the call.
 */
#ifndef FALCOMOD_RECORD_H
#define FALCOMOD_RECORD_H

#include "falcomod_events.h"

struct fm_record_header {
	uint64_t ts;		/* ns since the epoch */
	uint64_t tid;
	uint32_t len;		/* of the whole record */
	uint16_t type;		/* enum fm_event_code */
	uint32_t nparams;
} __attribute__((packed));

#define FM_PARAMS_MAX 32u		/* parameters of one event */
#define FM_RECORD_MAX 65536u		/* bytes of one record */
#define FM_PATH_MAX 4096u		/* bytes of a path or other string, its NUL counted */
#define FM_ARGS_MAX 4096u		/* bytes of argv, of envp, of the cgroup list */
#define FM_SNAPLEN_DEFAULT 80u		/* bytes of I/O data kept */
#define FM_SNAPLEN_MAX 32768u

_Static_assert(sizeof(struct fm_record_header) == 26, "capture format, section 2");

#endif
