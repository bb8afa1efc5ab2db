/* SPDX-License-Identifier: GPL-2.0-only */
/* The socket behind a descriptor of the current task, for tracepoint probes. */
#ifndef FM_SOCK_H
#define FM_SOCK_H

#include "kernel.h"

/* NULL where the descriptor is no socket; the caller puts it back. */
static __always_inline struct socket *fm_socket_get(unsigned long fd);
static __always_inline void fm_socket_put(struct socket *socket);
/* The protocol's side of it, or NULL. */
static __always_inline struct sock *fm_sock_of(struct socket *socket);

#ifdef __bpf__
#include "bpf/sock.h"
#else
#include <linux/file.h>

static __always_inline struct socket *fm_socket_get(unsigned long fd)
{
	int error;

	return sockfd_lookup(fd, &error);
}

static __always_inline void fm_socket_put(struct socket *socket)
{
	if (socket)
		sockfd_put(socket);
}

static __always_inline struct sock *fm_sock_of(struct socket *socket)
{
	return socket ? socket->sk : NULL;
}
#endif

#endif
