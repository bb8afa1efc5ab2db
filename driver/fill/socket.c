// SPDX-License-Identifier: GPL-2.0-only
/* Calls on sockets. */
#include "../flags.h"
#include "../message.h"
#include "../sock.h"
#include "../sockaddr.h"
#include "fill.h"

/* The address families of records are numbered as Linux numbers them. */
static void fill_socket(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_u32(record, call->args[0]);
	fm_push_u32(record, call->args[1]);
	fm_push_u32(record, call->args[2]);
	fm_push_u32(record, fm_flags_descriptor(call->args[1] & ~(u64)SOCK_TYPE_MASK));
}

/* The sockets themselves tell the two ends apart; after a failure there are none. */
static void fill_socketpair(struct fm_record *record, const struct fm_call *call)
{
	struct socket *socket = NULL;
	u64 source = 0, peer = 0;
	int ends[2] = { -1, -1 };
	struct sock *sk;

	if (!call->ret && fm_copy_user(record, ends, call->args[3], sizeof(ends))) {
		ends[0] = -1;
		ends[1] = -1;
	}
	if (ends[0] >= 0)
		socket = fm_socket_get(ends[0]);
	sk = fm_sock_of(socket);
	if (sk && fm_peek(sk, sk_family) == AF_UNIX) {
		source = (unsigned long)sk;
		peer = (unsigned long)fm_peek_address(unix_sk(sk), peer);
	}
	fm_socket_put(socket);
	fm_push_res(record, call->ret);
	fm_push_fd(record, ends[0]);
	fm_push_fd(record, ends[1]);
	fm_push_u64(record, source);
	fm_push_u64(record, peer);
	fm_push_u32(record, call->args[0]);
	fm_push_u32(record, call->args[1]);
	fm_push_u32(record, call->args[2]);
}

static void fill_bind(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_sockaddr_user(record, call->args[1], call->args[2]);
	fm_push_fd(record, call->args[0]);
}

static void fill_listen(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_fd(record, call->args[0]);
	fm_push_u32(record, call->args[1]);
}

static void fill_connect(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	if (call->ret == 0 || call->ret == -EINPROGRESS)
		fm_push_socktuple(record, call->args[0], FM_OUTBOUND,
				  call->args[1], call->args[2]);
	else
		fm_push_empty(record);
	fm_push_fd(record, call->args[0]);
	fm_push_sockaddr_user(record, call->args[1], call->args[2]);
}

/* How full the queue of the listening socket is, after this connection has left it. */
static void push_queue(struct fm_record *record, unsigned long fd)
{
	struct socket *socket = fm_socket_get(fd);
	struct sock *sk = fm_sock_of(socket);
	u32 length = 0, limit = 0;

	if (sk) {
		length = fm_peek(sk, sk_ack_backlog);
		limit = fm_peek(sk, sk_max_ack_backlog);
	}
	fm_socket_put(socket);
	fm_push_u8(record, limit && length <= limit ? (u64)length * 100 / limit : 0);
	fm_push_u32(record, length);
	fm_push_u32(record, limit);
}

static void fill_accept(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	if (call->ret >= 0)
		fm_push_socktuple(record, call->ret, FM_INBOUND, 0, 0);
	else
		fm_push_empty(record);
	push_queue(record, call->args[0]);
}

static void fill_accept4(struct fm_record *record, const struct fm_call *call)
{
	fill_accept(record, call);
	fm_push_u32(record, fm_flags_descriptor(call->args[3]));
}

static void push_outbound(struct fm_record *record, const struct fm_call *call,
			  unsigned long name, u32 name_size)
{
	if (call->ret < 0)
		fm_push_empty(record);
	else
		fm_push_socktuple(record, call->args[0], FM_OUTBOUND, name, name_size);
}

static void push_inbound(struct fm_record *record, const struct fm_call *call,
			 unsigned long name, u32 name_size)
{
	if (call->ret < 0)
		fm_push_empty(record);
	else
		fm_push_socktuple(record, call->args[0], FM_INBOUND, name, name_size);
}

/* What could not be sent is recorded like what was. */
static void fill_sendto(struct fm_record *record, const struct fm_call *call)
{
	u64 sent = call->ret > 0 ? call->ret : call->args[2];

	fm_push_res(record, call->ret);
	fm_push_data_user(record, call->args[1], sent);
	fm_push_fd(record, call->args[0]);
	fm_push_u32(record, call->args[2]);
	push_outbound(record, call, call->args[4], call->args[5]);
}

static void fill_recvfrom(struct fm_record *record, const struct fm_call *call)
{
	u32 name_size = 0;

	if (call->ret >= 0 && call->args[4] && call->args[5])
		fm_copy_user(record, &name_size, call->args[5], sizeof(name_size));
	fm_push_res(record, call->ret);
	fm_push_data_user(record, call->args[1], call->ret > 0 ? call->ret : 0);
	push_inbound(record, call, call->args[4], name_size);
	fm_push_fd(record, call->args[0]);
	fm_push_u32(record, call->args[2]);
}

