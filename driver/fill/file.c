// SPDX-License-Identifier: GPL-2.0-only
/* Calls on paths: permissions, owners, links, directories, nodes, mounts. */
#include <linux/stat.h>
#include <linux/types.h>
#include "../flags.h"
#include "fill.h"

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
