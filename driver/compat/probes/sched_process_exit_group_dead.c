// SPDX-License-Identifier: GPL-2.0-only
#include <linux/sched.h>
#include <trace/events/sched.h>

void fm_probe(void (*fn)(void *data, struct task_struct *task, bool group_dead));
void fm_probe(void (*fn)(void *data, struct task_struct *task, bool group_dead))
{
	check_trace_callback_type_sched_process_exit(fn);
}
