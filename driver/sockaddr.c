// SPDX-License-Identifier: GPL-2.0-only
/*
 * SOCKADDR and SOCKTUPLE parameters, see sockaddr.h.
 *
 * Sockets are read without their locks, which would not be allowed here: an
 * address that another thread changes meanwhile may come out half old, half
 * new.  A descriptor's own socket is held by a reference of its file.  The peer
 * of a UNIX socket is not, so its name is read without faults and bounded.
 */
#include "sock.h"
#include "sockaddr.h"

#define PATH_BYTES (UNIX_PATH_MAX + 1)		/* with its NUL */

/* What a caller or a socket says, zero behind its end. */
struct address {
	union {
		struct sockaddr any;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
		struct sockaddr_un un;
		u8 bytes[128];	/* a NUL behind every path, and the bound of a mask */
	};
	u32 size;	/* bytes that are there, 0: no address */
};

/* Ports in host order. */
struct inet_end {
	u8 ip[4];
	u16 port;
} __packed;

struct inet6_end {
	u8 ip[16];
	u16 port;
} __packed;

struct inet_name {
	u8 family;
	struct inet_end end;
} __packed;

struct inet6_name {
	u8 family;
	struct inet6_end end;
} __packed;

struct unix_name {
	u8 family;
	char path[PATH_BYTES];
} __packed;

struct inet_tuple {
	u8 family;
	struct inet_end source;
	struct inet_end destination;
} __packed;

struct inet6_tuple {
	u8 family;
	struct inet6_end source;
	struct inet6_end destination;
} __packed;

struct unix_tuple {
	u8 family;
	u64 first;
	u64 second;
	char path[PATH_BYTES];
} __packed;

static void copy_address(struct fm_record *record, struct address *address,
			 unsigned long pointer, u32 size)
{
	memset(address, 0, sizeof(*address));
	size = min_t(u32, size, sizeof(address->un));
	if (!pointer || size < sizeof(address->any.sa_family))
		return;
	if (!fm_copy_user(record, address->bytes, pointer, fm_bounded(size, 0x7f)))
		address->size = size;
}

static bool has_inet(const struct address *address)
{
	return address->any.sa_family == AF_INET && address->size >= sizeof(address->in);
}

static bool has_inet6(const struct address *address)
{
	return address->any.sa_family == AF_INET6 && address->size >= SIN6_LEN_RFC2133;
}

static void set_inet(struct inet_end *end, const struct address *address)
{
	memcpy(end->ip, &address->in.sin_addr, sizeof(end->ip));
	end->port = ntohs(address->in.sin_port);
}

static void set_inet6(struct inet6_end *end, const struct address *address)
{
	memcpy(end->ip, &address->in6.sin6_addr, sizeof(end->ip));
	end->port = ntohs(address->in6.sin6_port);
}

/* The name of a UNIX address up to its first NUL, without the NUL that abstract ones begin with. */
static u32 set_path(char *path, const struct address *address)
{
	const char *from = address->un.sun_path;

	bool abstract = !from[0];

	/* Else from and the bool may be joined by an "or", which eBPF forbids for pointers. */
	OPTIMIZER_HIDE_VAR(from);
	from += abstract;
	return fm_copy_string(path, from, PATH_BYTES);
}

static void push_inet_name(struct fm_record *record, const struct address *address)
{
	struct inet_name name = { .family = AF_INET };

	set_inet(&name.end, address);
	fm_push_bytes(record, &name, sizeof(name));
}

static void push_inet6_name(struct fm_record *record, const struct address *address)
{
	struct inet6_name name = { .family = AF_INET6 };

	set_inet6(&name.end, address);
	fm_push_bytes(record, &name, sizeof(name));
}

static void push_unix_name(struct fm_record *record, const struct address *address)
{
	struct unix_name name = { .family = AF_UNIX };

	fm_push_bytes(record, &name, 1 + set_path(name.path, address));
}

void fm_push_sockaddr_user(struct fm_record *record, unsigned long pointer, u32 size)
{
	struct address address;

	copy_address(record, &address, pointer, size);
	if (address.size && address.any.sa_family == AF_UNIX)
		push_unix_name(record, &address);
	else if (has_inet(&address))
		push_inet_name(record, &address);
	else if (has_inet6(&address))
		push_inet6_name(record, &address);
	else
		fm_push_empty(record);
}

/* Is the peer what the call says, and not what the socket is connected to for good? */
static bool is_named_by_call(struct sock *sk)
{
	u16 type = fm_peek(sk, sk_type);

	return type != SOCK_STREAM && type != SOCK_SEQPACKET;
}

