/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Addresses in records, as the public capture format stores them: addresses in
 * network order, ports in host order, unpadded.
 *
 *	SOCKADDR   INET   family u8, address 4, port u16
 *	           INET6  family u8, address 16, port u16
 *	           UNIX   family u8, path and NUL
 *	SOCKTUPLE  INET   family u8, source (address 4, port u16), destination
 *	           INET6  family u8, source (address 16, port u16), destination
 *	           UNIX   family u8, two socket pointers u64, path and NUL
 *
 * The source of a tuple is the side that began: the peer for what comes in
 * (accept, recv), this side for what goes out (connect, send).  UNIX sockets
 * follow a rule of their own: incoming, the pointers are own and peer and the
 * path is the own name; outgoing, they are peer and own and the path is the
 * peer's name.  The leading NUL of an abstract name is left out.
 *
 * Other families give an empty parameter.
 */
#ifndef FM_SOCKADDR_H
#define FM_SOCKADDR_H

#include "record.h"

enum fm_direction {
	FM_INBOUND,
	FM_OUTBOUND
};

/* SOCKADDR of a user's struct sockaddr. */
FM_API void fm_push_sockaddr_user(struct fm_record *record, unsigned long pointer, u32 size);

/*
 * SOCKTUPLE of a socket of the current task.  name is the user's struct
 * sockaddr of the peer, or 0: where no connection fixes the peer, it says who
 * it was.
 */
FM_API void fm_push_socktuple(struct fm_record *record, unsigned long fd,
			      enum fm_direction direction, unsigned long name, u32 name_size);

#ifdef __bpf__
#include "sockaddr.c"
#endif

#endif
