/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The path of a file as d_path() gives it, which tracepoints may not call: from
 * its name upwards, through the mounts, to the root directory of the current task.
 *
 * It is built backwards, behind its place, and then moved to the front.  A rename
 * meanwhile may show in part.
 */
#ifndef FM_BPF_PATH_H
#define FM_BPF_PATH_H

#include "bpf/record.h"

#define NAMES_MAX 80			/* names of a path, mounts counted; above, it is cut */
#define NAME_MAX_BYTES 255
#define DELETED " (deleted)"

/* A path under construction: to[begin] to to[end - 1]. */
struct fm_bpf_path {
	u8 *to;
	u32 begin;
	u32 end;
};

/* Room for the longest name in front of the first half. */
#define PATH_END (2 * FM_PATH_MAX)

static __always_inline void path_put(struct fm_bpf_path *path, const void *bytes, u32 size)
{
	path->begin = fm_bounded(path->begin - size, 0x1fff);
	memcpy(path->to + path->begin, bytes, size);
}

/* "/name" in front; false when there is no more room. */
static __always_inline bool path_put_name(struct fm_bpf_path *path, struct dentry *dentry)
{
	u32 length = FM_READ(dentry, d_name.len);
	const u8 *name = FM_READ(dentry, d_name.name);
	u32 used = path->end - path->begin;

	length = fm_bounded(length, 0xff);
	if (used + length + 1 > FM_PATH_MAX)
		return false;
	path->begin = fm_bounded(path->begin - length, 0x1fff);
	bpf_probe_read_kernel(path->to + path->begin, length, name);
	path->begin = fm_bounded(path->begin - 1, 0x1fff);
	path->to[path->begin] = '/';
	return true;
}

/* Files without a directory, such as those of memfd_create(2), whose name is made up. */
static __always_inline bool is_nameless(struct dentry *dentry, struct mount *mount)
{
	return FM_READ(dentry, d_parent) == dentry &&
	       FM_READ(mount, mnt_parent) == mount &&
	       FM_READ(dentry, d_op, d_dname);
}

static __always_inline bool is_unlinked(struct dentry *dentry)
{
	return !FM_READ(dentry, d_hash.pprev) &&
	       FM_READ(dentry, d_parent) != dentry;
}

static __always_inline void walk_up(struct fm_bpf_path *path, struct dentry *dentry,
				    struct mount *mount)
{
	struct dentry *root = FM_READ(current, fs, root.dentry);
	struct vfsmount *root_mount = FM_READ(current, fs, root.mnt);
	struct dentry *parent;
	struct mount *above;
	u32 i;

	for (i = 0; i < NAMES_MAX; i++) {
		if (dentry == root && &mount->mnt == root_mount)
			break;
		parent = FM_READ(dentry, d_parent);
		if (dentry == FM_READ(mount, mnt.mnt_root) || dentry == parent) {
			above = FM_READ(mount, mnt_parent);
			if (above == mount)
				break;
			dentry = FM_READ(mount, mnt_mountpoint);
			mount = above;
			continue;
		}
		if (!path_put_name(path, dentry))
			break;
		dentry = parent;
	}
}

/* Writes the path of a file and its NUL at this offset of the record; returns their size. */
FM_BPF_FUNCTION u32 fm_bpf_path(u64 address, u32 at)
{
	struct file *file = (struct file *)address;
	struct fm_bpf_cpu *cpu = this_cpu();
	u8 *to = cpu ? cpu->record + fm_bounded(at, 0xffff) : NULL;
	struct dentry *dentry = FM_READ(file, f_path.dentry);
	struct vfsmount *mnt = FM_READ(file, f_path.mnt);
	struct mount *mount = container_of(mnt, struct mount, mnt);
	struct fm_bpf_path path = { .to = to, .begin = PATH_END, .end = PATH_END };
	bool nameless = is_nameless(dentry, mount);
	u32 size;

	if (!cpu)
		return 0;
	path_put(&path, "", 1);
	if (nameless || is_unlinked(dentry))
		path_put(&path, DELETED, sizeof(DELETED) - 1);
	if (nameless)
		path_put_name(&path, dentry);
	else
		walk_up(&path, dentry, mount);
	if (path.begin == PATH_END - 1)
		path_put(&path, "/", 1);
	size = fm_bounded(path.end - path.begin, 0x1fff);
	bpf_probe_read_kernel(to, size, to + fm_bounded(PATH_END - size, 0x1fff));
	return size;
}

/* Takes it as the next parameter. */
static __always_inline void fm_bpf_push_path(struct fm_record *record, struct file *file)
{
	fm_push_built(record, file ? fm_bpf_path((u64)file, record->used) : 0);
}

#endif
