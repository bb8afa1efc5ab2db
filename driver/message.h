/* SPDX-License-Identifier: GPL-2.0-only */
/* struct msghdr and struct iovec of 64-bit and of 32-bit callers, read alike. */
#ifndef FM_MESSAGE_H
#define FM_MESSAGE_H

#include "record.h"

struct fm_message {
	unsigned long name;		/* struct sockaddr of the peer, or 0 */
	u32 name_size;
	unsigned long iov;
	unsigned long iov_count;
	unsigned long control;
	unsigned long control_size;
	/* Of the caller's struct; msg_len follows it in struct mmsghdr. */
	u32 size;
};

/* 0, or -EFAULT: then the message is all zero. */
FM_API int fm_message_copy(struct fm_record *record, const struct fm_call *call,
			   struct fm_message *message, unsigned long pointer);

/* Bytes that the vectors ask for altogether; those before the first unreadable one. */
FM_API u64 fm_iovec_size(struct fm_record *record, const struct fm_call *call,
			 unsigned long iov, unsigned long count);

#ifdef __bpf__
#include "message.c"
#endif

#endif
