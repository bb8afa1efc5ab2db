/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The bounded writer of ../record.h for eBPF.
 *
 * The record is built in a slot of twice FM_RECORD_MAX and every position is cut
 * to 16 bits before it is written to: whatever a program does, it stays inside,
 * and the verifier sees that it does.  Where all before it has a fixed size the
 * compiler knows the position, and nothing is cut.
 */
#ifndef FM_BPF_RECORD_H
#define FM_BPF_RECORD_H

#include "bpf/maps.h"

#define LENGTH_SIZE sizeof(u16)
#define IS_CONSTANT(value) __builtin_constant_p(value)

static __always_inline u8 *here(struct fm_record *record)
{
	if (IS_CONSTANT(record->used))
		return record->start + record->used;
	return record->start + fm_bounded(record->used, 0xffff);
}

/* Takes the next size bytes, which are written, as the next parameter. */
static __always_inline void take(struct fm_record *record, u32 size)
{
	u8 *lengths = record->start + sizeof(struct fm_record_header);

	if (IS_CONSTANT(record->param))
		*(u16 *)(lengths + record->param * LENGTH_SIZE) = size;
	else
		*(u16 *)(lengths + fm_bounded(record->param, 0x1f) * LENGTH_SIZE) = size;
	record->used += size;
	record->param++;
}

static __always_inline void fm_push_u8(struct fm_record *record, u8 value)
{
	*here(record) = value;
	take(record, sizeof(value));
}

static __always_inline void fm_push_u16(struct fm_record *record, u16 value)
{
	*(u16 *)here(record) = value;
	take(record, sizeof(value));
}

static __always_inline void fm_push_u32(struct fm_record *record, u32 value)
{
	*(u32 *)here(record) = value;
	take(record, sizeof(value));
}

static __always_inline void fm_push_u64(struct fm_record *record, u64 value)
{
	*(u64 *)here(record) = value;
	take(record, sizeof(value));
}

static __always_inline void fm_push_res(struct fm_record *record, long ret)
{
	fm_push_u64(record, ret);
}

static __always_inline void fm_push_fd(struct fm_record *record, unsigned long fd)
{
	fm_push_u64(record, (s64)(s32)fd);
}

static __always_inline void fm_push_pid(struct fm_record *record, s64 pid)
{
	fm_push_u64(record, pid);
}

static __always_inline void fm_push_empty(struct fm_record *record)
{
	take(record, 0);
}

/* bytes is the program's own memory: the compiler copies a fixed size, a helper another. */
static __always_inline void fm_push_bytes(struct fm_record *record, const void *bytes, u32 size)
{
	if (IS_CONSTANT(size))
		memcpy(here(record), bytes, size);
	else
		bpf_probe_read_kernel(here(record), fm_bounded(size, 0xff), bytes);
	take(record, size);
}

static __always_inline void fm_push_string(struct fm_record *record, const char *string)
{
	long size = string ? bpf_probe_read_kernel_str(here(record), FM_PATH_MAX, string) : 0;

	take(record, size > 0 ? size : 0);
}

static __always_inline int fm_copy_user(struct fm_record *record, void *to,
					unsigned long pointer, u32 size)
{
	long error;

	if (IS_CONSTANT(size))
		error = bpf_probe_read_user(to, size, (void *)pointer);
	else
		error = bpf_probe_read_user(to, fm_bounded(size, 0xffff), (void *)pointer);
	if (!error)
		return 0;
	record->faults++;
	return -EFAULT;
}

/*
 * Copies a string of user memory; its size with the NUL, or an error.  For an empty one
 * the helper says 0 until Linux 6.15 ("maccess: fix strncpy_from_user_nofault() empty
 * string handling").
 */
static __always_inline long fm_bpf_copy_string(u8 *to, u32 limit, u64 pointer)
{
	long size = bpf_probe_read_user_str(to, limit, (void *)pointer);

	if (size)
		return size;
	*to = 0;
	return 1;
}

static __always_inline void fm_push_string_user_max(struct fm_record *record,
						    unsigned long pointer, u32 limit)
{
	long size = 0;

	if (pointer) {
		size = fm_bpf_copy_string(here(record), limit, pointer);
		if (size < 0) {
			record->faults++;
			size = 0;
		}
	}
	take(record, size);
}

static __always_inline void fm_push_string_user(struct fm_record *record, unsigned long pointer)
{
	fm_push_string_user_max(record, pointer, FM_PATH_MAX);
}

/* snaplen is at most FM_SNAPLEN_MAX: 15 bits and that one. */
static __always_inline u32 to_keep(const struct fm_record *record, u64 size)
{
	return size < record->snaplen ? size : record->snaplen;
}

