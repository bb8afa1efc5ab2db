/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Names and tables expanded from the .def files, for the module, the eBPF
 * programs and the engine alike.
 *
 *	FM_OPENAT_2_X			the code of an event
 *	FM_OPENAT_2_X_dirfd		the index of one of its parameters
 *	FM_OPENAT_2_X_NPARAMS		how many it has
 *	FM_SC_openat			the portable number of a system call
 *	FM_file_flags_O_CREAT		a value of a vocabulary
 *	fm_event_table[]		everything known about an event, by code
 *	fm_syscall_table[]		the same for system calls, by number
 *
 * The tables themselves are instantiated once per program, by
 * falcomod_events.c.
 */
#ifndef FALCOMOD_EVENTS_H
#define FALCOMOD_EVENTS_H

#if defined(__KERNEL__)
#include <linux/types.h>
#elif !defined(__bpf__) /* there vmlinux.h has come first */
#include <stdint.h>
#endif

/* Parameter types: numbers of the public capture format. */
enum fm_param_type {
	FM_PT_NONE = 0,
	FM_PT_INT8 = 1,
	FM_PT_INT16 = 2,
	FM_PT_INT32 = 3,
	FM_PT_INT64 = 4,
	FM_PT_UINT8 = 5,
	FM_PT_UINT16 = 6,
	FM_PT_UINT32 = 7,
	FM_PT_UINT64 = 8,
	FM_PT_CHARBUF = 9,
	FM_PT_BYTEBUF = 10,
	FM_PT_ERRNO = 11,
	FM_PT_SOCKADDR = 12,
	FM_PT_SOCKTUPLE = 13,
	FM_PT_FD = 14,
	FM_PT_PID = 15,
	FM_PT_FDLIST = 16,
	FM_PT_FSPATH = 17,
	FM_PT_SYSCALLID = 18,
	FM_PT_SIGTYPE = 19,
	FM_PT_RELTIME = 20,
	FM_PT_ABSTIME = 21,
	FM_PT_PORT = 22,
	FM_PT_L4PROTO = 23,
	FM_PT_SOCKFAMILY = 24,
	FM_PT_BOOL = 25,
	FM_PT_IPV4ADDR = 26,
	FM_PT_DYN = 27,
	FM_PT_FLAGS8 = 28,
	FM_PT_FLAGS16 = 29,
	FM_PT_FLAGS32 = 30,
	FM_PT_UID = 31,
	FM_PT_GID = 32,
	FM_PT_DOUBLE = 33,
	FM_PT_SIGSET = 34,
	FM_PT_CHARBUFARRAY = 35,
	FM_PT_IPV4NET = 37,
	FM_PT_IPV6ADDR = 38,
	FM_PT_IPV6NET = 39,
	FM_PT_IPADDR = 40,
	FM_PT_IPNET = 41,
	FM_PT_MODE = 42,
	FM_PT_FSRELPATH = 43,
	FM_PT_ENUMFLAGS8 = 44,
	FM_PT_ENUMFLAGS16 = 45,
	FM_PT_ENUMFLAGS32 = 46,
	FM_PT_FD32 = 47,
	FM_PT_PID32 = 48,
	FM_PT_MAX
};

/* How a number is printed. */
enum fm_format { FM_FORMAT_NA, FM_FORMAT_DEC, FM_FORMAT_HEX, FM_FORMAT_OCT };

enum fm_category {
	FM_CATEGORY_NONE,
	FM_CATEGORY_OTHER,
	FM_CATEGORY_FILE,
	FM_CATEGORY_NET,
	FM_CATEGORY_IPC,
	FM_CATEGORY_MEMORY,
	FM_CATEGORY_PROCESS,
	FM_CATEGORY_SLEEP,
	FM_CATEGORY_SYSTEM,
	FM_CATEGORY_SIGNAL,
	FM_CATEGORY_USER,
	FM_CATEGORY_TIME,
	FM_CATEGORY_IO_READ,
	FM_CATEGORY_IO_WRITE,
	FM_CATEGORY_IO_OTHER,
	FM_CATEGORY_WAIT,
	FM_CATEGORY_SCHEDULER,
	FM_CATEGORY_INTERNAL
};

/* Where an event comes from. */
enum fm_origin {
	FM_ORIGIN_NONE,
	FM_ORIGIN_SYSCALL,
	FM_ORIGIN_TRACEPOINT,
	FM_ORIGIN_METAEVENT,
	FM_ORIGIN_PLUGIN,
	FM_ORIGIN_ITER
};

/* What a lost record would have told: the classes of the loss counters. */
enum fm_loss_class {
	FM_CLASS_OTHER,
	FM_CLASS_CLONE_FORK_EXIT,
	FM_CLASS_EXECVE_EXIT,
	FM_CLASS_CONNECT_ENTER,
	FM_CLASS_CONNECT_EXIT,
	FM_CLASS_OPEN_ENTER,
	FM_CLASS_OPEN_EXIT,
	FM_CLASS_DIR_FILE_EXIT,
	FM_CLASS_OTHER_INTEREST_EXIT,
	FM_CLASS_CLOSE_EXIT,
	FM_CLASS_PROC_EXIT,
	FM_CLASS_MAX
};

