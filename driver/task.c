// SPDX-License-Identifier: GPL-2.0-only
/* Memory, identity, terminal and relations of a task; cgroups are in cgroup.c. */
#include <linux/audit.h>
#include <linux/cred.h>
#include <linux/kdev_t.h>
#include <linux/mm.h>
#include <linux/nsproxy.h>
#include <linux/pid_namespace.h>
#include <linux/rcupdate.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/tty.h>
#include <linux/user_namespace.h>

#include "compat/compat.h"
#include "task.h"

/* Ancestors looked at for a reaper; deeper trees get the namespace's. */
#define ANCESTORS_MAX 64

/*
 * Copies user memory from begin to end, FM_ARGS_MAX bytes of it, into the
 * record's room; the last byte is made NUL.  Returns the size, 0 for none.
 * prctl(2) may move the bounds meanwhile: then the copy fails or is of
 * something else in the same address space.
 */
static u32 copy_strings(struct fm_record *record, u8 *to, unsigned long begin, unsigned long end)
{
	u32 size = min_t(unsigned long, end - begin, FM_ARGS_MAX);

	if (end <= begin || fm_copy_user(record, to, begin, size))
		return 0;
	to[size - 1] = 0;
	return size;
}

/* Both parameters are already there, one behind the other: says where the first ends. */
static void push_split(struct fm_record *record, const u8 *strings, u32 size)
{
	u32 first = size ? strnlen((const char *)strings, size - 1) + 1 : 0;

	fm_push_built(record, first);
	fm_push_built(record, size - first);
}

void fm_push_arguments(struct fm_record *record, struct task_struct *task)
{
	struct mm_struct *mm = task->mm;
	u32 faults = record->faults;
	u32 room, size = 0;
	u8 *to = fm_record_room(record, &room);

	if (room && mm)
		size = copy_strings(record, to, READ_ONCE(mm->arg_start), READ_ONCE(mm->arg_end));
	if (size || !room || record->faults != faults) {
		push_split(record, to, size);
		return;
	}
	/* No argument at all is an empty name, not an unknown one. */
	fm_push_string(record, "");
	fm_push_empty(record);
}

void fm_push_environment(struct fm_record *record, struct task_struct *task)
{
	struct mm_struct *mm = task->mm;
	u32 room, size = 0;
	u8 *to = fm_record_room(record, &room);

	if (room && mm)
		size = copy_strings(record, to, READ_ONCE(mm->env_start), READ_ONCE(mm->env_end));
	fm_push_built(record, size);
}

static int copy_pointer(struct fm_record *record, const struct fm_call *call, unsigned long array,
			u32 index, unsigned long *pointer)
{
	u32 narrow;
	int error;

	if (!call->compat)
		return fm_copy_user(record, pointer, array + index * sizeof(*pointer),
				    sizeof(*pointer));
	error = fm_copy_user(record, &narrow, array + index * sizeof(narrow), sizeof(narrow));
	*pointer = narrow;
	return error;
}

/* The strings of a user array, NUL-terminated, FM_ARGS_MAX bytes of them; 0 if unreadable. */
static u32 gather_strings(struct fm_record *record, const struct fm_call *call,
			  unsigned long array, u8 *to)
{
	unsigned long pointer = 0;
	u32 size = 0, i;
	long length;

	for (i = 0; array && size < FM_ARGS_MAX; i++) {
		if (copy_pointer(record, call, array, i, &pointer))
			return 0;
		if (!pointer)
			break;
		length = fm_copy_string_user(record, (char *)to + size, pointer,
					     FM_ARGS_MAX - size);
		if (length < 0)
			return 0;
		size += min_t(u32, length + 1, FM_ARGS_MAX - size);
		to[size - 1] = 0;
	}
	return size;
}

void fm_push_arguments_user(struct fm_record *record, const struct fm_call *call,
			    unsigned long argv)
{
	u32 room;
	u8 *to = fm_record_room(record, &room);

	push_split(record, to, room ? gather_strings(record, call, argv, to) : 0);
}

void fm_push_environment_user(struct fm_record *record, const struct fm_call *call,
			      unsigned long envp)
{
	u32 room;
	u8 *to = fm_record_room(record, &room);

	fm_push_built(record, room ? gather_strings(record, call, envp, to) : 0);
}

static u32 kibibytes(unsigned long pages)
{
	return pages << (PAGE_SHIFT - 10);
}

void fm_push_memory_size(struct fm_record *record, struct task_struct *task)
{
	struct mm_struct *mm = task->mm;

	fm_push_u32(record, mm ? kibibytes(mm->total_vm) : 0);
	fm_push_u32(record, mm ? kibibytes(get_mm_rss(mm)) : 0);
	fm_push_u32(record, mm ? kibibytes(get_mm_counter(mm, MM_SWAPENTS)) : 0);
}

