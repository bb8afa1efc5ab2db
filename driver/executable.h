/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The file a task's program comes from.  For tracepoint probes: inside
 * rcu_read_lock(), nothing sleeps.
 */
#ifndef FM_EXECUTABLE_H
#define FM_EXECUTABLE_H

#include <linux/file.h>
#include <linux/fs.h>

#include "record.h"

/* The current task's, or NULL; the caller puts it back. */
struct file *fm_executable_get(void);
static inline void fm_executable_put(struct file *file)
{
	if (file)
		fput(file);
}

/* All of these take NULL. */
u32 fm_executable_flags(struct file *file);	/* FM_execve_flags_ */
/* Three parameters: inode number, time of change, time of modification. */
void fm_push_executable_inode(struct fm_record *record, struct file *file);
void fm_push_executable_path(struct fm_record *record, struct file *file);

#endif
