// SPDX-License-Identifier: GPL-2.0-only
/* See executable.h. */
#include <linux/dcache.h>
#include <linux/file.h>
#include <linux/path.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/time64.h>

#include "compat/compat.h"
#include "executable.h"
#include "overlay.h"

struct file *fm_executable_get(void)
{
	struct mm_struct *mm = current->mm;

	return mm ? fm_compat_get_file(&mm->exe_file) : NULL;
}

void fm_executable_put(struct file *file)
{
	if (file)
		fput(file);
}

/*
 * Could the current task change the program?  Owners first: they are the
 * common case, and an LSM then has no question to log.  MAY_NOT_BLOCK: where
 * the answer needs I/O it counts as no.
 */
static bool is_writable(struct file *file)
{
	return file_owner_or_capable(file) ||
	       !file_permission(file, MAY_WRITE | MAY_NOT_BLOCK);
}

/* memfd_create(2) makes a file without a directory, named for what it is. */
static bool is_memfd(struct file *file)
{
	const struct dentry *dentry = file->f_path.dentry;

	return IS_ROOT(dentry) && !strncmp(dentry->d_name.name, "memfd:", 6);
}

u32 fm_executable_flags(struct file *file)
{
	u32 flags = 0;

	if (!file)
		return 0;
	if (is_writable(file))
		flags |= FM_execve_flags_EXE_WRITABLE;
	if (is_memfd(file))
		flags |= FM_execve_flags_EXE_FROM_MEMFD;
	switch (fm_overlay_layer(file_inode(file))) {
	case FM_LAYER_UPPER:
		return flags | FM_execve_flags_EXE_UPPER_LAYER;
	case FM_LAYER_LOWER:
		return flags | FM_execve_flags_EXE_LOWER_LAYER;
	default:
		return flags;
	}
}

static u64 nanoseconds(struct timespec64 time)
{
	return timespec64_to_ns(&time);
}

void fm_push_executable_inode(struct fm_record *record, struct file *file)
{
	const struct inode *inode = file ? file_inode(file) : NULL;

	fm_push_u64(record, inode ? inode->i_ino : 0);
	fm_push_u64(record, inode ? nanoseconds(inode_get_ctime(inode)) : 0);
	fm_push_u64(record, inode ? nanoseconds(inode_get_mtime(inode)) : 0);
}

void fm_push_executable_path(struct fm_record *record, struct file *file)
{
	char *path, *to;
	u32 room, size = 0;

	to = (char *)fm_record_room(record, &room);
	if (room && file) {
		/* It is built from the end of the buffer backwards. */
		path = d_path(&file->f_path, to, FM_PATH_MAX);
		if (!IS_ERR(path)) {
			size = to + FM_PATH_MAX - path;
			size = strnlen(path, size - 1) + 1;
			memmove(to, path, size);
		}
	}
	fm_push_built(record, size);
}
