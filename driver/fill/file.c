// SPDX-License-Identifier: GPL-2.0-only
/* Calls on paths: permissions, owners, links, directories, nodes, mounts. */
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

FM_FILL_TABLE(file)
	FM_FILL(CHMOD_X, fill_chmod)
	FM_FILL(FCHMOD_X, fill_fchmod)
	FM_FILL(FCHMODAT_X, fill_fchmodat)
	FM_FILL(CHOWN_X, fill_chown)
	FM_FILL(LCHOWN_X, fill_chown)
	FM_FILL(FCHOWN_X, fill_fchown)
	FM_FILL(FCHOWNAT_X, fill_fchownat)
	FM_FILL(UNLINK_2_X, fill_path)
	FM_FILL(UNLINKAT_2_X, fill_unlinkat)
	FM_FILL(RENAME_X, fill_two_paths)
	FM_FILL(RENAMEAT_X, fill_renameat)
	FM_FILL(RENAMEAT2_X, fill_renameat2)
	FM_FILL(LINK_2_X, fill_two_paths)
	FM_FILL(LINKAT_2_X, fill_linkat)
	FM_FILL(SYMLINK_X, fill_two_paths)
	FM_FILL(SYMLINKAT_X, fill_symlinkat)
	FM_FILL(MKDIR_2_X, fill_mkdir)
	FM_FILL(MKDIRAT_X, fill_mkdirat)
	FM_FILL(RMDIR_2_X, fill_path)
	FM_FILL(CHROOT_X, fill_path)
	FM_FILL(MKNOD_X, fill_mknod)
	FM_FILL(MKNODAT_X, fill_mknodat)
	FM_FILL(ACCESS_X, fill_access)
	FM_FILL(STAT_X, fill_path)
	FM_FILL(LSTAT_X, fill_path)
	FM_FILL(STAT64_X, fill_path)
	FM_FILL(LSTAT64_X, fill_path)
	FM_FILL(NEWFSTATAT_X, fill_newfstatat)
	FM_FILL(GETCWD_X, fill_getcwd)
	FM_FILL(MOUNT_X, fill_mount)
	FM_FILL(UMOUNT_1_X, fill_path)
	FM_FILL(UMOUNT2_X, fill_umount2)
FM_FILL_TABLE_END