/* What getsockname(2) and getpeername(2) would say. */
static void read_inet(struct sock *sk, struct inet_end *local, struct inet_end *peer)
{
	struct inet_sock *inet = inet_sk(sk);
	u32 ip = (__force u32)fm_peek(inet, inet_rcv_saddr);

	if (!ip)
		ip = (__force u32)fm_peek(inet, inet_saddr);
	memcpy(local->ip, &ip, sizeof(ip));
	local->port = ntohs(fm_peek(inet, inet_sport));
	ip = (__force u32)fm_peek(inet, inet_daddr);
	memcpy(peer->ip, &ip, sizeof(ip));
	peer->port = ntohs(fm_peek(inet, inet_dport));
}

/*
 * A connection fixes the peer, whatever address the call passed beside it.
 * Without one, the passed address is where the data went or came from, also on
 * a datagram socket that connect(2) gave another default.
 */
static void push_inet_tuple(struct fm_record *record, struct sock *sk,
			    enum fm_direction direction, const struct address *name)
{
	struct inet_tuple tuple = { .family = AF_INET };
	struct inet_end local, peer;

	read_inet(sk, &local, &peer);
	if (is_named_by_call(sk) && has_inet(name))
		set_inet(&peer, name);
	tuple.source = direction == FM_INBOUND ? peer : local;
	tuple.destination = direction == FM_INBOUND ? local : peer;
	fm_push_bytes(record, &tuple, sizeof(tuple));
}

static void read_inet6(struct sock *sk, struct inet6_end *local, struct inet6_end *peer)
{
	struct inet_sock *inet = inet_sk(sk);
	struct ipv6_pinfo *info;
	u64 ip[2] = { 0 };

	if (!FM_HAVE_IPV6)
		return;
	fm_peek_to(&ip, sk, sk_v6_rcv_saddr);
	info = inet6_sk(sk);
	if (!ip[0] && !ip[1] && info)
		fm_peek_to(&ip, info, saddr);
	memcpy(local->ip, ip, sizeof(ip));
	local->port = ntohs(fm_peek(inet, inet_sport));
	fm_peek_to(&ip, sk, sk_v6_daddr);
	memcpy(peer->ip, ip, sizeof(ip));
	peer->port = ntohs(fm_peek(inet, inet_dport));
}

static void push_inet6_tuple(struct fm_record *record, struct sock *sk,
			     enum fm_direction direction, const struct address *name)
{
	struct inet6_end local = { 0 }, peer = { 0 };
	struct inet6_tuple tuple = { .family = AF_INET6 };

	read_inet6(sk, &local, &peer);
	if (is_named_by_call(sk) && has_inet6(name))
		set_inet6(&peer, name);
	tuple.source = direction == FM_INBOUND ? peer : local;
	tuple.destination = direction == FM_INBOUND ? local : peer;
	fm_push_bytes(record, &tuple, sizeof(tuple));
}

/* The name a UNIX socket is bound to; no address if it is not. */
static void copy_unix_name(struct address *address, struct sock *sk)
{
	struct unix_address *bound;
	int size;

	memset(address, 0, sizeof(*address));
	if (!sk || fm_probe(bound, &unix_sk(sk)->addr) || !bound)
		return;
	if (fm_probe(size, &bound->len) || size < (int)sizeof(address->any.sa_family))
		return;
	size = min_t(u32, size, sizeof(address->un));
	if (!fm_copy_kernel(address->bytes, bound->name, size))
		address->size = size;
}

static void push_unix_tuple(struct fm_record *record, struct sock *sk,
			    enum fm_direction direction, struct address *name)
{
	struct sock *peer = fm_peek_address(unix_sk(sk), peer);
	struct unix_tuple tuple = { .family = AF_UNIX };
	bool inbound = direction == FM_INBOUND;

	/* An address passed to an unconnected socket is all there is to name the peer. */
	if (inbound || peer)
		copy_unix_name(name, inbound ? sk : peer);
	tuple.first = (unsigned long)(inbound ? sk : peer);
	tuple.second = (unsigned long)(inbound ? peer : sk);
	fm_push_bytes(record, &tuple,
		      offsetof(struct unix_tuple, path) + set_path(tuple.path, name));
}

void fm_push_socktuple(struct fm_record *record, unsigned long fd, enum fm_direction direction,
		       unsigned long name, u32 name_size)
{
	struct socket *socket = fm_socket_get(fd);
	struct sock *sk = fm_sock_of(socket);
	struct address address;

	copy_address(record, &address, sk ? name : 0, name_size);
	switch (sk ? fm_peek(sk, sk_family) : 0) {
	case AF_INET:
		push_inet_tuple(record, sk, direction, &address);
		break;
	case AF_INET6:
		push_inet6_tuple(record, sk, direction, &address);
		break;
	case AF_UNIX:
		push_unix_tuple(record, sk, direction, &address);
		break;
	default:
		fm_push_empty(record);
	}
	fm_socket_put(socket);
}
