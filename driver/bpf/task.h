/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * See ../task.h.
 *
 * Kernels differ in some members; the other shape is declared under a name with
 * three underscores, which the loader strips before it looks, and bpf_core_field_exists()
 * chooses.  What is not chosen is dead code to the verifier.
 */
#ifndef FM_BPF_TASK_H
#define FM_BPF_TASK_H

#include "bpf/cgroup.h"
#include "bpf/files.h"

#define THREADS_MAX 32			/* looked at for one that lives */
#define ANCESTORS_MAX 16		/* looked at for a reaper */
#define ARGUMENTS_MAX 256		/* of a call to execve(2) that failed */
#define PAGE_KIBIBYTES 4

/* Before commit f1a7941243c1 ("mm: convert mm's rss stats into percpu_counter"), v6.2. */
struct mm_rss_stat___old {
	atomic_long_t count[4];
} __attribute__((preserve_access_index));

struct mm_struct___old {
	struct mm_rss_stat___old rss_stat;
} __attribute__((preserve_access_index));

/* Copies user memory from begin to end, FM_ARGS_MAX bytes of it; the last one is made NUL. */
static __always_inline u32 copy_strings(struct fm_record *record, u8 *to, unsigned long begin,
					unsigned long end)
{
	u32 size = end - begin < FM_ARGS_MAX ? end - begin : FM_ARGS_MAX;

	size = fm_bounded(size, 0x1fff);
	if (end <= begin || fm_copy_user(record, to, begin, size))
		return 0;
	to[fm_bounded(size - 1, 0xfff)] = 0;
	return size;
}

/* Both parameters are already there, one behind the other: says where the first ends. */
static __always_inline void push_split(struct fm_record *record, u8 *strings, u32 size)
{
	/* Copied onto itself, for its length. */
	long first = size ? bpf_probe_read_kernel_str(strings, FM_ARGS_MAX, strings) : 0;

	if (first < 0 || first > size)
		first = size;
	fm_push_built(record, first);
	fm_push_built(record, size - first);
}

static __always_inline void fm_push_arguments(struct fm_record *record, struct task_struct *task)
{
	struct mm_struct *mm = FM_READ(task, mm);
	u32 faults = record->faults;
	u32 room, size = 0;
	u8 *to = fm_record_room(record, &room);

	if (mm)
		size = copy_strings(record, to, FM_READ(mm, arg_start),
				    FM_READ(mm, arg_end));
	if (!size && record->faults == faults) {
		/* No argument at all is an empty name, not an unknown one. */
		to[0] = 0;
		fm_push_built(record, 1);
		fm_push_empty(record);
		return;
	}
	push_split(record, to, size);
}

static __always_inline void fm_push_environment(struct fm_record *record, struct task_struct *task)
{
	struct mm_struct *mm = FM_READ(task, mm);
	u32 room, size = 0;
	u8 *to = fm_record_room(record, &room);

	if (mm)
		size = copy_strings(record, to, FM_READ(mm, env_start),
				    FM_READ(mm, env_end));
	fm_push_built(record, size);
}

/*
 * The strings of a user array, NUL-terminated, FM_ARGS_MAX bytes of them, at this
 * offset of the record; their size, 0 if they are unreadable.
 */
FM_BPF_FUNCTION u32 fm_bpf_strings(u64 array, u32 narrow, u32 at)
{
	u32 width = narrow ? sizeof(u32) : sizeof(u64);
	struct fm_bpf_cpu *cpu = this_cpu();
	u32 size = 0, i;
	u64 pointer;
	long length;
	u8 *to;

	if (!cpu || !array)
		return 0;
	to = cpu->record + fm_bounded(at, 0xffff);
	for (i = 0; i < ARGUMENTS_MAX; i++) {
		if (size >= FM_ARGS_MAX)
			break;
		pointer = 0;
		if (bpf_probe_read_user(&pointer, fm_bounded(width, 0xc), (void *)array))
			goto fault;
		if (!pointer)
			break;
		length = fm_bpf_copy_string(to + fm_bounded(size, 0xfff),
					    fm_bounded(FM_ARGS_MAX - size, 0x1fff), pointer);
		if (length < 0)
			goto fault;
		size = fm_bounded(size + length, 0x1fff);
		array += width;
	}
	return size;
fault:
	count_fault(cpu);
	return 0;
}

