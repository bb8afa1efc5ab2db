/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What records tell about a task.  For tracepoint probes: inside
 * rcu_read_lock(), preemption off, nothing sleeps.
 *
 * task is the current one, or a child of it that does not run yet and whose
 * memory is a copy of the current task's.
 */
#ifndef FM_TASK_H
#define FM_TASK_H

#include "record.h"

/* Two parameters: argv[0] as a string, the rest as NUL-terminated strings one after another. */
FM_API void fm_push_arguments(struct fm_record *record, struct task_struct *task);
/* The same from a user array of pointers, as execve(2) takes it. */
FM_API void fm_push_arguments_user(struct fm_record *record, const struct fm_call *call,
				   unsigned long argv);
FM_API void fm_push_environment(struct fm_record *record, struct task_struct *task);
FM_API void fm_push_environment_user(struct fm_record *record, const struct fm_call *call,
				     unsigned long envp);

/* Three parameters: size, resident and swapped memory in KiB. */
FM_API void fm_push_memory_size(struct fm_record *record, struct task_struct *task);
/* Five parameters: page faults major and minor before these three. */
FM_API void fm_push_memory(struct fm_record *record, struct task_struct *task);
FM_API void fm_push_comm(struct fm_record *record, struct task_struct *task);
/* "subsystem=/path" for each cgroup subsystem of this kernel, NUL-terminated. */
FM_API void fm_push_cgroups(struct fm_record *record, struct task_struct *task);

/* Three parameters: the current task's inheritable, permitted and effective sets. */
FM_API void fm_push_capabilities(struct fm_record *record);

/* In the initial pid namespace: thread, process, process group, parent process. */
FM_API pid_t fm_task_tid(struct task_struct *task);
FM_API pid_t fm_task_pid(struct task_struct *task);
FM_API pid_t fm_task_pgid(struct task_struct *task);
FM_API pid_t fm_task_parent(struct task_struct *task);
/* The same in the task's own pid namespace. */
FM_API pid_t fm_task_vtid(struct task_struct *task);
FM_API pid_t fm_task_vpid(struct task_struct *task);
FM_API pid_t fm_task_vpgid(struct task_struct *task);
/* In the initial user namespace. */
FM_API u32 fm_task_euid(struct task_struct *task);
FM_API u32 fm_task_egid(struct task_struct *task);
/* Soft limit of descriptors. */
FM_API u64 fm_task_descriptors_max(struct task_struct *task);
/* As wait(2) gives it. */
FM_API long fm_task_exit_status(struct task_struct *task);
/* Device number of the current task's terminal, 0 for none. */
FM_API u32 fm_task_tty(void);
FM_API u32 fm_task_loginuid(void);
/* FM_clone_flags_CLONE_CHILD_IN_PIDNS where the task, or what it makes, is in a pid namespace. */
FM_API u32 fm_task_pidns_flag(struct task_struct *task);
/* When the first process of the task's pid namespace began, ns since boot. */
FM_API u64 fm_task_pidns_start_ns(struct task_struct *task);
/* Who gets the children of a task that ends, 0 if it has none. */
FM_API pid_t fm_task_reaper(struct task_struct *task);

#ifdef __bpf__
#include "bpf/task.h"
#endif

#endif
