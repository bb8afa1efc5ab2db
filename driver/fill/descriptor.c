// SPDX-License-Identifier: GPL-2.0-only
/* Calls that close, copy, control and make descriptors, or change the working directory. */
#include <linux/file.h>
#include <linux/fs.h>
#include "../flags.h"
#include "fill.h"

/* Calls whose only argument is a descriptor: close, dup, fchdir. */
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
	struct file *file = NULL;

	if (!call->ret && fm_copy_user(record, ends, call->args[0], sizeof(ends)))
		ends[0] = ends[1] = -1;
	if (ends[0] >= 0)
		file = fget(ends[0]);
	fm_push_res(record, call->ret);
	fm_push_fd(record, ends[0]);
	fm_push_fd(record, ends[1]);
	fm_push_u64(record, file ? file_inode(file)->i_ino : 0);
	if (file)
		fput(file);
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

static void fill_memfd_create(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_string_user(record, call->args[0]);
	fm_push_u32(record, fm_flags_memfd(call->args[1]));
}

const struct fm_fill_row fm_fill_descriptor[] = {
	{ FM_CLOSE_X, fill_descriptor },
	{ FM_DUP_1_X, fill_descriptor },
	{ FM_DUP2_X, fill_dup2 },
	{ FM_DUP3_X, fill_dup3 },
	{ FM_PIPE_X, fill_pipe },
	{ FM_PIPE2_X, fill_pipe2 },
	{ FM_FCNTL_X, fill_fcntl },
	{ FM_CHDIR_X, fill_chdir },
	{ FM_FCHDIR_X, fill_descriptor },
	{ FM_MEMFD_CREATE_X, fill_memfd_create },
	{ 0, NULL }
};