static __always_inline void fm_push_arguments_user(struct fm_record *record,
						   const struct fm_call *call, unsigned long argv)
{
	u32 room;
	u8 *to = fm_record_room(record, &room);

	push_split(record, to, fm_bpf_strings(argv, call->compat, record->used));
}

static __always_inline void fm_push_environment_user(struct fm_record *record,
						     const struct fm_call *call,
						     unsigned long envp)
{
	fm_push_built(record, fm_bpf_strings(envp, call->compat, record->used));
}

static __always_inline s64 mm_counter(struct mm_struct *mm, u32 member)
{
	struct mm_struct___old *old = (void *)mm;
	s64 pages = 0;

	if (bpf_core_field_exists(old->rss_stat.count)) {
		const void *counts = &old->rss_stat.count;

		bpf_probe_read_kernel(&pages, sizeof(pages), counts + member * sizeof(pages));
	} else {
		const void *counters = &mm->rss_stat;
		u32 step = bpf_core_type_size(struct percpu_counter);
		struct percpu_counter *counter = (void *)counters + member * step;

		pages = FM_READ(counter, count);
	}
	return pages > 0 ? pages : 0;
}

static __always_inline void fm_push_memory_size(struct fm_record *record, struct task_struct *task)
{
	struct mm_struct *mm = FM_READ(task, mm);
	u64 size = 0, resident = 0, swapped = 0;

	if (mm) {
		size = FM_READ(mm, total_vm);
		resident = mm_counter(mm, MM_FILEPAGES) + mm_counter(mm, MM_ANONPAGES) +
			   mm_counter(mm, MM_SHMEMPAGES);
		swapped = mm_counter(mm, MM_SWAPENTS);
	}
	fm_push_u32(record, size * PAGE_KIBIBYTES);
	fm_push_u32(record, resident * PAGE_KIBIBYTES);
	fm_push_u32(record, swapped * PAGE_KIBIBYTES);
}

static __always_inline void fm_push_memory(struct fm_record *record, struct task_struct *task)
{
	fm_push_u64(record, FM_READ(task, maj_flt));
	fm_push_u64(record, FM_READ(task, min_flt));
	fm_push_memory_size(record, task);
}

static __always_inline void fm_push_comm(struct fm_record *record, struct task_struct *task)
{
	long size = bpf_probe_read_kernel_str(here(record), sizeof(task->comm), &task->comm);

	take(record, size > 0 ? size : 0);
}

static __always_inline void fm_push_capabilities(struct fm_record *record)
{
	struct cred *cred = (struct cred *)FM_READ(current, cred);
	u64 set = 0;

	/* Two words of 32 bits until v6.3, one of 64 from then on: the same bytes. */
	bpf_core_read(&set, sizeof(set), &cred->cap_inheritable);
	fm_push_u64(record, set);
	bpf_core_read(&set, sizeof(set), &cred->cap_permitted);
	fm_push_u64(record, set);
	bpf_core_read(&set, sizeof(set), &cred->cap_effective);
	fm_push_u64(record, set);
}

/* The number that a struct pid has in a namespace of this depth, 0 for none. */
static __always_inline pid_t number_at(struct pid *pid, u32 level)
{
	struct upid *number = (void *)pid + bpf_core_field_offset(struct pid, numbers);

	if (!pid || level > FM_READ(pid, level))
		return 0;
	number += level;
	return FM_READ(number, nr);
}

static __always_inline u32 pidns_level(struct task_struct *task)
{
	return FM_READ(task, thread_pid, level);
}

static __always_inline struct pid_namespace *pidns_of(struct task_struct *task)
{
	struct pid *pid = FM_READ(task, thread_pid);
	struct upid *number = (void *)pid + bpf_core_field_offset(struct pid, numbers);

	if (!pid)
		return NULL;
	number += FM_READ(pid, level);
	return FM_READ(number, ns);
}

static __always_inline pid_t fm_task_tid(struct task_struct *task)
{
	return FM_READ(task, pid);
}

static __always_inline pid_t fm_task_pid(struct task_struct *task)
{
	return FM_READ(task, tgid);
}

static __always_inline pid_t fm_task_pgid(struct task_struct *task)
{
	return number_at(FM_READ(task, signal, pids[PIDTYPE_PGID]), 0);
}

static __always_inline pid_t fm_task_parent(struct task_struct *task)
{
	return FM_READ(task, real_parent, pid);
}

