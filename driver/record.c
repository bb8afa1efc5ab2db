// SPDX-License-Identifier: GPL-2.0-only
/* The bounded writer; record.h says how it is used. */
#include <linux/compat.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/uio.h>

#include "record.h"

#define LENGTH_SIZE sizeof(u16)		/* no system call has FM_EF_LARGE_PAYLOAD */

void fm_record_begin(struct fm_record *record, u8 *slot, u32 capacity, u16 code, u64 ts_ns,
		     u64 tid, u32 snaplen)
{
	struct fm_record_header header = {
		.ts = ts_ns,
		.tid = tid,
		.type = code,
		.nparams = fm_event_table[code].nparams,
	};

	record->info = &fm_event_table[code];
	record->start = slot;
	record->capacity = capacity;
	record->used = sizeof(header) + header.nparams * LENGTH_SIZE;
	record->param = 0;
	record->snaplen = snaplen;
	record->faults = 0;
	record->failure = 0;
	if (record->used > capacity)
		fm_record_fail(record, FM_LOSS_FULL);
	else
		memcpy(slot, &header, sizeof(header));
}

u32 fm_record_finish(struct fm_record *record)
{
	if (record->failure)
		return 0;
	if (WARN_ON_ONCE(record->param != record->info->nparams)) {
		fm_record_fail(record, FM_LOSS_FAULT);
		return 0;
	}
	memcpy(record->start + offsetof(struct fm_record_header, len), &record->used,
	       sizeof(record->used));
	return record->used;
}

void fm_record_fail(struct fm_record *record, enum fm_loss_reason reason)
{
	if (!record->failure)
		record->failure = 1 + reason;
}

static u32 room_left(const struct fm_record *record)
{
	return record->capacity - record->used;
}

/* A slot of less than the maximum is what a ring that is nearly full had left. */
static void fail_for_room(struct fm_record *record)
{
	fm_record_fail(record, record->capacity < FM_RECORD_MAX ? FM_LOSS_FULL : FM_LOSS_TOO_BIG);
}

/* May a parameter of this width (0: of any) be written here?  If not, that is our bug. */
static bool ready(struct fm_record *record, u32 width)
{
	u32 wanted;

	if (record->failure)
		return false;
	if (!WARN_ON_ONCE(record->param >= record->info->nparams)) {
		wanted = fm_param_width(record->info->params[record->param].type);
		if (!WARN_ON_ONCE(wanted != width))
			return true;
	}
	fm_record_fail(record, FM_LOSS_FAULT);
	return false;
}

/* Takes the next size bytes, which are written, as the next parameter. */
static void take(struct fm_record *record, u32 size)
{
	u16 length = size;

	memcpy(record->start + sizeof(struct fm_record_header) + record->param * LENGTH_SIZE,
	       &length, LENGTH_SIZE);
	record->used += size;
	record->param++;
}

static void push(struct fm_record *record, const void *bytes, u32 size)
{
	if (size > room_left(record) || size > U16_MAX) {
		fail_for_room(record);
		return;
	}
	memcpy(record->start + record->used, bytes, size);
	take(record, size);
}

static void push_number(struct fm_record *record, const void *value, u32 width)
{
	if (ready(record, width))
		push(record, value, width);
}

void fm_push_u8(struct fm_record *record, u8 value)
{
	push_number(record, &value, sizeof(value));
}

void fm_push_u16(struct fm_record *record, u16 value)
{
	push_number(record, &value, sizeof(value));
}

void fm_push_u32(struct fm_record *record, u32 value)
{
	push_number(record, &value, sizeof(value));
}

void fm_push_u64(struct fm_record *record, u64 value)
{
	push_number(record, &value, sizeof(value));
}

void fm_push_res(struct fm_record *record, long ret)
{
	fm_push_u64(record, ret);
}

void fm_push_fd(struct fm_record *record, unsigned long fd)
{
	fm_push_u64(record, (s64)(s32)fd);
}

void fm_push_pid(struct fm_record *record, s64 pid)
{
	fm_push_u64(record, pid);
}

void fm_push_bytes(struct fm_record *record, const void *bytes, u32 size)
{
	if (ready(record, 0))
		push(record, bytes, size);
}

/* The one push that fits every type: nothing. */
void fm_push_empty(struct fm_record *record)
{
	if (record->failure)
		return;
	if (WARN_ON_ONCE(record->param >= record->info->nparams))
		fm_record_fail(record, FM_LOSS_FAULT);
	else
		take(record, 0);
}

void fm_push_string(struct fm_record *record, const char *string)
{
	u32 size;

	if (!string) {
		fm_push_empty(record);
		return;
	}
	if (!ready(record, 0))
		return;
	size = strnlen(string, FM_PATH_MAX - 1);
	if (size + 1 > room_left(record)) {
		fail_for_room(record);
		return;
	}
	memcpy(record->start + record->used, string, size);
	record->start[record->used + size] = 0;
	take(record, size + 1);
}

