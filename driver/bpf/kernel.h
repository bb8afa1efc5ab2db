/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel as an eBPF program sees it: see ../kernel.h.
 *
 * vmlinux.h has the kernel's types, macros.h the constants of its headers for
 * user space; both are made by the Makefile.  Members of kernel types are
 * found by name when the programs are loaded, on whatever kernel that is.
 */
#ifndef FM_BPF_KERNEL_H
#define FM_BPF_KERNEL_H

/*
 * What lies in user memory has one layout for ever and may be unknown to the
 * kernel at hand (io_uring is an option): it is declared below, not looked up.
 */
#define io_uring_params kernel_io_uring_params
#define open_how kernel_open_how
#define rlimit64 kernel_rlimit64
#define user_msghdr kernel_user_msghdr
#define sockaddr_un kernel_sockaddr_un
#define sockaddr_in6 kernel_sockaddr_in6
#define in6_addr kernel_in6_addr
#include "vmlinux.h"
#undef io_uring_params
#undef open_how
#undef rlimit64
#undef user_msghdr
#undef sockaddr_un
#undef sockaddr_in6
#undef in6_addr

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "macros.h"

#define FM_API static __always_inline
/*
 * A function of its own, linked: the verifier looks at it once, and takes its result
 * for any number.  Many branches on flags would else be as many cases of all that
 * follows: until Linux 6.4 ("bpf: support precision propagation in the presence of
 * subprogs") no two of them are taken for equal.
 */
#define FM_API_APART __weak __noinline
#define __packed __attribute__((packed))
#define __force
#ifndef offsetof
#define offsetof(type, member) __builtin_offsetof(type, member)
#endif

/* Not in headers for user space. */
#define AF_UNIX 1
#define AF_INET 2
#define AF_INET6 10
#define PF_KTHREAD 0x00200000
#define PF_EXITING 0x00000004
#define FMODE_CREATED (1u << 20)
#define SOCK_TYPE_MASK 0xf
#define S_IALLUGO 07777
#define RLIM64_INFINITY (~0ull)
#define SIN6_LEN_RFC2133 24
#define U16_MAX 0xffff
#define MINORBITS 20

struct open_how {
	u64 flags;
	u64 mode;
	u64 resolve;
};

struct rlimit64 {
	u64 rlim_cur;
	u64 rlim_max;
};

struct user_msghdr {
	u64 msg_name;
	u32 msg_namelen;
	u64 msg_iov;
	u64 msg_iovlen;
	u64 msg_control;
	u64 msg_controllen;
	u32 msg_flags;
};

struct sockaddr_un {
	u16 sun_family;
	char sun_path[UNIX_PATH_MAX];
};

struct sockaddr_in6 {
	u16 sin6_family;
	u16 sin6_port;
	u32 sin6_flowinfo;
	u8 sin6_addr[16];
	u32 sin6_scope_id;
};