static __always_inline pid_t fm_task_vtid(struct task_struct *task)
{
	return number_at(FM_READ(task, thread_pid), pidns_level(task));
}

static __always_inline pid_t fm_task_vpid(struct task_struct *task)
{
	return number_at(FM_READ(task, signal, pids[PIDTYPE_TGID]), pidns_level(task));
}

static __always_inline pid_t fm_task_vpgid(struct task_struct *task)
{
	return number_at(FM_READ(task, signal, pids[PIDTYPE_PGID]), pidns_level(task));
}

static __always_inline u32 fm_task_euid(struct task_struct *task)
{
	return FM_READ(task, real_cred, euid.val);
}

static __always_inline u32 fm_task_egid(struct task_struct *task)
{
	return FM_READ(task, real_cred, egid.val);
}

static __always_inline u64 fm_task_descriptors_max(struct task_struct *task)
{
	return FM_READ(task, signal, rlim[RLIMIT_NOFILE].rlim_cur);
}

static __always_inline long fm_task_exit_status(struct task_struct *task)
{
	return FM_READ(task, exit_code);
}

static __always_inline u32 fm_task_tty(void)
{
	struct tty_struct *tty = FM_READ(current, signal, tty);

	if (!tty)
		return 0;
	return fm_bpf_device((FM_READ(tty, driver, major) << MINORBITS) +
			     FM_READ(tty, driver, minor_start) + FM_READ(tty, index));
}

static __always_inline u32 fm_task_loginuid(void)
{
	struct task_struct *task = current;

	/* Kernels without CONFIG_AUDIT do not know who logged in. */
	return bpf_core_field_exists(task->loginuid) ? FM_READ(task, loginuid.val) : ~0u;
}

static __always_inline u32 fm_task_pidns_flag(struct task_struct *task)
{
	struct pid_namespace *children = FM_READ(task, nsproxy, pid_ns_for_children);

	if (pidns_level(task) || (children && children != pidns_of(task)))
		return FM_clone_flags_CLONE_CHILD_IN_PIDNS;
	return 0;
}

static __always_inline u64 fm_task_pidns_start_ns(struct task_struct *task)
{
	return FM_READ(pidns_of(task), child_reaper, start_time);
}

/* A thread of the task's process that does not end, 0 for none. */
static __always_inline pid_t living_thread(struct task_struct *task)
{
	struct signal_struct *signal = FM_READ(task, signal);
	struct list_head *head = &signal->thread_head;
	struct list_head *node = FM_READ(head, next);
	u64 offset = bpf_core_field_offset(struct task_struct, thread_node);
	struct task_struct *thread;
	u32 i;

	for (i = 0; i < THREADS_MAX; i++) {
		if (!node || node == head)
			break;
		thread = (void *)node - offset;
		if (!(FM_READ(thread, flags) & PF_EXITING))
			return FM_READ(thread, pid);
		node = FM_READ(node, next);
	}
	return 0;
}

/* Follows the kernel's find_new_reaper(), see ../task.c. */
FM_BPF_FUNCTION int fm_bpf_reaper(u64 address)
{
	struct task_struct *task = (struct task_struct *)address;
	struct task_struct *init = FM_READ(pidns_of(task), child_reaper);
	struct task_struct *ancestor = FM_READ(task, real_parent);
	struct signal_struct *signal = FM_READ(task, signal);
	struct list_head *children = &task->children;
	pid_t found;
	u32 i;

	if (FM_READ(children, next) == children)
		return 0;
	found = living_thread(task);
	if (found || !init || init == task)
		return found;
	if (!BPF_CORE_READ_BITFIELD_PROBED(signal, has_child_subreaper))
		return FM_READ(init, pid);
	for (i = 0; i < ANCESTORS_MAX; i++) {
		signal = FM_READ(ancestor, signal);
		if (!FM_READ(ancestor, pid) || signal == FM_READ(init, signal))
			break;
		if (BPF_CORE_READ_BITFIELD_PROBED(signal, is_child_subreaper))
			found = living_thread(ancestor);
		if (found)
			return found;
		ancestor = FM_READ(ancestor, real_parent);
	}
	return FM_READ(init, pid);
}

static __always_inline pid_t fm_task_reaper(struct task_struct *task)
{
	return fm_bpf_reaper((u64)task);
}

#endif