static bool copy_nofault(void *to, unsigned long pointer, u32 size)
{
	const void __user *from = (const void __user *)pointer;
	bool done;

	pagefault_disable();
	done = access_ok(from, size) && !__copy_from_user_inatomic(to, from, size);
	pagefault_enable();
	return done;
}

int fm_copy_user(struct fm_record *record, void *to, unsigned long pointer, u32 size)
{
	if (copy_nofault(to, pointer, size))
		return 0;
	record->faults++;
	return -EFAULT;
}

/* Might_fault() in here knows about pagefault_disable(), so this is for probes too. */
long fm_copy_string_user(struct fm_record *record, char *to, unsigned long pointer, u32 size)
{
	long length;

	pagefault_disable();
	length = strncpy_from_user(to, (const char __user *)pointer, size);
	pagefault_enable();
	if (length < 0) {
		record->faults++;
		return -EFAULT;
	}
	return length;
}

void fm_push_string_user_max(struct fm_record *record, unsigned long pointer, u32 limit)
{
	char *to = (char *)record->start + record->used;
	u32 size = min(limit, room_left(record));
	long length;

	if (!ready(record, 0))
		return;
	if (!pointer) {
		take(record, 0);
		return;
	}
	if (!size) {
		fail_for_room(record);
		return;
	}
	length = fm_copy_string_user(record, to, pointer, size);
	if (length < 0) {
		take(record, 0);
	} else if (length < size) {
		take(record, length + 1);
	} else if (size < limit) {
		fail_for_room(record);
	} else {
		to[size - 1] = 0;
		take(record, size);
	}
}

void fm_push_string_user(struct fm_record *record, unsigned long pointer)
{
	fm_push_string_user_max(record, pointer, FM_PATH_MAX);
}

void fm_push_data_user(struct fm_record *record, unsigned long pointer, u64 size)
{
	u32 kept = min_t(u64, size, record->snaplen);

	if (!ready(record, 0))
		return;
	if (kept > room_left(record)) {
		fail_for_room(record);
		return;
	}
	if (!pointer || fm_copy_user(record, record->start + record->used, pointer, kept))
		kept = 0;
	take(record, kept);
}

struct vector {
	unsigned long base;
	unsigned long size;
};

static int copy_vector(struct fm_record *record, const struct fm_call *call, unsigned long iov,
		       u32 index, struct vector *vector)
{
	u32 narrow[2];

	if (!call->compat)
		return fm_copy_user(record, vector, iov + index * sizeof(*vector),
				    sizeof(*vector));
	if (fm_copy_user(record, narrow, iov + index * sizeof(narrow), sizeof(narrow)))
		return -EFAULT;
	vector->base = narrow[0];
	vector->size = narrow[1];
	return 0;
}

void fm_push_data_iovec(struct fm_record *record, const struct fm_call *call, unsigned long iov,
			unsigned long count, u64 size)
{
	u32 kept = min_t(u64, size, record->snaplen);
	u32 done = 0, part, i;
	struct vector vector;

	BUILD_BUG_ON(sizeof(struct vector) != sizeof(struct iovec));
	if (!ready(record, 0))
		return;
	if (kept > room_left(record)) {
		fail_for_room(record);
		return;
	}
	count = min_t(unsigned long, count, UIO_MAXIOV);
	for (i = 0; i < count && done < kept; i++) {
		if (copy_vector(record, call, iov, i, &vector))
			break;
		part = min_t(unsigned long, vector.size, kept - done);
		if (fm_copy_user(record, record->start + record->used + done, vector.base, part))
			break;
		done += part;
	}
	take(record, done);
}

void fm_push_dyn(struct fm_record *record, u8 index, u64 value, u32 width)
{
	u8 bytes[1 + sizeof(value)];

	if (WARN_ON_ONCE(width > sizeof(value))) {
		fm_record_fail(record, FM_LOSS_FAULT);
		return;
	}
	bytes[0] = index;
	/* Little-endian, as both processors are: the low bytes come first. */
	memcpy(bytes + 1, &value, width);
	fm_push_bytes(record, bytes, 1 + width);
}

u8 *fm_record_room(struct fm_record *record, u32 *room)
{
	*room = 0;
	if (!ready(record, 0))
		return record->start;
	if (room_left(record) < FM_PATH_MAX) {
		fail_for_room(record);
		return record->start;
	}
	*room = room_left(record);
	return record->start + record->used;
}

void fm_push_built(struct fm_record *record, u32 size)
{
	if (!ready(record, 0))
		return;
	if (WARN_ON_ONCE(size > room_left(record) || size > U16_MAX))
		fm_record_fail(record, FM_LOSS_FAULT);
	else
		take(record, size);
}
