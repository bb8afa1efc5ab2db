/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fill functions by event code: one table per family, at the end of its file.
 *
 *	FM_FILL_TABLE(open)
 *		FM_FILL(OPEN_X, fill_open)
 *	FM_FILL_TABLE_END
 *
 * In the module that is an array, through which fm_fill_of() (fill/fill.c) looks
 * once, at init; for eBPF (bpf/program.h) each row is a program.
 */
#ifndef FM_FILL_H
#define FM_FILL_H

#include "../record.h"

#ifdef __bpf__
#include "../bpf/program.h"
#else
#define FM_FILL_TABLE(family) const struct fm_fill_row fm_fill_##family[] = {
#define FM_FILL(event, function) { FM_##event, function },
#define FM_FILL_TABLE_END { 0, NULL } };

/* Called by their tracepoints' probes themselves. */
#define FM_FILL_EXEC(event, function)
#define FM_FILL_CHILD(event, function)
#define FM_FILL_PROCEXIT(event, function)

struct fm_fill_row {
	u16 code;		/* enum fm_event_code */
	fm_fill fill;
};

/* Each ends with a row whose fill is NULL. */

/* clone fork vfork clone3 execve execveat setsid prctl ptrace kill */
extern const struct fm_fill_row fm_fill_process[];
/* setuid setgid setresuid setresgid */
extern const struct fm_fill_row fm_fill_credentials[];
/* prlimit setpgid unshare setns capset seccomp */
extern const struct fm_fill_row fm_fill_limits[];
/* brk mmap munmap mprotect mlock families */
extern const struct fm_fill_row fm_fill_memory[];
/* open openat openat2 creat open_by_handle_at */
extern const struct fm_fill_row fm_fill_open[];
/* chmod chown link unlink rename symlink mkdir rmdir mount … families */
extern const struct fm_fill_row fm_fill_file[];
/* close dup dup2 dup3 pipe2 fcntl chdir fchdir lseek flock ioctl … */
extern const struct fm_fill_row fm_fill_descriptor[];
/* read write pread64 pwrite64 readv writev */
extern const struct fm_fill_row fm_fill_io[];
/* socket bind listen connect accept accept4 sendto recvfrom sendmsg recvmsg */
extern const struct fm_fill_row fm_fill_socket[];
/* memfd_create eventfd epoll_create timerfd signalfd pidfd io_uring … */
extern const struct fm_fill_row fm_fill_special[];
/* init_module finit_module bpf, and the generic event */
extern const struct fm_fill_row fm_fill_system[];

/* The function that fills this event, or NULL; valid after fm_fill_init(). */
fm_fill fm_fill_of(u16 code);
void fm_fill_init(void);
/* The event a system call ends in: GENERIC_X where its own cannot be filled yet. */
u16 fm_fill_code(u16 sc);
#endif

/* PROCEXIT_1_E has no call: it describes the current task (fill/process.c). */
FM_API void fm_fill_procexit(struct fm_record *record, const struct fm_call *unused);

#endif
