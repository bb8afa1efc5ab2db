/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * See ../executable.h.
 *
 * Whether a program could be changed by its task is told from owner, mode and
 * capabilities; access control lists, read-only mounts and security modules are
 * asked only by the module, because their answer is a function of the kernel.
 */
#ifndef FM_BPF_EXECUTABLE_H
#define FM_BPF_EXECUTABLE_H

#include "bpf/path.h"
#include "../overlay.h"

#define GROUPS_MAX 32

/* The names of an inode's times, by kernel. */
struct inode___v6_6 {
	struct timespec64 __i_ctime;	/* commit 13bc24457850, v6.6 */
} __attribute__((preserve_access_index));

struct inode___v6_7 {
	struct timespec64 __i_mtime;	/* commit 12cd44023651, v6.7 */
} __attribute__((preserve_access_index));

struct inode___old {
	struct timespec64 i_ctime;
	struct timespec64 i_mtime;
} __attribute__((preserve_access_index));

static __always_inline struct file *fm_executable_get(void)
{
	return FM_READ_ADDRESS(current, mm, exe_file);
}

static __always_inline void fm_executable_put(struct file *file)
{
}

static __always_inline bool has_capability(struct cred *cred, u32 capability)
{
	u64 set = 0;

	bpf_core_read(&set, sizeof(set), &cred->cap_effective);
	return set >> capability & 1;
}

static __always_inline bool is_in_group(struct cred *cred, u32 gid)
{
	struct group_info *groups = FM_READ(cred, group_info);
	const void *gids = (void *)groups + bpf_core_field_offset(struct group_info, gid);
	int count = FM_READ(groups, ngroups);
	u32 member, i;

	if (FM_READ(cred, fsgid.val) == gid)
		return true;
	for (i = 0; i < GROUPS_MAX; i++) {
		if ((int)i >= count)
			break;
		if (!bpf_probe_read_kernel(&member, sizeof(member), gids + i * sizeof(member)) &&
		    member == gid)
			return true;
	}
	return false;
}

static __always_inline bool is_writable(struct inode *inode)
{
	struct cred *cred = (struct cred *)FM_READ(current, cred);
	u32 mode = FM_READ(inode, i_mode);

	/* The owner may change the mode first. */
	if (FM_READ(cred, fsuid.val) == FM_READ(inode, i_uid.val))
		return true;
	if (has_capability(cred, CAP_FOWNER) || has_capability(cred, CAP_DAC_OVERRIDE))
		return true;
	if (is_in_group(cred, FM_READ(inode, i_gid.val)))
		return mode & S_IWGRP;
	return mode & S_IWOTH;
}

/* memfd_create(2) makes a file without a directory, named for what it is. */
static __always_inline bool is_memfd(struct file *file)
{
	struct dentry *dentry = FM_READ(file, f_path.dentry);
	const u8 *name = FM_READ(dentry, d_name.name);
	u64 start = 0, memfd = 0;

	if (FM_READ(dentry, d_parent) != dentry)
		return false;
	bpf_probe_read_kernel(&start, 6, name);
	memcpy(&memfd, "memfd:", 6);
	return start == memfd;
}

static __always_inline u32 fm_executable_flags(struct file *file)
{
	struct inode *inode;
	u32 flags = 0;

	if (!file)
		return 0;
	inode = FM_READ(file, f_inode);
	if (is_writable(inode))
		flags |= FM_execve_flags_EXE_WRITABLE;
	if (is_memfd(file))
		flags |= FM_execve_flags_EXE_FROM_MEMFD;
	switch (fm_overlay_layer(inode)) {
	case FM_LAYER_UPPER:
		return flags | FM_execve_flags_EXE_UPPER_LAYER;
	case FM_LAYER_LOWER:
		return flags | FM_execve_flags_EXE_LOWER_LAYER;
	default:
		return flags;
	}
}

/* The top bit of newer kernels' nanoseconds says that somebody has asked (v6.13). */
static __always_inline u64 nanoseconds(u64 seconds, u32 rest)
{
	return seconds * 1000000000 + (rest & 0x7fffffff);
}

static __always_inline u64 change_time(struct inode *inode)
{
	struct inode___v6_6 *middle = (void *)inode;
	struct inode___old *old = (void *)inode;

	if (bpf_core_field_exists(inode->i_ctime_sec))
		return nanoseconds(FM_READ(inode, i_ctime_sec),
				   FM_READ(inode, i_ctime_nsec));
	if (bpf_core_field_exists(middle->__i_ctime))
		return nanoseconds(FM_READ(middle, __i_ctime.tv_sec),
				   FM_READ(middle, __i_ctime.tv_nsec));
	return nanoseconds(FM_READ(old, i_ctime.tv_sec),
			   FM_READ(old, i_ctime.tv_nsec));
}

static __always_inline u64 modification_time(struct inode *inode)
{
	struct inode___v6_7 *middle = (void *)inode;
	struct inode___old *old = (void *)inode;

	if (bpf_core_field_exists(inode->i_mtime_sec))
		return nanoseconds(FM_READ(inode, i_mtime_sec),
				   FM_READ(inode, i_mtime_nsec));
	if (bpf_core_field_exists(middle->__i_mtime))
		return nanoseconds(FM_READ(middle, __i_mtime.tv_sec),
				   FM_READ(middle, __i_mtime.tv_nsec));
	return nanoseconds(FM_READ(old, i_mtime.tv_sec),
			   FM_READ(old, i_mtime.tv_nsec));
}

static __always_inline void fm_push_executable_inode(struct fm_record *record, struct file *file)
{
	struct inode *inode = file ? FM_READ(file, f_inode) : NULL;

	fm_push_u64(record, inode ? FM_READ(inode, i_ino) : 0);
	fm_push_u64(record, inode ? change_time(inode) : 0);
	fm_push_u64(record, inode ? modification_time(inode) : 0);
}

static __always_inline void fm_push_executable_path(struct fm_record *record, struct file *file)
{
	fm_bpf_push_path(record, file);
}

#endif
