/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One program for each event: what the rows of the fill tables become.
 *
 * fm_dispatch jumps to the program of a system call's event.  A program reads
 * the call once more from the registers, which are its only arguments, builds
 * the record in the CPU's slot and hands it to the ring.
 */
#ifndef FM_BPF_PROGRAM_H
#define FM_BPF_PROGRAM_H

#include "bpf/call.h"
#include "bpf/output.h"
#include "socketcall.h"

/* The class that a lost record of an event is counted in, and the event's category. */
enum {
#define FM_EVENT(id, code, name, category, origin, loss, flags) \
	FM_##id##_LOSS = FM_CLASS_##loss, FM_##id##_CATEGORY = FM_CATEGORY_##category,
#include "uapi/falcomod_events.def"
};

/* May a call of this category have come through socketcall(2)? */
static __always_inline bool fm_bpf_is_of_sockets(u32 category)
{
	switch (category) {
	case FM_CATEGORY_NET:
	case FM_CATEGORY_IPC:
	case FM_CATEGORY_IO_READ:
	case FM_CATEGORY_IO_WRITE:
	case FM_CATEGORY_OTHER:
		return true;
	default:
		return false;
	}
}

#define FM_FILL_TABLE(family)
#define FM_FILL_TABLE_END

#define FM_FILL(event, function)						\
	SEC("tp_btf/sys_exit")							\
	int BPF_PROG(fm_##event, struct pt_regs *regs, long ret)		\
	{									\
		struct fm_bpf_cpu *cpu = fm_bpf_enter(FM_##event##_LOSS);	\
		struct fm_bpf_caller caller;					\
		struct fm_record record;					\
		struct fm_call call;						\
										\
		if (!cpu)							\
			return 0;						\
		caller = fm_bpf_caller();					\
		fm_bpf_call(regs, fm_bpf_number(regs), caller.compat, ret, &call); \
		if (fm_bpf_is_of_sockets(FM_##event##_CATEGORY) &&		\
		    unlikely(call.sc == FM_SC_socketcall))			\
			fm_socketcall_expand(&call);				\
		fm_record_begin(&record, cpu, FM_##event##_NPARAMS);		\
		function(&record, &call);					\
		fm_bpf_leave(cpu, &record, FM_##event, FM_##event##_NPARAMS,	\
			     FM_##event##_LOSS, caller.tid);			\
		return 0;							\
	}

/* Records of events that no system call's end gives: the call is part of what is described. */
#define FM_FILL_TASK(event, function, subject, tid)				\
	do {									\
		struct fm_bpf_cpu *cpu = fm_bpf_enter(FM_##event##_LOSS);	\
		struct fm_record record;					\
										\
		if (!cpu)							\
			break;							\
		fm_record_begin(&record, cpu, FM_##event##_NPARAMS);		\
		function(&record, subject);					\
		fm_bpf_leave(cpu, &record, FM_##event, FM_##event##_NPARAMS,	\
			     FM_##event##_LOSS, tid);				\
	} while (0)

#define FM_FILL_EXEC(event, function)						\
	SEC("tp_btf/sched_process_exec")					\
	int BPF_PROG(fm_exec, struct task_struct *task, pid_t old_pid,		\
		     struct linux_binprm *bprm)					\
	{									\
		struct fm_exec exec = { .bprm = bprm };				\
										\
		if (fm_bpf_wants(FM_BPF_WANT_EXEC))				\
			FM_FILL_TASK(event, function, &exec.call,		\
				     (u32)bpf_get_current_pid_tgid());		\
		return 0;							\
	}

#define FM_FILL_PROCEXIT(event, function)					\
	SEC("tp_btf/sched_process_exit")					\
	int BPF_PROG(fm_exit, struct task_struct *task)				\
	{									\
		if (fm_bpf_wants(FM_BPF_WANT_PROCEXIT) &&			\
		    !(task->flags & PF_KTHREAD))				\
			FM_FILL_TASK(event, function, NULL,			\
				     (u32)bpf_get_current_pid_tgid());		\
		return 0;							\
	}

/* Only where a child has no sys_exit of its own (../arch/). */
#ifdef CONFIG_ARM64
#define FM_FILL_CHILD(event, function)						\
	SEC("tp_btf/sched_process_fork")					\
	int BPF_PROG(fm_child, struct task_struct *parent, struct task_struct *child) \
	{									\
		struct fm_child born = { .task = child };			\
										\
		if (fm_bpf_wants(FM_BPF_WANT_CHILD) && !(child->flags & PF_KTHREAD)) \
			FM_FILL_TASK(event, function, &born.call, child->pid);	\
		return 0;							\
	}
#else
#define FM_FILL_CHILD(event, function)
#endif

#endif