void fm_push_memory(struct fm_record *record, struct task_struct *task)
{
	fm_push_u64(record, task->maj_flt);
	fm_push_u64(record, task->min_flt);
	fm_push_memory_size(record, task);
}

void fm_push_comm(struct fm_record *record, struct task_struct *task)
{
	char comm[TASK_COMM_LEN];

	/*
	 * Racy read: another thread may rename the task meanwhile.  A lock for
	 * each event is too much for a torn name of 15 bytes.
	 */
	memcpy(comm, task->comm, sizeof(comm));
	comm[sizeof(comm) - 1] = 0;
	fm_push_string(record, comm);
}

void fm_push_capabilities(struct fm_record *record)
{
	const struct cred *cred = current_cred();

	fm_push_u64(record, fm_compat_capabilities(cred->cap_inheritable));
	fm_push_u64(record, fm_compat_capabilities(cred->cap_permitted));
	fm_push_u64(record, fm_compat_capabilities(cred->cap_effective));
}

pid_t fm_task_tid(struct task_struct *task)
{
	return task_pid_nr(task);
}

pid_t fm_task_pid(struct task_struct *task)
{
	return task_tgid_nr(task);
}

pid_t fm_task_pgid(struct task_struct *task)
{
	return task_pgrp_nr_ns(task, &init_pid_ns);
}

pid_t fm_task_vtid(struct task_struct *task)
{
	return task_pid_nr_ns(task, task_active_pid_ns(task));
}

pid_t fm_task_vpid(struct task_struct *task)
{
	return task_tgid_nr_ns(task, task_active_pid_ns(task));
}

pid_t fm_task_vpgid(struct task_struct *task)
{
	return task_pgrp_nr_ns(task, task_active_pid_ns(task));
}

u32 fm_task_euid(struct task_struct *task)
{
	return from_kuid(&init_user_ns, __task_cred(task)->euid);
}

u32 fm_task_egid(struct task_struct *task)
{
	return from_kgid(&init_user_ns, __task_cred(task)->egid);
}

u64 fm_task_descriptors_max(struct task_struct *task)
{
	return task_rlimit(task, RLIMIT_NOFILE);
}

long fm_task_exit_status(struct task_struct *task)
{
	return task->exit_code;
}

pid_t fm_task_parent(struct task_struct *task)
{
	return task_pid_nr(rcu_dereference(task->real_parent));
}

u32 fm_task_tty(void)
{
	struct tty_struct *tty;
	u32 number = 0;

	/* It takes a spinlock, which sleeps with PREEMPT_RT. */
	if (IS_ENABLED(CONFIG_PREEMPT_RT))
		return 0;
	tty = get_current_tty();
	if (tty)
		number = new_encode_dev(tty_devnum(tty));
	tty_kref_put(tty);
	return number;
}

u32 fm_task_loginuid(void)
{
	return from_kuid(&init_user_ns, audit_get_loginuid(current));
}

u32 fm_task_pidns_flag(struct task_struct *task)
{
	struct pid_namespace *own = task_active_pid_ns(task);
	struct nsproxy *proxy = task->nsproxy;

	if (own != &init_pid_ns || (proxy && proxy->pid_ns_for_children != own))
		return FM_clone_flags_CLONE_CHILD_IN_PIDNS;
	return 0;
}

u64 fm_task_pidns_start_ns(struct task_struct *task)
{
	struct pid_namespace *namespace = task_active_pid_ns(task);
	struct task_struct *reaper = namespace ? READ_ONCE(namespace->child_reaper) : NULL;

	/* A reaper that has just gone is kept for a grace period. */
	return reaper ? reaper->start_time : 0;
}

static pid_t living_thread(struct task_struct *task)
{
	struct task_struct *thread;

	for_each_thread(task, thread)
		if (!(READ_ONCE(thread->flags) & PF_EXITING))
			return task_pid_nr(thread);
	return 0;
}

/* Follows the kernel's find_new_reaper(), without its lock: a race names a past reaper. */
pid_t fm_task_reaper(struct task_struct *task)
{
	struct pid_namespace *namespace = task_active_pid_ns(task);
	struct task_struct *init = namespace ? READ_ONCE(namespace->child_reaper) : NULL;
	struct task_struct *ancestor = rcu_dereference(task->real_parent);
	pid_t found;
	u32 i;

	if (list_empty(&task->children))
		return 0;
	found = living_thread(task);
	if (found || !init || init == task)
		return found;
	if (task->signal->has_child_subreaper) {
		for (i = 0; i < ANCESTORS_MAX && ancestor != &init_task; i++) {
			if (same_thread_group(ancestor, init))
				break;
			if (ancestor->signal->is_child_subreaper)
				found = living_thread(ancestor);
			if (found)
				return found;
			ancestor = rcu_dereference(ancestor->real_parent);
		}
	}
	return task_pid_nr(init);
}
