/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The cgroups of a task: fm_push_cgroups() of ../task.h.
 *
 * Which controllers the kernel has, and in which order, the loader has found out
 * and put into the settings.  Paths are built backwards behind the list and then
 * moved to its end.
 */
#ifndef FM_BPF_CGROUP_H
#define FM_BPF_CGROUP_H

#include "bpf/record.h"

#define CGROUP_DEPTH_MAX 24
#define CGROUP_PATH_END (2 * FM_ARGS_MAX)

/* Since "kernfs: Use RCU to access kernfs_node::parent", v6.15, the member is called __parent. */
struct kernfs_node___old {
	struct kernfs_node *parent;
} __attribute__((preserve_access_index));

static __always_inline struct kernfs_node *parent_of(struct kernfs_node *node)
{
	struct kernfs_node___old *old = (void *)node;

	if (bpf_core_field_exists(old->parent))
		return FM_READ(old, parent);
	return FM_READ(node, __parent);
}

/* Writes the path and its NUL so that it ends at to[CGROUP_PATH_END]; its size. */
static __always_inline u32 build_path(u8 *to, struct cgroup *cgroup)
{
	struct kernfs_node *node = FM_READ(cgroup, kn);
	u32 begin = CGROUP_PATH_END - 1, length, i;
	struct kernfs_node *parent;
	const char *name;

	to[CGROUP_PATH_END - 1] = 0;
	for (i = 0; i < CGROUP_DEPTH_MAX; i++) {
		parent = parent_of(node);
		if (!parent)
			break;
		name = FM_READ(node, name);
		/* Its length first; where that is written will be overwritten. */
		length = bpf_probe_read_kernel_str(to + CGROUP_PATH_END, 256, name);
		length = fm_bounded(length - 1, 0xff);
		if (begin < length + 1 + FM_ARGS_MAX)
			break;
		begin = fm_bounded(begin - length, 0x1fff);
		bpf_probe_read_kernel(to + begin, length, name);
		begin = fm_bounded(begin - 1, 0x1fff);
		to[begin] = '/';
		node = parent;
	}
	if (begin == CGROUP_PATH_END - 1) {
		begin--;
		to[CGROUP_PATH_END - 2] = '/';
	}
	return fm_bounded(CGROUP_PATH_END - begin, 0x1fff);
}

/* Appends size bytes of the program's memory to a list that has used bytes; the new count. */
static __always_inline u32 append(u8 *list, u32 used, const void *from, u32 size)
{
	u32 room = FM_ARGS_MAX - used;

	size = fm_bounded(size < room ? size : room, 0x1fff);
	bpf_probe_read_kernel(list + fm_bounded(used, 0xfff), size, from);
	return fm_bounded(used + size, 0x1fff);
}

/* Writes the list at this offset of the record; returns its size. */
FM_BPF_FUNCTION u32 fm_bpf_cgroups(u64 address, u32 at)
{
	struct task_struct *task = (struct task_struct *)address;
	struct fm_bpf_cpu *cpu = this_cpu();
	u8 *list = cpu ? cpu->record + fm_bounded(at, 0xffff) : NULL;
	struct css_set *set = FM_READ(task, cgroups);
	const void *states = (void *)set + bpf_core_field_offset(struct css_set, subsys);
	struct cgroup_subsys_state *state;
	struct cgroup *cgroup, *last = NULL;
	u32 path_at = 0, path_size = 0, used = 0, i;
	char *name;

	if (!cpu)
		return 0;
	for (i = 0; i < FM_BPF_CONTROLLERS; i++) {
		if (i >= fm_settings.controllers || used >= FM_ARGS_MAX)
			break;
		if (bpf_probe_read_kernel(&state, sizeof(state), states + i * sizeof(state)))
			break;
		cgroup = FM_READ(state, cgroup);
		name = fm_settings.controller[i];
		/* Its NUL is not wanted. */
		used += bpf_probe_read_kernel_str(list + fm_bounded(used, 0xfff),
						  FM_BPF_CONTROLLER_NAME, name) - 1;
		used = fm_bounded(used, 0x1fff);
		if (used >= FM_ARGS_MAX)
			break;
		if (cgroup == last) {
			used = append(list, used, list + fm_bounded(path_at, 0xfff), path_size);
			continue;
		}
		path_size = build_path(list, cgroup);
		path_at = used;
		used = append(list, used,
			      list + fm_bounded(CGROUP_PATH_END - path_size, 0x1fff), path_size);
		last = cgroup;
	}
	if (used > FM_ARGS_MAX)
		used = FM_ARGS_MAX;
	if (used)
		list[fm_bounded(used - 1, 0xfff)] = 0;
	return used;
}

static __always_inline void fm_push_cgroups(struct fm_record *record, struct task_struct *task)
{
	fm_push_built(record, fm_bpf_cgroups((u64)task, record->used));
}

#endif
