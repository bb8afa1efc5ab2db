/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The file a task's program comes from.  For tracepoint probes: inside
 * rcu_read_lock(), nothing sleeps.
 */
#ifndef FM_EXECUTABLE_H
#define FM_EXECUTABLE_H

#include "kernel.h"
#include "record.h"

/* The current task's, or NULL; the caller puts it back. */
FM_API struct file *fm_executable_get(void);
FM_API void fm_executable_put(struct file *file);

/* All of these take NULL. */
FM_API u32 fm_executable_flags(struct file *file);	/* FM_execve_flags_ */
/* Three parameters: inode number, time of change, time of modification. */
FM_API void fm_push_executable_inode(struct fm_record *record, struct file *file);
FM_API void fm_push_executable_path(struct fm_record *record, struct file *file);

#ifdef __bpf__
#include "bpf/executable.h"
#endif

#endif
