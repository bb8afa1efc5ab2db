/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every difference between kernels, and nothing else.  The driver is written
 * against the newest API; what an older kernel lacks is made up here.  Which it
 * is, compile probes tell (probes/, probe.mk), never a version number.
 */
#ifndef FM_COMPAT_H
#define FM_COMPAT_H

#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/hrtimer.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>

#include "compat/probed.h"

/* Commit bc292ab00f6c ("mm: introduce vma->vm_flags wrapper functions"), v6.3. */
#ifndef FM_HAVE_VM_FLAGS_SET
static inline void vm_flags_set(struct vm_area_struct *vma, unsigned long flags)
{
	vma->vm_flags |= flags;
}

static inline void vm_flags_clear(struct vm_area_struct *vma, unsigned long flags)
{
	vma->vm_flags &= ~flags;
}
#endif

/* Commit f122a08b197d ("capability: just use a 'u64' instead of a 'u32[2]' array"), v6.3. */
static inline u64 fm_compat_capabilities(kernel_cap_t caps)
{
#ifdef FM_HAVE_KERNEL_CAP_VAL
	return caps.val;
#else
	return caps.cap[0] | (u64)caps.cap[1] << 32;
#endif
}

/* Commit 9b6304c1d537 ("fs: add ctime accessors infrastructure"), v6.6. */
#ifndef FM_HAVE_INODE_GET_CTIME
static inline struct timespec64 inode_get_ctime(const struct inode *inode)
{
	return inode->i_ctime;
}
#endif

/* Commit 077c212f0344 ("fs: new accessor methods for atime and mtime"), v6.7. */
#ifndef FM_HAVE_INODE_GET_MTIME
static inline struct timespec64 inode_get_mtime(const struct inode *inode)
{
	return inode->i_mtime;
}
#endif

/* "hrtimers: Introduce hrtimer_setup() to replace hrtimer_init()", v6.13. */
#ifndef FM_HAVE_HRTIMER_SETUP
static inline void hrtimer_setup(struct hrtimer *timer,
				 enum hrtimer_restart (*function)(struct hrtimer *),
				 clockid_t clock, enum hrtimer_mode mode)
{
	hrtimer_init(timer, clock, mode);
	timer->function = function;
}
#endif

/* "fs: introduce file_owner_or_capable", with idmapped mounts, v5.12. */
#ifndef FM_HAVE_FILE_OWNER_OR_CAPABLE
static inline bool file_owner_or_capable(struct file *file)
{
	return inode_owner_or_capable(file_inode(file));
}
#endif

/*
 * A reference to the file in an RCU-protected slot, or NULL; the caller is
 * inside rcu_read_lock().  Since commit 0ede61d8589c ("file: convert to
 * SLAB_TYPESAFE_BY_RCU"), v6.7, a file may be another one by the time its
 * count is raised, so get_file_rcu() takes the slot and looks again; before,
 * memory of a file is kept for a grace period and its count suffices.
 */
static inline struct file *fm_compat_get_file(struct file __rcu **slot)
{
#ifdef FM_HAVE_GET_FILE_RCU_SLOT
	return get_file_rcu(slot);
#else
	struct file *file = rcu_dereference(*slot);

	return file && get_file_rcu(file) ? file : NULL;
#endif
}

/*
 * Begins a probe of sched_process_exit.  Since v6.16 ("exit: move and extend
 * sched_process_exit() tracepoint") it also tells whether the last thread goes.
 */
#ifdef FM_HAVE_SCHED_PROCESS_EXIT_GROUP_DEAD
#define FM_COMPAT_EXIT_PROBE(name) \
	static void name(void *data, struct task_struct *task, bool group_dead)
#else
#define FM_COMPAT_EXIT_PROBE(name) \
	static void name(void *data, struct task_struct *task)
#endif

#endif
