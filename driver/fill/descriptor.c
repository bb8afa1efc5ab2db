// SPDX-License-Identifier: GPL-2.0-only
/* Calls that close, copy and control descriptors, or change the working directory. */
#include "../flags.h"
#include "../opened.h"
#include "fill.h"

/* Calls of whose arguments only the descriptor counts: close, dup, fchdir, fstat, getdents. */
static void fill_descriptor(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_fd(record, call->args[0]);
}

static void fill_dup2(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_fd(record, call->args[0]);
	fm_push_fd(record, call->args[1]);
}

static void fill_dup3(struct fm_record *record, const struct fm_call *call)
{
	fill_dup2(record, call);
	fm_push_u32(record, fm_flags_descriptor(call->args[2]));
}

/* Both ends of a pipe have the same inode; after a failure there are none. */
static void fill_pipe(struct fm_record *record, const struct fm_call *call)
{
	int ends[2] = { -1, -1 };

	if (!call->ret && fm_copy_user(record, ends, call->args[0], sizeof(ends))) {
		ends[0] = -1;
		ends[1] = -1;
	}
	fm_push_res(record, call->ret);
	fm_push_fd(record, ends[0]);
	fm_push_fd(record, ends[1]);
	fm_push_u64(record, fm_opened_inode(ends[0]));
}

static void fill_pipe2(struct fm_record *record, const struct fm_call *call)
{
	fill_pipe(record, call);
	fm_push_u32(record, fm_flags_descriptor(call->args[1]));
}

static void fill_fcntl(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_fd(record, call->args[0]);
	fm_push_u8(record, fm_fcntl_command(call->args[1]));
	fm_push_u64(record, call->args[2]);
}

static void fill_chdir(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_string_user(record, call->args[0]);
}

static void fill_close_range(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_u32(record, call->args[0]);
	fm_push_u32(record, call->args[1]);
	fm_push_u32(record, fm_flags_close_range(call->args[2]));
}

/* The portable operations are the native ones; LOCK_MAND and its like have no names. */
static void fill_flock(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_fd(record, call->args[0]);
	fm_push_u32(record, call->args[1] & (FM_flock_flags_LOCK_SH | FM_flock_flags_LOCK_EX |
					     FM_flock_flags_LOCK_NB | FM_flock_flags_LOCK_UN));
}

/* SEEK_SET, SEEK_CUR and SEEK_END are 0, 1 and 2 in both. */
static void fill_lseek(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_fd(record, call->args[0]);
	fm_push_u64(record, call->compat ? (s32)call->args[1] : (s64)call->args[1]);
	fm_push_u8(record, call->args[2]);
}

/* _llseek(fd, high half, low half, result, whence) of 32-bit callers */
static void fill_llseek(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_fd(record, call->args[0]);
	fm_push_u64(record, (u64)call->args[1] << 32 | (u32)call->args[2]);
	fm_push_u8(record, call->args[4]);
}

static void fill_ioctl(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_fd(record, call->args[0]);
	fm_push_u64(record, call->args[1]);
	fm_push_u64(record, call->args[2]);
}

FM_FILL_TABLE(descriptor)
	FM_FILL(CLOSE_X, fill_descriptor)
	FM_FILL(DUP_1_X, fill_descriptor)
	FM_FILL(DUP2_X, fill_dup2)
	FM_FILL(DUP3_X, fill_dup3)
	FM_FILL(PIPE_X, fill_pipe)
	FM_FILL(PIPE2_X, fill_pipe2)
	FM_FILL(FCNTL_X, fill_fcntl)
	FM_FILL(CHDIR_X, fill_chdir)
	FM_FILL(FCHDIR_X, fill_descriptor)
	FM_FILL(CLOSE_RANGE_X, fill_close_range)
	FM_FILL(FLOCK_X, fill_flock)
	FM_FILL(LSEEK_X, fill_lseek)
	FM_FILL(LLSEEK_X, fill_llseek)
	FM_FILL(IOCTL_3_X, fill_ioctl)
	FM_FILL(FSTAT_X, fill_descriptor)
	FM_FILL(GETDENTS_X, fill_descriptor)
	FM_FILL(GETDENTS64_X, fill_descriptor)
FM_FILL_TABLE_END
