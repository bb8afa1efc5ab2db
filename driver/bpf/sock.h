/* SPDX-License-Identifier: GPL-2.0-only */
/* See ../sock.h. */
#ifndef FM_BPF_SOCK_H
#define FM_BPF_SOCK_H

#include "bpf/files.h"

/* Of files with a socket's inode only sockets have data of their own; O_PATH has none. */
static __always_inline struct socket *fm_socket_get(unsigned long fd)
{
	struct file *file = fm_bpf_file((s32)fd);

	if (!file || (FM_READ(file, f_inode, i_mode) & S_IFMT) != S_IFSOCK)
		return NULL;
	return FM_READ(file, private_data);
}

static __always_inline void fm_socket_put(struct socket *socket)
{
}

static __always_inline struct sock *fm_sock_of(struct socket *socket)
{
	return socket ? FM_READ_ADDRESS(socket, sk) : NULL;
}

#endif
