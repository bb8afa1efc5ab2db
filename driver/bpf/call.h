/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A system call at its end, from the registers: the eBPF side of ../arch/.
 *
 * The tracepoint's argument is a pointer that the verifier knows the type of,
 * so that it is read like memory of the program's own.
 */
#ifndef FM_BPF_CALL_H
#define FM_BPF_CALL_H

#include "bpf/maps.h"
#include "../record.h"

#define FM_ARCH_SLOT_NONE (~0u)

FM_API u32 fm_arch_rare_number(u32 number);
FM_API bool fm_arch_compat_layout(long number);

#ifdef CONFIG_X86_64
#define TS_COMPAT 0x0002

#include "arch/x86_64.c"

static __always_inline u32 native_number(struct pt_regs *regs)
{
	return regs->orig_ax;
}

/* in_ia32_syscall() */
#define IS_COMPAT(task) ((task)->thread_info.status & TS_COMPAT)
#define PROBE_COMPAT(task) (BPF_CORE_READ(task, thread_info.status) & TS_COMPAT)

static __always_inline u64 fm_bpf_first_argument(struct pt_regs *regs)
{
	return regs->di;
}

static __always_inline void read_arguments(struct pt_regs *regs, bool compat, unsigned long *args)
{
	if (compat) {
		args[0] = (u32)regs->bx;
		args[1] = (u32)regs->cx;
		args[2] = (u32)regs->dx;
		args[3] = (u32)regs->si;
		args[4] = (u32)regs->di;
		args[5] = (u32)regs->bp;
		return;
	}
	args[0] = regs->di;
	args[1] = regs->si;
	args[2] = regs->dx;
	args[3] = regs->r10;
	args[4] = regs->r8;
	args[5] = regs->r9;
}
#else
#include "arch/arm64.c"

static __always_inline u32 native_number(struct pt_regs *regs)
{
	return regs->syscallno;
}

/* TIF_32BIT; calls of such tasks have no portable numbers in the table. */
#define IS_COMPAT(task) ((task)->thread_info.flags & (1ul << 22))
#define PROBE_COMPAT(task) (BPF_CORE_READ(task, thread_info.flags) & (1ul << 22))

static __always_inline u64 fm_bpf_first_argument(struct pt_regs *regs)
{
	return regs->orig_x0;
}

static __always_inline void read_arguments(struct pt_regs *regs, bool compat, unsigned long *args)
{
	args[0] = regs->orig_x0;
	args[1] = regs->regs[1];
	args[2] = regs->regs[2];
	args[3] = regs->regs[3];
	args[4] = regs->regs[4];
	args[5] = regs->regs[5];
}
#endif

/* Who makes the call. */
struct fm_bpf_caller {
	u32 tid;
	u32 pid;
	bool compat;		/* a 32-bit call */
};

/*
 * The helper that gives a typed pointer came with Linux 5.11 ("bpf: Implement
 * get_current_task_btf and RET_PTR_TO_BTF_ID").  What the caller of this does not
 * use is not read.
 */
static __always_inline struct fm_bpf_caller fm_bpf_caller(void)
{
	struct task_struct *task;
	struct fm_bpf_caller caller;

	if (bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_get_current_task_btf)) {
		task = bpf_get_current_task_btf();
		caller.tid = task->pid;
		caller.pid = task->tgid;
		caller.compat = IS_COMPAT(task);
		return caller;
	}
	task = (struct task_struct *)bpf_get_current_task();
	caller.tid = BPF_CORE_READ(task, pid);
	caller.pid = BPF_CORE_READ(task, tgid);
	caller.compat = PROBE_COMPAT(task);
	return caller;
}

/* The number as one of 64-bit calls below FM_BPF_NUMBERS, FM_ARCH_SLOT_NONE if it is no call's. */
static __always_inline u32 fm_bpf_number(struct pt_regs *regs)
{
	u32 number = native_number(regs);

	if (unlikely(number >= FM_BPF_NUMBERS))
		number = fm_arch_rare_number(number);
	return number;
}

static __always_inline void fm_bpf_call(struct pt_regs *regs, u32 number, bool compat, long ret,
					struct fm_call *call)
{
	u32 slot = compat ? FM_BPF_NUMBERS + number : number;

	read_arguments(regs, compat, call->args);
	call->ret = ret;
	call->nr = number;
	call->sc = fm_settings.slots[slot % FM_BPF_SLOTS].sc;
	call->compat = compat || fm_arch_compat_layout(native_number(regs));
}

#endif
