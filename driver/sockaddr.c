// SPDX-License-Identifier: GPL-2.0-only
/*
 * SOCKADDR and SOCKTUPLE parameters, see sockaddr.h.
 *
 * Sockets are read without their locks, which would not be allowed here: an
 * address that another thread changes meanwhile may come out half old, half
 * new.  A descriptor's own socket is held by a reference of its file.  The peer
 * of a UNIX socket is not, so its name is read without faults and bounded.
 */
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/ipv6.h>
#include <linux/net.h>
#include <linux/uaccess.h>
#include <linux/un.h>
#include <net/af_unix.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/sock.h>
#include "sockaddr.h"

#define PATH_BYTES (UNIX_PATH_MAX + 1)		/* with its NUL */
#define SOCKADDR_BYTES (1 + PATH_BYTES)
#define TUPLE_BYTES (1 + 8 + 8 + PATH_BYTES)

struct address {
	union {
		struct sockaddr any;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
		struct sockaddr_un un;
	};
	u32 size;	/* bytes that are there, 0: no address */
};

struct endpoint {
	u8 ip[16];
	u16 port;	/* host order */
};

static void copy_address(struct fm_record *record, struct address *address,
			 unsigned long pointer, u32 size)
{
	memset(address, 0, sizeof(*address));
	size = min_t(u32, size, sizeof(address->un));
	if (!pointer || size < sizeof(address->any.sa_family))
		return;
	if (!fm_copy_user(record, &address->un, pointer, size))
		address->size = size;
}

/* Whether there is an Internet address of this family, and which. */
static bool parse_ip(const struct address *address, u16 family, struct endpoint *endpoint)
{
	if (address->any.sa_family != family)
		return false;
	if (family == AF_INET && address->size >= sizeof(address->in)) {
		memcpy(endpoint->ip, &address->in.sin_addr, 4);
		endpoint->port = ntohs(address->in.sin_port);
		return true;
	}
	if (family == AF_INET6 && address->size >= SIN6_LEN_RFC2133) {
		memcpy(endpoint->ip, &address->in6.sin6_addr, 16);
		endpoint->port = ntohs(address->in6.sin6_port);
		return true;
	}
	return false;
}

static u32 encode_endpoint(u8 *out, const struct endpoint *endpoint, u32 width)
{
	memcpy(out, endpoint->ip, width);
	memcpy(out + width, &endpoint->port, sizeof(endpoint->port));
	return width + sizeof(endpoint->port);
}

/* The name of a UNIX address up to its first NUL, one more NUL behind it. */
static u32 encode_path(u8 *out, const struct address *address)
{
	const char *path = address->un.sun_path;
	u32 room = 0;
	u32 length;

	if (address->size > offsetof(struct sockaddr_un, sun_path))
		room = address->size - offsetof(struct sockaddr_un, sun_path);
	if (room && !path[0]) {
		path++;
		room--;
	}
	length = strnlen(path, room);
	memcpy(out, path, length);
	out[length] = 0;
	return length + 1;
}

static u32 encode_address(u8 *out, const struct address *address)
{
	struct endpoint endpoint;
	u16 family = address->any.sa_family;

	if (!address->size)
		return 0;
	out[0] = family;
	if (family == AF_UNIX)
		return 1 + encode_path(out + 1, address);
	if (parse_ip(address, family, &endpoint))
		return 1 + encode_endpoint(out + 1, &endpoint, family == AF_INET ? 4 : 16);
	return 0;
}

void fm_push_sockaddr_user(struct fm_record *record, unsigned long pointer, u32 size)
{
	struct address address;
	u8 encoded[SOCKADDR_BYTES];

	copy_address(record, &address, pointer, size);
	fm_push_bytes(record, encoded, encode_address(encoded, &address));
}

/* What getsockname(2) and getpeername(2) would say. */
static void inet_endpoints(const struct sock *sk, struct endpoint *local, struct endpoint *peer)
{
	const struct inet_sock *inet = inet_sk(sk);
	__be32 address = READ_ONCE(inet->inet_rcv_saddr);

	if (!address)
		address = READ_ONCE(inet->inet_saddr);
	memcpy(local->ip, &address, sizeof(address));
	local->port = ntohs(READ_ONCE(inet->inet_sport));
	address = READ_ONCE(inet->inet_daddr);
	memcpy(peer->ip, &address, sizeof(address));
	peer->port = ntohs(READ_ONCE(inet->inet_dport));
}

