// SPDX-License-Identifier: GPL-2.0-only
/* The cgroups of a task, which tell the container it runs in. */
#include <linux/cgroup.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "task.h"

#ifdef CONFIG_CGROUPS

#define SUBSYS(name) { #name "=", name##_cgrp_id },
static const struct {
	const char *prefix;
	enum cgroup_subsys_id id;
} subsystems[] = {
#include <linux/cgroup_subsys.h>
};

#undef SUBSYS

/*
 * The path and its NUL; returns their size.  cgroup_path() takes
 * kernfs_rename_lock, a spinning reader-writer lock that no tracepoint used
 * here is inside of; with PREEMPT_RT it sleeps, which a probe must not.
 */
static u32 append_path(struct cgroup *cgroup, char *to, u32 room)
{
	if (!room)
		return 0;
	to[0] = 0;
	/* What it returns for a path that is cut differs between kernels. */
	if (!IS_ENABLED(CONFIG_PREEMPT_RT))
		cgroup_path(cgroup, to, room);
	return strnlen(to, room - 1) + 1;
}

static u32 append(char *to, u32 room, const char *from, u32 size)
{
	size = min(size, room);
	memcpy(to, from, size);
	return size;
}

/*
 * Fills list with "subsystem=path", each NUL-terminated.  In the unified
 * hierarchy subsystems share a cgroup, mostly that of the one before: then its
 * path is at hand.
 */
static u32 build(struct task_struct *task, char *list, u32 room)
{
	struct cgroup *cgroup, *last = NULL;
	const char *path = NULL;
	u32 path_size = 0, used = 0, i;

	for (i = 0; i < ARRAY_SIZE(subsystems) && used < room; i++) {
		cgroup = task_css(task, subsystems[i].id)->cgroup;
		used += append(list + used, room - used, subsystems[i].prefix,
			       strlen(subsystems[i].prefix));
		if (cgroup == last) {
			used += append(list + used, room - used, path, path_size);
			continue;
		}
		path = list + used;
		path_size = append_path(cgroup, list + used, room - used);
		used += path_size;
		last = cgroup;
	}
	if (used)
		list[used - 1] = 0;
	return used;
}

void fm_push_cgroups(struct fm_record *record, struct task_struct *task)
{
	u32 room;
	char *to = (char *)fm_record_room(record, &room);

	fm_push_built(record, build(task, to, min(room, FM_ARGS_MAX)));
}
#else
void fm_push_cgroups(struct fm_record *record, struct task_struct *task)
{
	fm_push_empty(record);
}
#endif
