// SPDX-License-Identifier: GPL-2.0-only
/* Calls on paths: opening, permissions, owners, links, directories, mounts. */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/kdev_t.h>
#include <linux/openat2.h>
#include "../flags.h"
#include "../overlay.h"
#include "fill.h"

/* What became of an open; all zero if it failed. */
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

static void fill_chmod(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_string_user(record, call->args[0]);
	fm_push_u32(record, fm_mode_permissions(call->args[1]));
}

static void fill_fchmod(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_fd(record, call->args[0]);
	fm_push_u32(record, fm_mode_permissions(call->args[1]));
}

static void fill_fchmodat(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_fd(record, call->args[0]);
	fm_push_string_user(record, call->args[1]);
	fm_push_u32(record, fm_mode_permissions(call->args[2]));
}

/* chown and lchown */
static void fill_chown(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_string_user(record, call->args[0]);
	fm_push_u32(record, call->args[1]);
	fm_push_u32(record, call->args[2]);
}

static void fill_fchown(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_fd(record, call->args[0]);
	fm_push_u32(record, call->args[1]);
	fm_push_u32(record, call->args[2]);
}

static void fill_fchownat(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_fd(record, call->args[0]);
	fm_push_string_user(record, call->args[1]);
	fm_push_u32(record, call->args[2]);
	fm_push_u32(record, call->args[3]);
	fm_push_u32(record, fm_flags_fchownat(call->args[4]));
}

/* Calls whose only argument is a path: unlink, rmdir, chroot and 32-bit umount. */
static void fill_path(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_string_user(record, call->args[0]);
}

static void fill_unlinkat(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_fd(record, call->args[0]);
	fm_push_string_user(record, call->args[1]);
	fm_push_u32(record, fm_flags_unlinkat(call->args[2]));
}

/* Calls whose only arguments are two paths: rename, link, symlink. */
static void fill_two_paths(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_string_user(record, call->args[0]);
	fm_push_string_user(record, call->args[1]);
}

static void push_two_paths_at(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_fd(record, call->args[0]);
	fm_push_string_user(record, call->args[1]);
	fm_push_fd(record, call->args[2]);
	fm_push_string_user(record, call->args[3]);
}

static void fill_renameat(struct fm_record *record, const struct fm_call *call)
{
	push_two_paths_at(record, call);
}

static void fill_renameat2(struct fm_record *record, const struct fm_call *call)
{
	push_two_paths_at(record, call);
	fm_push_u32(record, fm_flags_renameat2(call->args[4]));
}

static void fill_linkat(struct fm_record *record, const struct fm_call *call)
{
	push_two_paths_at(record, call);
	fm_push_u32(record, fm_flags_linkat(call->args[4]));
}

static void fill_symlinkat(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_string_user(record, call->args[0]);
	fm_push_fd(record, call->args[1]);
	fm_push_string_user(record, call->args[2]);
}

static void fill_mkdir(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_string_user(record, call->args[0]);
	fm_push_u32(record, call->args[1]);
}

static void fill_mkdirat(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_fd(record, call->args[0]);
	fm_push_string_user(record, call->args[1]);
	fm_push_u32(record, call->args[2]);
}

static void fill_mount(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_string_user(record, call->args[0]);
	fm_push_string_user(record, call->args[1]);
	fm_push_string_user(record, call->args[2]);
	fm_push_u32(record, fm_flags_mount(call->args[3]));
}

static void fill_umount2(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_string_user(record, call->args[0]);
	fm_push_u32(record, fm_flags_umount(call->args[1]));
}

const struct fm_fill_row fm_fill_file[] = {
	{ FM_OPEN_X, fill_open },
	{ FM_OPENAT_2_X, fill_openat },
	{ FM_OPENAT2_X, fill_openat2 },
	{ FM_CREAT_X, fill_creat },
	{ FM_CHMOD_X, fill_chmod },
	{ FM_FCHMOD_X, fill_fchmod },
	{ FM_FCHMODAT_X, fill_fchmodat },
	{ FM_CHOWN_X, fill_chown },
	{ FM_LCHOWN_X, fill_chown },
	{ FM_FCHOWN_X, fill_fchown },
	{ FM_FCHOWNAT_X, fill_fchownat },
	{ FM_UNLINK_2_X, fill_path },
	{ FM_UNLINKAT_2_X, fill_unlinkat },
	{ FM_RENAME_X, fill_two_paths },
	{ FM_RENAMEAT_X, fill_renameat },
	{ FM_RENAMEAT2_X, fill_renameat2 },
	{ FM_LINK_2_X, fill_two_paths },
	{ FM_LINKAT_2_X, fill_linkat },
	{ FM_SYMLINK_X, fill_two_paths },
	{ FM_SYMLINKAT_X, fill_symlinkat },
	{ FM_MKDIR_2_X, fill_mkdir },
	{ FM_MKDIRAT_X, fill_mkdirat },
	{ FM_RMDIR_2_X, fill_path },
	{ FM_CHROOT_X, fill_path },
	{ FM_MOUNT_X, fill_mount },
	{ FM_UMOUNT_1_X, fill_path },
	{ FM_UMOUNT2_X, fill_umount2 },
	{ 0, NULL }
};
