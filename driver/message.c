// SPDX-License-Identifier: GPL-2.0-only
/* See message.h. */
#include <linux/compat.h>
#include <linux/kernel.h>
#include <linux/socket.h>
#include <linux/uio.h>
#include <net/compat.h>
#include "message.h"

/* Vectors copied at once; the kernel allows UIO_MAXIOV of them. */
#define CHUNK 8

#ifdef CONFIG_COMPAT
static int copy_compat(struct fm_record *record, struct fm_message *message,
		       unsigned long pointer)
{
	struct compat_msghdr header;

	if (fm_copy_user(record, &header, pointer, sizeof(header)))
		return -EFAULT;
	message->name = header.msg_name;
	message->name_size = header.msg_namelen;
	message->iov = header.msg_iov;
	message->iov_count = header.msg_iovlen;
	message->control = header.msg_control;
	message->control_size = header.msg_controllen;
	message->size = sizeof(header);
	return 0;
}

static u64 compat_chunk_size(struct fm_record *record, unsigned long pointer, u32 count)
{
	struct compat_iovec chunk[CHUNK];
	u64 size = 0;
	u32 i;

	if (fm_copy_user(record, chunk, pointer, count * sizeof(chunk[0])))
		return 0;
	for (i = 0; i < count; i++)
		size += chunk[i].iov_len;
	return size;
}
#else
static int copy_compat(struct fm_record *record, struct fm_message *message,
		       unsigned long pointer)
{
	return -EFAULT;
}

static u64 compat_chunk_size(struct fm_record *record, unsigned long pointer, u32 count)
{
	return 0;
}
#endif

static int copy_native(struct fm_record *record, struct fm_message *message,
		       unsigned long pointer)
{
	struct user_msghdr header;

	if (fm_copy_user(record, &header, pointer, sizeof(header)))
		return -EFAULT;
	message->name = (unsigned long)header.msg_name;
	message->name_size = header.msg_namelen;
	message->iov = (unsigned long)header.msg_iov;
	message->iov_count = header.msg_iovlen;
	message->control = (unsigned long)header.msg_control;
	message->control_size = header.msg_controllen;
	message->size = sizeof(header);
	return 0;
}

int fm_message_copy(struct fm_record *record, const struct fm_call *call,
		    struct fm_message *message, unsigned long pointer)
{
	memset(message, 0, sizeof(*message));
	if (call->compat)
		return copy_compat(record, message, pointer);
	return copy_native(record, message, pointer);
}

static u64 native_chunk_size(struct fm_record *record, unsigned long pointer, u32 count)
{
	struct iovec chunk[CHUNK];
	u64 size = 0;
	u32 i;

	if (fm_copy_user(record, chunk, pointer, count * sizeof(chunk[0])))
		return 0;
	for (i = 0; i < count; i++)
		size += chunk[i].iov_len;
	return size;
}

u64 fm_iovec_size(struct fm_record *record, const struct fm_call *call,
		  unsigned long iov, unsigned long count)
{
	u32 step = call->compat ? sizeof(compat_ulong_t) * 2 : sizeof(struct iovec);
	u64 size = 0;
	u32 faults = record->faults;
	u32 i, n;

	count = min_t(unsigned long, count, UIO_MAXIOV);
	for (i = 0; i < count && record->faults == faults; i += n) {
		n = min_t(unsigned long, count - i, CHUNK);
		if (call->compat)
			size += compat_chunk_size(record, iov + i * step, n);
		else
			size += native_chunk_size(record, iov + i * step, n);
	}
	return size;
}