#if IS_ENABLED(CONFIG_IPV6)
static void inet6_endpoints(const struct sock *sk, struct endpoint *local, struct endpoint *peer)
{
	const struct inet_sock *inet = inet_sk(sk);
	const struct ipv6_pinfo *np = inet6_sk(sk);

	memcpy(local->ip, &sk->sk_v6_rcv_saddr, sizeof(local->ip));
	if (ipv6_addr_any(&sk->sk_v6_rcv_saddr) && np)
		memcpy(local->ip, &np->saddr, sizeof(local->ip));
	local->port = ntohs(READ_ONCE(inet->inet_sport));
	memcpy(peer->ip, &sk->sk_v6_daddr, sizeof(peer->ip));
	peer->port = ntohs(READ_ONCE(inet->inet_dport));
}
#else
static void inet6_endpoints(const struct sock *sk, struct endpoint *local, struct endpoint *peer)
{
	memset(local, 0, sizeof(*local));
	memset(peer, 0, sizeof(*peer));
}
#endif

/*
 * A connection fixes the peer, whatever address the call passed beside it.
 * Without one, the passed address is where the data went or came from, also on
 * a datagram socket that connect(2) gave another default.
 */
static u32 encode_ip_tuple(u8 *out, const struct sock *sk, enum fm_direction direction,
			   const struct address *name)
{
	struct endpoint local, peer;
	u16 family = sk->sk_family;
	u32 width = family == AF_INET ? 4 : 16;
	u32 size = 1;

	if (family == AF_INET)
		inet_endpoints(sk, &local, &peer);
	else
		inet6_endpoints(sk, &local, &peer);
	if (sk->sk_type != SOCK_STREAM && sk->sk_type != SOCK_SEQPACKET)
		parse_ip(name, family, &peer);

	out[0] = family;
	size += encode_endpoint(out + size, direction == FM_INBOUND ? &peer : &local, width);
	size += encode_endpoint(out + size, direction == FM_INBOUND ? &local : &peer, width);
	return size;
}

/* The name a UNIX socket is bound to; no address if it is not. */
static void copy_unix_name(struct address *address, const struct sock *sk)
{
	struct unix_address *bound;
	int size;

	memset(address, 0, sizeof(*address));
	if (!sk || get_kernel_nofault(bound, &unix_sk(sk)->addr) || !bound)
		return;
	if (get_kernel_nofault(size, &bound->len) || size < (int)sizeof(sa_family_t))
		return;
	size = min_t(int, size, sizeof(address->un));
	if (!copy_from_kernel_nofault(&address->un, bound->name, size))
		address->size = size;
}

static u32 encode_unix_tuple(u8 *out, const struct sock *sk, enum fm_direction direction,
			     struct address *name)
{
	const struct sock *peer = READ_ONCE(unix_sk(sk)->peer);
	bool inbound = direction == FM_INBOUND;
	u64 first = (unsigned long)(inbound ? sk : peer);
	u64 second = (unsigned long)(inbound ? peer : sk);

	/* An address passed to an unconnected socket is all there is to name the peer. */
	if (inbound || peer)
		copy_unix_name(name, inbound ? sk : peer);
	out[0] = AF_UNIX;
	memcpy(out + 1, &first, sizeof(first));
	memcpy(out + 9, &second, sizeof(second));
	return 17 + encode_path(out + 17, name);
}

void fm_push_socktuple(struct fm_record *record, unsigned long fd, enum fm_direction direction,
		       unsigned long name, u32 name_size)
{
	struct socket *socket;
	struct address address;
	u8 encoded[TUPLE_BYTES];
	u32 size = 0;
	int error;

	socket = sockfd_lookup(fd, &error);
	if (socket && socket->sk) {
		copy_address(record, &address, name, name_size);
		switch (socket->sk->sk_family) {
		case AF_INET:
		case AF_INET6:
			size = encode_ip_tuple(encoded, socket->sk, direction, &address);
			break;
		case AF_UNIX:
			size = encode_unix_tuple(encoded, socket->sk, direction, &address);
			break;
		}
	}
	if (socket)
		sockfd_put(socket);
	fm_push_bytes(record, encoded, size);
}
