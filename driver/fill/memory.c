// SPDX-License-Identifier: GPL-2.0-only
/* Calls on the memory of a process. */
#include "../flags.h"
#include "../task.h"
#include "fill.h"

static void fill_brk(struct fm_record *record, const struct fm_call *call)
{
	fm_push_u64(record, call->ret);
	fm_push_memory_size(record, current);
	fm_push_u64(record, call->args[0]);
}

static void push_mmap(struct fm_record *record, const struct fm_call *call,
		      const unsigned long *args)
{
	fm_push_res(record, call->ret);
	fm_push_memory_size(record, current);
	fm_push_u64(record, args[0]);
	fm_push_u64(record, args[1]);
	fm_push_u32(record, fm_flags_protection(args[2]));
	fm_push_u32(record, fm_flags_mapping(args[3]));
	fm_push_fd(record, args[4]);
	fm_push_u64(record, args[5]);
}

/* The call of 32-bit programs has one argument: where the six are. */
static void fill_mmap(struct fm_record *record, const struct fm_call *call)
{
	unsigned long args[6] = { 0 };
	u32 narrow[6];
	int i;

	if (!call->compat) {
		push_mmap(record, call, call->args);
		return;
	}
	if (!fm_copy_user(record, narrow, call->args[0], sizeof(narrow))) {
		for (i = 0; i < ARRAY_SIZE(args); i++)
			args[i] = narrow[i];
	}
	push_mmap(record, call, args);
}

/* The offset of mmap2 counts pages of 4096 bytes. */
static void fill_mmap2(struct fm_record *record, const struct fm_call *call)
{
	push_mmap(record, call, call->args);
}

static void fill_munmap(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_memory_size(record, current);
	fm_push_u64(record, call->args[0]);
	fm_push_u64(record, call->args[1]);
}

static void fill_mprotect(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_u64(record, call->args[0]);
	fm_push_u64(record, call->args[1]);
	fm_push_u32(record, fm_flags_protection(call->args[2]));
}

/* mlock and munlock */
static void fill_mlock(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_u64(record, call->args[0]);
	fm_push_u64(record, call->args[1]);
}

static void fill_mlock2(struct fm_record *record, const struct fm_call *call)
{
	fill_mlock(record, call);
	fm_push_u32(record, fm_flags_mlock2(call->args[2]));
}

static void fill_mlockall(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_u32(record, fm_flags_mlockall(call->args[0]));
}

static void fill_munlockall(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
}

FM_FILL_TABLE(memory)
	FM_FILL(BRK_4_X, fill_brk)
	FM_FILL(MMAP_X, fill_mmap)
	FM_FILL(MMAP2_X, fill_mmap2)
	FM_FILL(MUNMAP_X, fill_munmap)
	FM_FILL(MPROTECT_X, fill_mprotect)
	FM_FILL(MLOCK_X, fill_mlock)
	FM_FILL(MUNLOCK_X, fill_mlock)
	FM_FILL(MLOCK2_X, fill_mlock2)
	FM_FILL(MLOCKALL_X, fill_mlockall)
	FM_FILL(MUNLOCKALL_X, fill_munlockall)
FM_FILL_TABLE_END