struct io_uring_params {
	u32 sq_entries;
	u32 cq_entries;
	u32 flags;
	u32 sq_thread_cpu;
	u32 sq_thread_idle;
	u32 features;
	u32 rest[24];
};

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define BUILD_BUG_ON(condition) _Static_assert(!(condition), #condition)
#define GENMASK(high, low) ((~0ull << (low)) & (~0ull >> (63 - (high))))
#define min_t(type, one, other) ((type)(one) < (type)(other) ? (type)(one) : (type)(other))
#define memset __builtin_memset
#define memcpy __builtin_memcpy
#define ntohs bpf_ntohs
#define OPTIMIZER_HIDE_VAR(variable) asm volatile("" : "+r"(variable))
#define likely(condition) __builtin_expect(!!(condition), 1)
#define unlikely(condition) __builtin_expect(!!(condition), 0)
#ifndef container_of
#define container_of(pointer, type, member) \
	((type *)((char *)(pointer) - __builtin_offsetof(type, member)))
#endif

/*
 * FM_READ(object, a, b) is object->a->b.  Nothing in a kernel object can be trusted to
 * be there, so no read may fault.  Either each is a call to a helper, on every
 * kernel; or, a tenth of the cost, the pointer is declared to the verifier as
 * one to such an object, which it then lets the program read like its own
 * memory, and what faults reads as 0 (bpf_rdonly_cast(), commit a35b9af4ec2c,
 * v6.2).  The programs are built both ways, because some kernels before 5.16
 * refuse a program that names a kernel function they lack, even in dead code.
 */
#ifdef FM_BPF_TYPED
extern void *bpf_rdonly_cast(const void *object, __u32 type) __ksym;

#define FM_TYPED(object) \
	((typeof(object))bpf_rdonly_cast(object, bpf_core_type_id_kernel(typeof(*(object)))))
#define FM_READ_1(object, a) (FM_TYPED(object)->a)
#define FM_READ_2(object, a, b)			\
	({					\
		typeof((object)->a) to_b = FM_READ_1(object, a);	\
		FM_READ_1(to_b, b);		\
	})
#define FM_READ_3(object, a, b, c)		\
	({					\
		typeof((object)->a->b) to_c = FM_READ_2(object, a, b);	\
		FM_READ_1(to_c, c);		\
	})
#define FM_READ_CHOICE(a, b, c, name, ...) name
#define FM_READ(object, ...) \
	FM_READ_CHOICE(__VA_ARGS__, FM_READ_3, FM_READ_2, FM_READ_1)(object, __VA_ARGS__)
#else
#define FM_READ(object, ...) BPF_CORE_READ(object, __VA_ARGS__)
#endif

#define fm_peek(object, member) FM_READ(object, member)
#define fm_peek_address(object, member) FM_READ_ADDRESS(object, member)
#define fm_peek_to(to, object, member) BPF_CORE_READ_INTO(to, object, member)

#define fm_probe(value, pointer) bpf_probe_read_kernel(&(value), sizeof(value), pointer)
#define fm_copy_kernel(to, from, size) bpf_probe_read_kernel(to, fm_bounded(size, 0x7f), from)
#define fm_copy_user_plain(to, pointer, size) \
	bpf_probe_read_user(to, fm_bounded(size, 0x1f), (void *)(pointer))
#define array_index_nospec(index, size) (index)	/* the verifier sees to it */
#define FM_INODE_SIZE bpf_core_type_size(struct inode)
#define FM_HAVE_IPV6 bpf_core_field_exists(((struct sock_common *)0)->skc_v6_daddr)
#define fm_copy_string(to, from, size) ((u32)bpf_probe_read_kernel_str(to, size, from))

#define current ((struct task_struct *)bpf_get_current_task())

/* An address that a function of its own takes must be a number to the verifier. */
#define FM_READ_ADDRESS(object, ...) BPF_CORE_READ(object, __VA_ARGS__)

/* Members that the kernel's own headers name by macros. */
#define sk_family __sk_common.skc_family
#define sk_v6_rcv_saddr __sk_common.skc_v6_rcv_saddr
#define sk_v6_daddr __sk_common.skc_v6_daddr
#define inet_rcv_saddr sk.__sk_common.skc_rcv_saddr
#define inet_daddr sk.__sk_common.skc_daddr
#define inet_dport sk.__sk_common.skc_dport
#define inet_sk(sk) ((struct inet_sock *)(sk))
#define unix_sk(sk) ((struct unix_sock *)(sk))
#define inet6_sk(sk) FM_READ(inet_sk(sk), pinet6)

#ifdef __TARGET_ARCH_x86
#define CONFIG_X86_64 1
#else
#define CONFIG_ARM64 1
#endif

/*
 * Keeps the compiler from proving that a mask is needless and dropping it: the
 * verifier, which has to be shown the same bound, sees less than the compiler.
 */
#define fm_bounded(value, mask)				\
	({						\
		u64 bounded = (value);			\
		asm volatile("%0 &= %1" : "+r"(bounded) : "i"(mask)); \
		bounded;				\
	})

#endif
