// SPDX-License-Identifier: GPL-2.0-only
/* See message.h.  In user space's own layouts, so that neither kernel option nor header matters. */
#include "message.h"

/* Vectors copied at once; the kernel allows UIO_MAXIOV of them. */
#define CHUNK 8

struct narrow_header {
	u32 name;
	u32 name_size;
	u32 iov;
	u32 iov_count;
	u32 control;
	u32 control_size;
	u32 flags;
};

struct narrow_vector {
	u32 base;
	u32 size;
};

struct wide_vector {
	u64 base;
	u64 size;
};

static int copy_narrow(struct fm_record *record, struct fm_message *message,
		       unsigned long pointer)
{
	struct narrow_header header;

	if (fm_copy_user(record, &header, pointer, sizeof(header)))
		return -EFAULT;
	message->name = header.name;
	message->name_size = header.name_size;
	message->iov = header.iov;
	message->iov_count = header.iov_count;
	message->control = header.control;
	message->control_size = header.control_size;
	message->size = sizeof(header);
	return 0;
}

static int copy_wide(struct fm_record *record, struct fm_message *message,
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
		return copy_narrow(record, message, pointer);
	return copy_wide(record, message, pointer);
}

#ifdef __bpf__
u64 fm_iovec_size(struct fm_record *record, const struct fm_call *call,
		  unsigned long iov, unsigned long count)
{
	return fm_bpf_vectors_size(iov, min_t(unsigned long, count, UIO_MAXIOV), call->compat);
}
#else
static u64 narrow_chunk_size(struct fm_record *record, unsigned long pointer, u32 count)
{
	struct narrow_vector chunk[CHUNK];
	u64 size = 0;
	u32 i;

	if (fm_copy_user(record, chunk, pointer, count * sizeof(chunk[0])))
		return 0;
	for (i = 0; i < count; i++)
		size += chunk[i].size;
	return size;
}

static u64 wide_chunk_size(struct fm_record *record, unsigned long pointer, u32 count)
{
	struct wide_vector chunk[CHUNK];
	u64 size = 0;
	u32 i;

	if (fm_copy_user(record, chunk, pointer, count * sizeof(chunk[0])))
		return 0;
	for (i = 0; i < count; i++)
		size += chunk[i].size;
	return size;
}

u64 fm_iovec_size(struct fm_record *record, const struct fm_call *call,
		  unsigned long iov, unsigned long count)
{
	u32 step = call->compat ? sizeof(struct narrow_vector) : sizeof(struct wide_vector);
	u64 size = 0;
	u32 faults = record->faults;
	u32 i, n;

	count = min_t(unsigned long, count, UIO_MAXIOV);
	for (i = 0; i < count && record->faults == faults; i += n) {
		n = min_t(unsigned long, count - i, CHUNK);
		if (call->compat)
			size += narrow_chunk_size(record, iov + i * step, n);
		else
			size += wide_chunk_size(record, iov + i * step, n);
	}
	return size;
}
#endif
