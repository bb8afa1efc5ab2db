// SPDX-License-Identifier: GPL-2.0-only
/* See opened.h. */
#include <linux/dcache.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/kdev_t.h>

#include "opened.h"

void fm_opened_look(struct fm_opened *opened, long fd)
{
	struct file *file;
	struct inode *inode;

	memset(opened, 0, sizeof(*opened));
	/* The raw look-up also finds files opened with O_PATH. */
	file = fd >= 0 ? fget_raw(fd) : NULL;
	if (!file)
		return;
	inode = file_inode(file);
	opened->dev = new_encode_dev(inode->i_sb->s_dev);
	opened->ino = inode->i_ino;
	opened->created = file->f_mode & FMODE_CREATED;
	opened->layer = fm_overlay_layer(inode);
	fput(file);
}

u64 fm_opened_inode(long fd)
{
	struct file *file = fd >= 0 ? fget(fd) : NULL;
	u64 inode;

	if (!file)
		return 0;
	inode = file_inode(file)->i_ino;
	fput(file);
	return inode;
}

void fm_push_opened_path(struct fm_record *record, long fd)
{
	struct file *file = fd >= 0 ? fget_raw(fd) : NULL;
	u32 room, size = 0;
	char *out, *path;

	if (!file) {
		fm_push_empty(record);
		return;
	}
	out = fm_record_room(record, &room);
	room = min_t(u32, room, FM_PATH_MAX);
	/* d_path() writes from the end of its buffer forwards. */
	path = room ? d_path(&file->f_path, out, room) : ERR_PTR(-ENAMETOOLONG);
	if (!IS_ERR(path)) {
		size = strlen(path) + 1;
		memmove(out, path, size);
	}
	fput(file);
	fm_push_built(record, size);
}