/* send and recv: 32-bit callers have them behind socketcall(2). */
static void fill_send(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_data_user(record, call->args[1], call->ret > 0 ? call->ret : call->args[2]);
	fm_push_fd(record, call->args[0]);
	fm_push_u32(record, call->args[2]);
	push_outbound(record, call, 0, 0);
}

static void fill_recv(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_data_user(record, call->args[1], call->ret > 0 ? call->ret : 0);
	fm_push_fd(record, call->args[0]);
	fm_push_u32(record, call->args[2]);
	push_inbound(record, call, 0, 0);
}

static void fill_sendmsg(struct fm_record *record, const struct fm_call *call)
{
	struct fm_message message;
	u64 size = 0;

	if (!fm_message_copy(record, call, &message, call->args[1]))
		size = fm_iovec_size(record, call, message.iov, message.iov_count);
	fm_push_res(record, call->ret);
	fm_push_data_iovec(record, call, message.iov, message.iov_count,
			   call->ret > 0 ? call->ret : size);
	fm_push_fd(record, call->args[0]);
	fm_push_u32(record, size);
	push_outbound(record, call, message.name, message.name_size);
}

/* Control messages are kept whole within reason: they carry descriptors. */
static void push_control(struct fm_record *record, const struct fm_message *message)
{
	u32 room, size;
	u8 *out = fm_record_room(record, &room);

	size = min_t(unsigned long, message->control_size, min_t(u32, room, FM_ARGS_MAX));
	if (!size || fm_copy_user(record, out, message->control, size))
		size = 0;
	fm_push_built(record, size);
}

static void fill_recvmsg(struct fm_record *record, const struct fm_call *call)
{
	struct fm_message message = { 0 };
	u64 size = call->ret > 0 ? call->ret : 0;

	if (call->ret >= 0)
		fm_message_copy(record, call, &message, call->args[1]);
	fm_push_res(record, call->ret);
	fm_push_u32(record, size);
	fm_push_data_iovec(record, call, message.iov, message.iov_count, size);
	push_inbound(record, call, message.name, message.name_size);
	push_control(record, &message);
	fm_push_fd(record, call->args[0]);
}

/* Of several messages the first is recorded; it begins the array. */
static void fill_sendmmsg(struct fm_record *record, const struct fm_call *call)
{
	struct fm_message message;
	u64 size = 0;

	if (!fm_message_copy(record, call, &message, call->args[1]))
		size = fm_iovec_size(record, call, message.iov, message.iov_count);
	fm_push_res(record, call->ret);
	fm_push_fd(record, call->args[0]);
	fm_push_u32(record, size);
	fm_push_data_iovec(record, call, message.iov, message.iov_count, size);
	push_outbound(record, call, message.name, message.name_size);
}

static void fill_recvmmsg(struct fm_record *record, const struct fm_call *call)
{
	struct fm_message message = { 0 };
	u32 size = 0;

	if (call->ret > 0 && !fm_message_copy(record, call, &message, call->args[1]))
		fm_copy_user(record, &size, call->args[1] + message.size, sizeof(size));
	fm_push_res(record, call->ret);
	fm_push_fd(record, call->args[0]);
	fm_push_u32(record, size);
	fm_push_data_iovec(record, call, message.iov, message.iov_count, size);
	push_inbound(record, call, message.name, message.name_size);
	push_control(record, &message);
}

static void fill_shutdown(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_fd(record, call->args[0]);
	fm_push_u8(record, fm_shutdown_how(call->args[1]));
}

/* getsockname and getpeername: that they were called is all there is. */
static void fill_nothing(struct fm_record *record, const struct fm_call *call)
{
}

FM_FILL_TABLE(socket)
	FM_FILL(SOCKET_X, fill_socket)
	FM_FILL(SOCKETPAIR_X, fill_socketpair)
	FM_FILL(BIND_X, fill_bind)
	FM_FILL(LISTEN_X, fill_listen)
	FM_FILL(CONNECT_X, fill_connect)
	FM_FILL(ACCEPT_5_X, fill_accept)
	FM_FILL(ACCEPT4_6_X, fill_accept4)
	FM_FILL(SEND_X, fill_send)
	FM_FILL(RECV_X, fill_recv)
	FM_FILL(SENDTO_X, fill_sendto)
	FM_FILL(RECVFROM_X, fill_recvfrom)
	FM_FILL(SENDMSG_X, fill_sendmsg)
	FM_FILL(RECVMSG_X, fill_recvmsg)
	FM_FILL(SENDMMSG_X, fill_sendmmsg)
	FM_FILL(RECVMMSG_X, fill_recvmmsg)
	FM_FILL(SHUTDOWN_X, fill_shutdown)
	FM_FILL(GETSOCKNAME_X, fill_nothing)
	FM_FILL(GETPEERNAME_X, fill_nothing)
FM_FILL_TABLE_END
