// SPDX-License-Identifier: GPL-2.0-only
/* See socketcall.h. */
#include "socketcall.h"

/* By number of the call (linux/net.h): what it is, and how many arguments lie in memory. */
static const struct {
	u16 sc;
	u8 arguments;
} meant[] = {
	[SYS_SOCKET] = { FM_SC_socket, 3 },
	[SYS_BIND] = { FM_SC_bind, 3 },
	[SYS_CONNECT] = { FM_SC_connect, 3 },
	[SYS_LISTEN] = { FM_SC_listen, 2 },
	[SYS_ACCEPT] = { FM_SC_accept, 3 },
	[SYS_GETSOCKNAME] = { FM_SC_getsockname, 3 },
	[SYS_GETPEERNAME] = { FM_SC_getpeername, 3 },
	[SYS_SOCKETPAIR] = { FM_SC_socketpair, 4 },
	[SYS_SEND] = { FM_SC_send, 4 },
	[SYS_RECV] = { FM_SC_recv, 4 },
	[SYS_SENDTO] = { FM_SC_sendto, 6 },
	[SYS_RECVFROM] = { FM_SC_recvfrom, 6 },
	[SYS_SHUTDOWN] = { FM_SC_shutdown, 2 },
	[SYS_SETSOCKOPT] = { FM_SC_setsockopt, 5 },
	[SYS_GETSOCKOPT] = { FM_SC_getsockopt, 5 },
	[SYS_SENDMSG] = { FM_SC_sendmsg, 3 },
	[SYS_RECVMSG] = { FM_SC_recvmsg, 3 },
	[SYS_ACCEPT4] = { FM_SC_accept4, 4 },
	[SYS_RECVMMSG] = { FM_SC_recvmmsg, 5 },
	[SYS_SENDMMSG] = { FM_SC_sendmmsg, 4 },
};

#ifndef __bpf__
bool fm_socketcall_wanted(const struct fm_filter *filter)
{
	u32 i;

	for (i = SYS_SOCKET; i < ARRAY_SIZE(meant); i++)
		if (fm_filter_has(filter, meant[i].sc))
			return true;
	return false;
}
#endif

void fm_socketcall_expand(struct fm_call *call)
{
	unsigned long number = call->args[0];
	u32 arguments[8] = { 0 };	/* six, and the bound of a mask */
	u32 i;

	if (number < SYS_SOCKET || number >= ARRAY_SIZE(meant))
		return;
	number = array_index_nospec(number, ARRAY_SIZE(meant));
	if (fm_copy_user_plain(arguments, call->args[1],
			       meant[number].arguments * sizeof(arguments[0])))
		return;
	call->sc = meant[number].sc;
	for (i = 0; i < ARRAY_SIZE(call->args); i++)
		call->args[i] = arguments[i];
}
