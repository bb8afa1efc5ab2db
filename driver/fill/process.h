/* SPDX-License-Identifier: GPL-2.0-only */
/* Events of processes that no system call's end gives: filled from more than a call. */
#ifndef FM_FILL_PROCESS_H
#define FM_FILL_PROCESS_H

#include "../record.h"

struct linux_binprm;
struct task_struct;

/* A new program runs in the current task. */
struct fm_exec {
	struct fm_call call;		/* all zero */
	const struct linux_binprm *bprm;
};

/* A child that the current task has made and that does not run yet. */
struct fm_child {
	struct fm_call call;		/* all zero */
	struct task_struct *task;
};

/* Both take the call inside. */
FM_API void fm_fill_exec(struct fm_record *record, const struct fm_call *call);
FM_API void fm_fill_child(struct fm_record *record, const struct fm_call *call);

/* Of fill/ptrace.c, for the family's table. */
FM_API void fm_fill_ptrace(struct fm_record *record, const struct fm_call *call);

#ifdef __bpf__
#include "fill/ptrace.c"
#endif

#endif
