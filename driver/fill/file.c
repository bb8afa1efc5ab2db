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

/* Calls of whose arguments only a path counts: unlink, rmdir, chroot, stat, 32-bit umount. */
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

static void fill_mknod(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_string_user(record, call->args[0]);
	fm_push_u32(record, fm_mode_node(call->args[1]));
	fm_push_u32(record, call->args[2]);
}

static void fill_mknodat(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_fd(record, call->args[0]);
	fm_push_string_user(record, call->args[1]);
	fm_push_u32(record, fm_mode_node(call->args[2]));
	fm_push_u32(record, call->args[3]);
}

/* F_OK, R_OK, W_OK and X_OK have the same values in both. */
static void fill_access(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_string_user(record, call->args[0]);
	fm_push_u32(record, call->args[1] & 0007);
}

static void fill_newfstatat(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_fd(record, call->args[0]);
	fm_push_string_user(record, call->args[1]);
	fm_push_u32(record, fm_flags_newfstatat(call->args[3]));
}

/* The result is a string only after success. */
static void fill_getcwd(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	if (call->ret >= 0)
		fm_push_string_user(record, call->args[0]);
	else
		fm_push_empty(record);
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
	{ FM_MKNOD_X, fill_mknod },
	{ FM_MKNODAT_X, fill_mknodat },
	{ FM_ACCESS_X, fill_access },
	{ FM_STAT_X, fill_path },
	{ FM_LSTAT_X, fill_path },
	{ FM_STAT64_X, fill_path },
	{ FM_LSTAT64_X, fill_path },
	{ FM_NEWFSTATAT_X, fill_newfstatat },
	{ FM_GETCWD_X, fill_getcwd },
	{ FM_MOUNT_X, fill_mount },
	{ FM_UMOUNT_1_X, fill_path },
	{ FM_UMOUNT2_X, fill_umount2 },
	{ 0, NULL }
};
