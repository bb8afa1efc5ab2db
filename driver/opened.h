/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What lies behind a descriptor of the current task.  For tracepoint probes:
 * nothing sleeps.  A descriptor that another thread has closed meanwhile, like
 * a negative one, gives nothing.
 */
#ifndef FM_OPENED_H
#define FM_OPENED_H

#include "overlay.h"
#include "record.h"

struct fm_opened {
	u32 dev;		/* of the file system, encoded as stat(2) does */
	u64 ino;
	bool created;		/* by the call that opened it */
	enum fm_layer layer;
};

/* All zero where there is no such file. */
FM_API void fm_opened_look(struct fm_opened *opened, long fd);
/* Inode number, 0 for none. */
FM_API u64 fm_opened_inode(long fd);
/* One parameter: the path of the file in the mounts of the current task. */
FM_API void fm_push_opened_path(struct fm_record *record, long fd);

#ifdef __bpf__
#include "bpf/opened.h"
#endif

#endif
