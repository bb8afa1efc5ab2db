// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls that open files.  Beside their arguments the record says what was
 * opened; those members are 0 if nothing was.
 */
#include <linux/dcache.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/kdev_t.h>
#include <linux/openat2.h>
#include "../flags.h"
#include "../overlay.h"
#include "fill.h"

struct opened {
	u32 dev;
	u64 ino;
	bool created;
	enum fm_layer layer;
};

static void look_at_opened(struct opened *opened, long fd)
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

static u32 opened_flags(const struct opened *opened, u64 native)
{
	u32 flags = fm_flags_open(native);

	if (opened->created)
		flags |= FM_file_flags_O_F_CREATED;
	if (opened->layer == FM_LAYER_UPPER)
		flags |= FM_file_flags_FD_UPPER_LAYER;
	else if (opened->layer == FM_LAYER_LOWER)
		flags |= FM_file_flags_FD_LOWER_LAYER;
	return flags;
}

/* The path of an open file in the mounts of the current task. */
static void push_path_of(struct fm_record *record, long fd)
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

static void fill_open(struct fm_record *record, const struct fm_call *call)
{
	struct opened opened;

	look_at_opened(&opened, call->ret);
	fm_push_res(record, call->ret);
	fm_push_string_user(record, call->args[0]);
	fm_push_u32(record, opened_flags(&opened, call->args[1]));
	fm_push_u32(record, fm_mode_open(call->args[1], call->args[2]));
	fm_push_u32(record, opened.dev);
	fm_push_u64(record, opened.ino);
}

static void fill_openat(struct fm_record *record, const struct fm_call *call)
{
	struct opened opened;

	look_at_opened(&opened, call->ret);
	fm_push_res(record, call->ret);
	fm_push_fd(record, call->args[0]);
	fm_push_string_user(record, call->args[1]);
	fm_push_u32(record, opened_flags(&opened, call->args[2]));
	fm_push_u32(record, fm_mode_open(call->args[2], call->args[3]));
	fm_push_u32(record, opened.dev);
	fm_push_u64(record, opened.ino);
}

static void fill_openat2(struct fm_record *record, const struct fm_call *call)
{
	u32 size = min_t(unsigned long, call->args[3], sizeof(struct open_how));
	struct open_how how = { 0 };
	struct opened opened;

	look_at_opened(&opened, call->ret);
	fm_push_res(record, call->ret);
	fm_push_fd(record, call->args[0]);
	fm_push_string_user(record, call->args[1]);
	if (fm_copy_user(record, &how, call->args[2], size)) {
		fm_push_empty(record);
		fm_push_empty(record);
		fm_push_empty(record);
	} else {
		fm_push_u32(record, opened_flags(&opened, how.flags));
		fm_push_u32(record, fm_mode_open(how.flags, how.mode));
		fm_push_u32(record, fm_flags_resolve(how.resolve));
	}
	fm_push_u32(record, opened.dev);
	fm_push_u64(record, opened.ino);
}

static void fill_creat(struct fm_record *record, const struct fm_call *call)
{
	struct opened opened;
	u16 flags = 0;

	look_at_opened(&opened, call->ret);
	if (opened.layer == FM_LAYER_UPPER)
		flags = FM_creat_flags_FD_UPPER_LAYER_CREAT;
	else if (opened.layer == FM_LAYER_LOWER)
		flags = FM_creat_flags_FD_LOWER_LAYER_CREAT;
	fm_push_res(record, call->ret);
	fm_push_string_user(record, call->args[0]);
	fm_push_u32(record, fm_mode_permissions(call->args[1]));
	fm_push_u32(record, opened.dev);
	fm_push_u64(record, opened.ino);
	fm_push_u16(record, flags);
}

/* The call names no path; the record has that of the file it opened. */
static void fill_open_by_handle_at(struct fm_record *record, const struct fm_call *call)
{
	struct opened opened;

	look_at_opened(&opened, call->ret);
	fm_push_res(record, call->ret);
	fm_push_fd(record, call->args[0]);
	fm_push_u32(record, opened_flags(&opened, call->args[2]));
	push_path_of(record, call->ret);
	fm_push_u32(record, opened.dev);
	fm_push_u64(record, opened.ino);
}

const struct fm_fill_row fm_fill_open[] = {
	{ FM_OPEN_X, fill_open },
	{ FM_OPENAT_2_X, fill_openat },
	{ FM_OPENAT2_X, fill_openat2 },
	{ FM_CREAT_X, fill_creat },
	{ FM_OPEN_BY_HANDLE_AT_X, fill_open_by_handle_at },
	{ 0, NULL }
};
