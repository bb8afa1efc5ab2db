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

#include <linux/sched.h>

#include "record.h"

/* Two parameters: argv[0] as a string, the rest as NUL-terminated strings one after another. */
void fm_push_arguments(struct fm_record *record, struct task_struct *task);
/* The same from a user array of pointers, as execve(2) takes it. */
void fm_push_arguments_user(struct fm_record *record, const struct fm_call *call,
			    unsigned long argv);
void fm_push_environment(struct fm_record *record, struct task_struct *task);
void fm_push_environment_user(struct fm_record *record, const struct fm_call *call,
			      unsigned long envp);

/* Three parameters: size, resident and swapped memory in KiB. */
void fm_push_memory_size(struct fm_record *record, struct task_struct *task);
/* Five parameters: page faults major and minor before these three. */
void fm_push_memory(struct fm_record *record, struct task_struct *task);
void fm_push_comm(struct fm_record *record, struct task_struct *task);
/* "subsystem=/path" for each cgroup subsystem of this kernel, NUL-terminated. */
void fm_push_cgroups(struct fm_record *record, struct task_struct *task);

pid_t fm_task_parent(struct task_struct *task);
/* Device number of the current task's terminal, 0 for none. */
u32 fm_task_tty(void);
u32 fm_task_loginuid(void);
/* FM_clone_flags_CLONE_CHILD_IN_PIDNS where the task, or what it makes, is in a pid namespace. */
u32 fm_task_pidns_flag(struct task_struct *task);
/* When the first process of the task's pid namespace began, ns since boot. */
u64 fm_task_pidns_start_ns(struct task_struct *task);
/* Who gets the children of a task that ends, 0 if it has none. */
pid_t fm_task_reaper(struct task_struct *task);

#endif
