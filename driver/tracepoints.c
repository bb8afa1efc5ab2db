// SPDX-License-Identifier: GPL-2.0-only
/*
 * From tracepoints to rings.
 *
 * sys_exit gives every system call: the registers still hold the arguments.
 * The kernel forgets them when a new program starts, so execve(2) and
 * execveat(2) that succeed come from sched_process_exec instead, and their
 * sys_exit is left out.  sched_process_exit tells of the end of a thread; where
 * a child has no sys_exit of its own, sched_process_fork tells of its beginning.
 *
 * Newer kernels run sys_exit probes preemptible ("tracing/bpf: guard syscall
 * probe with preempt_notrace", v6.13), so preemption is turned off here.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/binfmts.h>
#include <linux/percpu.h>
#include <linux/pid.h>
#include <linux/rculist.h>
#include <linux/timekeeping.h>
#include <linux/tracepoint.h>

#include "compat/compat.h"
#include "consumer.h"
#include "fill/fill.h"
#include "fill/process.h"
#include "socketcall.h"
#include "tracepoints.h"

/* One event on its way to the consumers that want it. */
struct emission {
	u32 bit;		/* of the filter */
	u16 code;
	fm_fill fill;
	const struct fm_call *call;
	u64 ts_ns;
	u64 tid;
};

/* Probes running on this CPU; more than one when an event comes within another. */
static DEFINE_PER_CPU(u32, depth);

static void record_event(struct fm_consumer *consumer, struct fm_ring *ring,
			 const struct emission *event)
{
	struct fm_record record;
	u32 capacity, size;
	u8 *slot;

	slot = fm_ring_reserve(ring, &capacity);
	fm_record_begin(&record, slot, capacity, event->code, event->ts_ns, event->tid,
			consumer->snaplen);
	if (!record.failure)
		event->fill(&record, event->call);
	size = fm_record_finish(&record);
	if (size)
		fm_ring_commit(ring, size, record.faults);
	else
		fm_ring_discard(ring, record.failure - 1, record.info->loss_class);
}

static void deliver(struct fm_consumer *consumer, const struct emission *event, bool nested)
{
	struct fm_ring *ring = fm_consumer_ring(consumer, smp_processor_id());

	/* A CPU gets its rings before it runs tasks. */
	if (WARN_ON_ONCE(!ring))
		return;
	if (consumer->owner == task_tgid(current))
		fm_ring_count_filtered(ring);
	else if (nested)
		fm_ring_discard(ring, FM_LOSS_NESTED, fm_event_table[event->code].loss_class);
	else
		record_event(consumer, ring, event);
}

static noinline void emit(struct emission *event)
{
	struct fm_consumer *consumer;
	bool nested;

	preempt_disable_notrace();
	rcu_read_lock();
	nested = this_cpu_inc_return(depth) != 1;
	event->ts_ns = ktime_get_real_ns();
	list_for_each_entry_rcu(consumer, &fm_consumers, entry)
		if (fm_filter_has(&consumer->filter, event->bit))
			deliver(consumer, event, nested);
	this_cpu_dec(depth);
	rcu_read_unlock();
	preempt_enable_notrace();
}

static noinline void emit_call(struct pt_regs *regs, u32 slot, long ret)
{
	struct emission event;
	struct fm_call call;

	if (current->flags & PF_KTHREAD)
		return;
	fm_arch_get_call(regs, slot, &call);
	call.ret = ret;
	if (unlikely(call.sc == FM_SC_socketcall))
		fm_socketcall_expand(&call);
	if ((call.sc == FM_SC_execve || call.sc == FM_SC_execveat) && !ret)
		return;
	event.bit = call.sc;
	event.code = fm_fill_code(call.sc);
	event.fill = fm_fill_of(event.code);
	event.call = &call;
	event.tid = task_pid_nr(current);
	emit(&event);
}

static void probe_sys_exit(void *data, struct pt_regs *regs, long ret)
{
	u32 slot = fm_arch_slot(regs);

	if (slot != FM_ARCH_SLOT_NONE && test_bit(slot, fm_wanted.slots))
		emit_call(regs, slot, ret);
}

static void probe_exec(void *data, struct task_struct *task, pid_t old_pid,
		       struct linux_binprm *bprm)
{
	struct fm_exec exec = { .bprm = bprm };
	struct emission event = {
		.bit = FM_FILTER_EXEC,
		.code = FM_EXECVE_19_X,
		.fill = fm_fill_exec,
		.call = &exec.call,
		.tid = task_pid_nr(task),
	};

	if (test_bit(FM_FILTER_EXEC, fm_wanted.bits))
		emit(&event);
}

FM_COMPAT_EXIT_PROBE(probe_exit)
{
	struct emission event = {
		.bit = FM_FILTER_PROCEXIT,
		.code = FM_PROCEXIT_1_E,
		.fill = fm_fill_procexit,
		.tid = task_pid_nr(task),
	};

	if (test_bit(FM_FILTER_PROCEXIT, fm_wanted.bits) && !(task->flags & PF_KTHREAD))
		emit(&event);
}

static void probe_fork(void *data, struct task_struct *parent, struct task_struct *child)
{
	struct fm_child born = { .task = child };
	struct emission event = {
		.bit = FM_FILTER_CHILD,
		.code = FM_CLONE_20_X,
		.fill = fm_fill_child,
		.call = &born.call,
		.tid = task_pid_nr(child),
	};

	if (test_bit(FM_FILTER_CHILD, fm_wanted.bits) && !(child->flags & PF_KTHREAD))
		emit(&event);
}

static struct source {
	const char *name;
	void *probe;
	bool needed;
	struct tracepoint *tracepoint;
} sources[] = {
	{ "sys_exit", probe_sys_exit, true },
	{ "sched_process_exec", probe_exec, true },
	{ "sched_process_exit", probe_exit, true },
	{ "sched_process_fork", probe_fork, !FM_ARCH_CHILD_HAS_SYS_EXIT },
};

/* The tracepoints themselves are not exported; the walk over all of them is. */
static void find(struct tracepoint *tracepoint, void *unused)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(sources); i++)
		if (!strcmp(tracepoint->name, sources[i].name))
			sources[i].tracepoint = tracepoint;
}

int fm_tracepoints_init(void)
{
	u32 i;

	for_each_kernel_tracepoint(find, NULL);
	for (i = 0; i < ARRAY_SIZE(sources); i++) {
		if (sources[i].needed && !sources[i].tracepoint) {
			pr_err("this kernel has no tracepoint %s\n", sources[i].name);
			return -ENOENT;
		}
	}
	return 0;
}

static void detach_first(u32 count)
{
	while (count--)
		if (sources[count].needed)
			tracepoint_probe_unregister(sources[count].tracepoint,
						    sources[count].probe, NULL);
	tracepoint_synchronize_unregister();
}

int fm_tracepoints_attach(void)
{
	int error;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(sources); i++) {
		if (!sources[i].needed)
			continue;
		error = tracepoint_probe_register(sources[i].tracepoint, sources[i].probe, NULL);
		if (error) {
			detach_first(i);
			return error;
		}
	}
	return 0;
}

void fm_tracepoints_detach(void)
{
	detach_first(ARRAY_SIZE(sources));
}
