/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the sources that both drivers share take from the kernel.
 *
 * The module and the eBPF programs are built from the same fill/, flags.c,
 * message.c, sockaddr.c and socketcall.c.  Those include this file and no header of
 * the kernel.  Where the two differ in how something is read (a reference is
 * taken here, memory is probed there), the headers beside this one declare a
 * function, with one definition in driver/ and one in driver/bpf/.
 *
 *	FM_API		before such a declaration: linked in the module; inlined in a
 *			BPF program, where calls with pointers need Linux 5.12
 *	FM_API_APART	the same for one that is called in a BPF program too
 *	fm_peek()	a member of a kernel object that another CPU may be writing
 *	fm_peek_address()	the same where the pointer itself is what is recorded
 *	fm_peek_to()	the same for a member that is an array or a struct
 *	fm_probe()	what lies at a kernel address that may be none: 0, or an error
 *	fm_copy_kernel()	the same for as many bytes
 *	fm_copy_user_plain()	the same in the caller's memory
 *	fm_bounded()	a size that is at most mask, which the verifier of BPF must be shown
 */
#ifndef FM_KERNEL_H
#define FM_KERNEL_H

#ifdef __bpf__
#include "bpf/kernel.h"
#else

#include <linux/binfmts.h>
#include <linux/bits.h>
#include <linux/err.h>
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/kernel.h>
#include <linux/magic.h>
#include <linux/mman.h>
#include <linux/net.h>
#include <linux/nospec.h>
#include <linux/openat2.h>
#include <linux/prctl.h>
#include <linux/ptrace.h>
#include <linux/resource.h>
#include <linux/sched.h>
#include <linux/socket.h>
#include <linux/stat.h>
#include <linux/string.h>
#include <linux/types.h>
#include <linux/uaccess.h>
#include <linux/uio.h>
#include <linux/un.h>
#include <net/af_unix.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/sock.h>
#include <uapi/linux/io_uring.h>
#include <uapi/linux/mount.h>

#define FM_API
#define FM_API_APART

#define fm_peek(object, member) READ_ONCE((object)->member)
#define fm_peek_address(object, member) fm_peek(object, member)
#define fm_peek_to(to, object, member) memcpy(to, &(object)->member, sizeof((object)->member))
#define fm_probe(value, pointer) get_kernel_nofault(value, pointer)
#define fm_copy_kernel(to, from, size) copy_from_kernel_nofault(to, from, size)
#define fm_copy_user_plain(to, pointer, size) \
	copy_from_user_nofault(to, (const void __user *)(pointer), size)
#define fm_bounded(value, mask) (value)
#define FM_INODE_SIZE sizeof(struct inode)
#define FM_HAVE_IPV6 IS_ENABLED(CONFIG_IPV6)

/* A string and its NUL, cut to size bytes; returns how many these are. */
static inline u32 fm_copy_string(char *to, const char *from, u32 size)
{
	u32 length = strnlen(from, size - 1);

	memcpy(to, from, length);
	to[length] = 0;
	return length + 1;
}

#endif

#endif
