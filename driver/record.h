/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A record under construction: a bounded writer over a slot of the ring.
 *
 * A fill function pushes the parameters of its event in the order of the
 * event table.  Every push states its type; one that does not fit the table
 * is a bug of ours and is reported once (WARN_ON_ONCE).  Pushes return
 * nothing: the first failure sticks to the record, later pushes do nothing,
 * and the caller discards the slot and counts why.  A fill function therefore
 * reads top to bottom without a branch for errors.
 *
 * Context: tracepoint probes; preemption is off, nothing here sleeps or
 * allocates.  User memory is read by copies that do not fault pages in: what
 * is unreadable becomes an empty parameter and counts as a fault.
 */
#ifndef FM_RECORD_H
#define FM_RECORD_H

#include "kernel.h"
#include "uapi/falcomod_record.h"
#include "uapi/falcomod_ring.h"

#ifndef __bpf__
struct fm_record {
	const struct fm_event_info *info;
	u8 *start;			/* of the slot */
	u32 capacity;			/* bytes of the slot */
	u32 used;			/* bytes written: header, lengths, parameters so far */
	u32 param;			/* index of the next parameter */
	u32 snaplen;			/* bytes of I/O data to keep */
	u32 faults;			/* parameters left empty by unreadable memory */
	int failure;			/* 0, or 1 + enum fm_loss_reason */
};
#else
/* A program's own slot holds more than a record can have, so writing cannot fail. */
struct fm_record {
	u8 *start;			/* of the slot */
	u32 used;
	u32 param;
	u32 snaplen;
	u32 faults;
};
#endif

/* One system call at its end, as fill functions see it. */
struct fm_call {
	unsigned long args[6];		/* as passed, zero-extended for 32-bit callers */
	long ret;			/* raw return value, -errno on failure */
	long nr;			/* native number */
	u16 sc;				/* portable number, enum fm_syscall */
	bool compat;			/* a 32-bit caller: user structs have its layout */
};

/* Pushes exactly info->nparams parameters. */
typedef void (*fm_fill)(struct fm_record *record, const struct fm_call *call);

/*
 * Numbers, by the type in the event table:
 *	u8	UINT8, INT8, FLAGS8, ENUMFLAGS8, SIGTYPE
 *	u16	UINT16, FLAGS16, ENUMFLAGS16, SYSCALLID, PORT
 *	u32	UINT32, INT32, FLAGS32, ENUMFLAGS32, MODE, UID, GID, BOOL, SIGSET
 *	u64	UINT64, INT64, RELTIME, ABSTIME
 *	res	ERRNO, or a PID or FD that is a return value
 *	fd	FD: the low 32 bits, sign-extended; AT_FDCWD is -100
 */
FM_API void fm_push_u8(struct fm_record *record, u8 value);
FM_API void fm_push_u16(struct fm_record *record, u16 value);
FM_API void fm_push_u32(struct fm_record *record, u32 value);
FM_API void fm_push_u64(struct fm_record *record, u64 value);
FM_API void fm_push_res(struct fm_record *record, long ret);
FM_API void fm_push_fd(struct fm_record *record, unsigned long fd);
FM_API void fm_push_pid(struct fm_record *record, s64 pid);

/*
 * Strings: CHARBUF, FSPATH, FSRELPATH.  A NULL or unreadable pointer gives an
 * empty parameter; longer ones are cut to limit, NUL counted.
 */
FM_API void fm_push_string(struct fm_record *record, const char *string);
/* To FM_PATH_MAX. */
FM_API void fm_push_string_user(struct fm_record *record, unsigned long pointer);
FM_API void fm_push_string_user_max(struct fm_record *record, unsigned long pointer, u32 limit);

/* Bytes: BYTEBUF and the composite types, which the caller encodes. */
FM_API void fm_push_bytes(struct fm_record *record, const void *bytes, u32 size);
/* I/O data at a user pointer: min(size, snaplen) bytes. */
FM_API void fm_push_data_user(struct fm_record *record, unsigned long pointer, u64 size);
/* I/O data scattered over a user iovec array; min(size, snaplen) bytes of it. */
FM_API void fm_push_data_iovec(struct fm_record *record, const struct fm_call *call,
			       unsigned long iov, unsigned long count, u64 size);
/* DYN: index byte, then value of the given width (1, 4 or 8 bytes). */
FM_API void fm_push_dyn(struct fm_record *record, u8 index, u64 value, u32 width);
FM_API void fm_push_empty(struct fm_record *record);

/*
 * Space for a parameter that is built in place: returns where it begins and
 * in *room how many bytes there are, at least FM_PATH_MAX, or 0 in a record that
 * has failed; fm_push_built() then says how many were used (0: empty) and leaves
 * what was written behind them for the next.  For paths, argument vectors,
 * cgroup lists.
 */
FM_API u8 *fm_record_room(struct fm_record *record, u32 *room);
FM_API void fm_push_built(struct fm_record *record, u32 size);

/* User memory without faulting pages in: 0, or -EFAULT (and counts a fault). */
FM_API int fm_copy_user(struct fm_record *record, void *to, unsigned long pointer, u32 size);
/* The same for a string: its length without the NUL; size if none was in as many bytes. */
FM_API long fm_copy_string_user(struct fm_record *record, char *to, unsigned long pointer,
				u32 size);

#ifdef __bpf__
#include "bpf/record.h"
#else
void fm_record_begin(struct fm_record *record, u8 *slot, u32 capacity,
		     u16 code, u64 ts_ns, u64 tid, u32 snaplen);
/* Completes header and lengths; returns the size in bytes, 0 after a failure. */
u32 fm_record_finish(struct fm_record *record);
/* Gives the record up for this reason. */
void fm_record_fail(struct fm_record *record, enum fm_loss_reason reason);
#endif

#endif