/* Event flags: numbers of the public capture format. */
#define FM_EF_NONE 0u
#define FM_EF_CREATES_FD (1u << 0)
#define FM_EF_DESTROYS_FD (1u << 1)
#define FM_EF_USES_FD (1u << 2)
#define FM_EF_READS_FROM_FD (1u << 3)
#define FM_EF_WRITES_TO_FD (1u << 4)
#define FM_EF_MODIFIES_STATE (1u << 5)
#define FM_EF_WAITS (1u << 7)
#define FM_EF_SKIPPARSERESET (1u << 8)
#define FM_EF_LARGE_PAYLOAD (1u << 11)
#define FM_EF_CONVERTER_MANAGED (1u << 12)

/* Layouts of a DYN value, by its leading index byte. */
enum fm_sockopt_dynamic_param {
	FM_SOCKOPT_UNKNOWN,	/* bytes */
	FM_SOCKOPT_ERRNO,	/* i64 */
	FM_SOCKOPT_UINT32,
	FM_SOCKOPT_UINT64,
	FM_SOCKOPT_TIMEVAL	/* u64 ns */
};

enum fm_ptrace_dynamic_param { FM_PTRACE_UINT64, FM_PTRACE_SIGTYPE };

enum fm_keyctl_dynamic_param { FM_KEYCTL_INT64, FM_KEYCTL_CHARBUF };

enum fm_event_code {
#define FM_EVENT(id, code, name, category, origin, loss, flags) FM_##id = (code),
#include "falcomod_events.def"
	FM_EVENT_MAX /* one more than the highest code */
};

#define FM_EVENT(id, code, name, category, origin, loss, flags) enum {
#define FM_PARAM(id, name, type, format) FM_##id##_##name,
#define FM_EVENT_END(id) FM_##id##_NPARAMS };
#include "falcomod_events.def"

#define FM_VOCABULARY(group) enum {
#define FM_FLAG(group, name, value) FM_##group##_##name = (int)(value),
#define FM_VOCABULARY_END(group) FM_##group##_END_ };
#include "falcomod_flags.def"

enum fm_syscall {
	FM_SC_unknown = 0,
#define FM_SYSCALL(name, sc, x86_64, ia32, arm64, event, class) FM_SC_##name = (sc),
#include "falcomod_syscalls.def"
	FM_SC_MAX
};

/* Capture classes of falcomod_syscalls.def. */
enum fm_syscall_class {
	FM_SYSCALL_NONE,
	FM_SYSCALL_STATE,
	FM_SYSCALL_IO,
	FM_SYSCALL_PLAIN
};

struct fm_flag_info {
	const char *name;	/* NULL ends a vocabulary */
	uint32_t value;
};

struct fm_param_info {
	const char *name;
	const struct fm_flag_info *vocabulary;	/* or NULL */
	uint8_t type;				/* FM_PT_ */
	uint8_t format;				/* FM_FORMAT_ */
	int8_t dirfd;				/* parameter a path is relative to, or -1 */
};

struct fm_event_info {
	const char *name;			/* NULL: no such event */
	const struct fm_param_info *params;
	uint32_t flags;				/* FM_EF_ */
	uint8_t nparams;
	uint8_t category;			/* FM_CATEGORY_ */
	uint8_t origin;				/* FM_ORIGIN_ */
	uint8_t loss_class;			/* FM_CLASS_ */
};

struct fm_syscall_info {
	const char *name;			/* NULL: no such call */
	uint16_t event;				/* FM_…_X */
	uint8_t capture_class;			/* FM_SYSCALL_ */
	int16_t x86_64;				/* native numbers, -1: none */
	int16_t ia32;
	int16_t arm64;
};

extern const struct fm_event_info fm_event_table[FM_EVENT_MAX];
extern const struct fm_syscall_info fm_syscall_table[FM_SC_MAX];

/*
 * A number for the whole event table (FNV-1a, 64 bits).  A driver and an engine
 * with different numbers were built from different tables.
 */
uint64_t fm_events_hash(void);

/*
 * Stored width of a parameter of this type in bytes, 0 where it varies.
 * Source: the public capture format's parameter encodings.
 */
static inline uint32_t fm_param_width(uint8_t type)
{
	switch (type) {
	case FM_PT_INT8:
	case FM_PT_UINT8:
	case FM_PT_SIGTYPE:
	case FM_PT_L4PROTO:
	case FM_PT_SOCKFAMILY:
	case FM_PT_FLAGS8:
	case FM_PT_ENUMFLAGS8:
		return 1;
	case FM_PT_INT16:
	case FM_PT_UINT16:
	case FM_PT_SYSCALLID:
	case FM_PT_PORT:
	case FM_PT_FLAGS16:
	case FM_PT_ENUMFLAGS16:
		return 2;
	case FM_PT_INT32:
	case FM_PT_UINT32:
	case FM_PT_BOOL:
	case FM_PT_IPV4ADDR:
	case FM_PT_FLAGS32:
	case FM_PT_ENUMFLAGS32:
	case FM_PT_UID:
	case FM_PT_GID:
	case FM_PT_SIGSET:
	case FM_PT_MODE:
	case FM_PT_FD32:
	case FM_PT_PID32:
		return 4;
	case FM_PT_INT64:
	case FM_PT_UINT64:
	case FM_PT_ERRNO:
	case FM_PT_FD:
	case FM_PT_PID:
	case FM_PT_RELTIME:
	case FM_PT_ABSTIME:
	case FM_PT_DOUBLE:
		return 8;
	case FM_PT_IPV6ADDR:
		return 16;
	default:
		return 0;
	}
}

#endif