static __always_inline void fm_push_data_user(struct fm_record *record, unsigned long pointer,
					      u64 size)
{
	u32 kept = to_keep(record, size);

	if (!pointer || fm_copy_user(record, here(record), pointer, kept))
		kept = 0;
	take(record, kept);
}

/*
 * Vectors looked at; the kernel allows UIO_MAXIOV.  A call with more shows the sum
 * and the data of the first ones only, which the module would show in full.
 */
#define FM_BPF_VECTORS_MAX 128

static __always_inline int read_vector(u64 iov, u32 index, u32 narrow, u64 *base, u64 *size)
{
	u32 words[2];
	u64 wide[2];

	if (narrow) {
		if (bpf_probe_read_user(words, sizeof(words),
					(void *)(iov + index * sizeof(words))))
			return -EFAULT;
		*base = words[0];
		*size = words[1];
		return 0;
	}
	if (bpf_probe_read_user(wide, sizeof(wide), (void *)(iov + index * sizeof(wide))))
		return -EFAULT;
	*base = wide[0];
	*size = wide[1];
	return 0;
}

/* Bytes that the vectors ask for altogether; those before the first unreadable one. */
FM_BPF_FUNCTION u64 fm_bpf_vectors_size(u64 iov, u32 count, u32 narrow)
{
	struct fm_bpf_cpu *cpu = this_cpu();
	u64 base, size, sum = 0;
	u32 i;

	for (i = 0; i < FM_BPF_VECTORS_MAX; i++) {
		if (i >= count)
			break;
		if (read_vector(iov, i, narrow, &base, &size)) {
			if (cpu)
				count_fault(cpu);
			break;
		}
		sum += size;
	}
	return sum;
}

/* Gathers at most kept bytes of user memory at this offset of the record; how many there were. */
FM_BPF_FUNCTION u32 fm_bpf_gather(u64 iov, u32 count, u32 narrow, u32 kept, u32 at)
{
	struct fm_bpf_cpu *cpu = this_cpu();
	u32 done = 0, part, i;
	u64 base, size;

	if (!cpu)
		return 0;
	for (i = 0; i < FM_BPF_VECTORS_MAX; i++) {
		if (i >= count || done >= kept)
			break;
		if (read_vector(iov, i, narrow, &base, &size)) {
			count_fault(cpu);
			break;
		}
		part = size < kept - done ? size : kept - done;
		if (bpf_probe_read_user(cpu->record + fm_bounded(at + done, 0xffff),
					fm_bounded(part, 0xffff), (void *)base)) {
			count_fault(cpu);
			break;
		}
		/* The same bounds in every round, or the verifier takes each for a new case. */
		done = fm_bounded(done + part, 0xffff);
	}
	return done;
}

static __always_inline void fm_push_data_iovec(struct fm_record *record,
					       const struct fm_call *call, unsigned long iov,
					       unsigned long count, u64 size)
{
	u32 vectors = count < UIO_MAXIOV ? count : UIO_MAXIOV;

	take(record, fm_bpf_gather(iov, vectors, call->compat, to_keep(record, size),
				   record->used));
}

static __always_inline void fm_push_dyn(struct fm_record *record, u8 index, u64 value, u32 width)
{
	u8 *to = here(record);

	*to = index;
	if (width == sizeof(u8))
		to[1] = value;
	else if (width == sizeof(u32))
		*(u32 *)(to + 1) = value;
	else
		*(u64 *)(to + 1) = value;
	take(record, 1 + width);
}

static __always_inline u8 *fm_record_room(struct fm_record *record, u32 *room)
{
	*room = FM_PATH_MAX;
	return here(record);
}

static __always_inline void fm_push_built(struct fm_record *record, u32 size)
{
	take(record, size);
}

static __always_inline void fm_record_begin(struct fm_record *record, struct fm_bpf_cpu *cpu,
					    u32 nparams)
{
	record->start = cpu->record;
	record->used = sizeof(struct fm_record_header) + nparams * LENGTH_SIZE;
	record->param = 0;
	record->snaplen = fm_settings.snaplen;
	record->faults = 0;
}

/* Completes the header; the record's size. */
static __always_inline u32 fm_record_finish(struct fm_record *record, u16 code, u32 nparams,
					    u64 ts_ns, u64 tid)
{
	struct fm_record_header *header = (void *)record->start;

	header->ts = ts_ns;
	header->tid = tid;
	header->len = record->used;
	header->type = code;
	header->nparams = nparams;
	return record->used;
}

#endif
