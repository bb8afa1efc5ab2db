// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading and writing.  What was read is there only after success; what was to
 * be written is there after a failure too, and then as much as was asked for.
 */
#include "../message.h"
#include "fill.h"

static u64 bytes_read(const struct fm_call *call)
{
	return call->ret > 0 ? call->ret : 0;
}

static u64 bytes_written(const struct fm_call *call, u64 asked)
{
	return call->ret > 0 ? call->ret : asked;
}

/* The offset of a call: the low and, of 32-bit callers, the high half. */
static u64 offset(const struct fm_call *call)
{
	if (call->compat)
		return (u64)call->args[4] << 32 | (u32)call->args[3];
	return call->args[3];
}

static void fill_read(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_data_user(record, call->args[1], bytes_read(call));
	fm_push_fd(record, call->args[0]);
	fm_push_u32(record, call->args[2]);
}

static void fill_pread(struct fm_record *record, const struct fm_call *call)
{
	fill_read(record, call);
	fm_push_u64(record, offset(call));
}

static void fill_write(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_data_user(record, call->args[1], bytes_written(call, call->args[2]));
	fm_push_fd(record, call->args[0]);
	fm_push_u32(record, call->args[2]);
}

static void fill_pwrite(struct fm_record *record, const struct fm_call *call)
{
	fill_write(record, call);
	fm_push_u64(record, offset(call));
}

/* The size of a scattered read is what came, that of a gathered write what was asked for. */
static void fill_readv(struct fm_record *record, const struct fm_call *call)
{
	u64 size = bytes_read(call);

	fm_push_res(record, call->ret);
	fm_push_u32(record, size);
	fm_push_data_iovec(record, call, call->args[1], call->args[2], size);
	fm_push_fd(record, call->args[0]);
}

static void fill_preadv(struct fm_record *record, const struct fm_call *call)
{
	fill_readv(record, call);
	fm_push_u64(record, offset(call));
}

static void fill_writev(struct fm_record *record, const struct fm_call *call)
{
	u64 size = fm_iovec_size(record, call, call->args[1], call->args[2]);

	fm_push_res(record, call->ret);
	fm_push_data_iovec(record, call, call->args[1], call->args[2],
			   bytes_written(call, size));
	fm_push_fd(record, call->args[0]);
	fm_push_u32(record, size);
}

static void fill_pwritev(struct fm_record *record, const struct fm_call *call)
{
	fill_writev(record, call);
	fm_push_u64(record, offset(call));
}

/* Where the caller's offset stands after the call; 0 where the file's own is used. */
static u64 offset_at(struct fm_record *record, unsigned long pointer)
{
	u64 offset = 0;

	if (pointer)
		fm_copy_user(record, &offset, pointer, sizeof(offset));
	return offset;
}

/* sendfile64 is the one of 32-bit callers that has 64-bit offsets. */
static void fill_sendfile(struct fm_record *record, const struct fm_call *call)
{
	u64 offset = offset_at(record, call->args[2]);

	if (call->compat && call->sc == FM_SC_sendfile)
		offset = (u32)offset;
	fm_push_res(record, call->ret);
	fm_push_u64(record, offset);
	fm_push_fd(record, call->args[0]);
	fm_push_fd(record, call->args[1]);
	fm_push_u64(record, call->args[3]);
}

static void fill_copy_file_range(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_fd(record, call->args[2]);
	fm_push_u64(record, offset_at(record, call->args[3]));
	fm_push_fd(record, call->args[0]);
	fm_push_u64(record, offset_at(record, call->args[1]));
	fm_push_u64(record, call->args[4]);
}

/* The portable flags are the native ones. */
static void fill_splice(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_fd(record, call->args[0]);
	fm_push_fd(record, call->args[2]);
	fm_push_u64(record, call->args[4]);
	fm_push_u32(record, call->args[5] & (FM_splice_flags_SPLICE_F_MOVE |
					     FM_splice_flags_SPLICE_F_NONBLOCK |
					     FM_splice_flags_SPLICE_F_MORE |
					     FM_splice_flags_SPLICE_F_GIFT));
}

/* process_vm_readv and process_vm_writev: the data lies at the caller's own vectors. */
static void fill_process_vm(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_pid(record, (s32)call->args[0]);
	fm_push_data_iovec(record, call, call->args[1], call->args[2], bytes_read(call));
}

FM_FILL_TABLE(io)
	FM_FILL(READ_X, fill_read)
	FM_FILL(PREAD_X, fill_pread)
	FM_FILL(WRITE_X, fill_write)
	FM_FILL(PWRITE_X, fill_pwrite)
	FM_FILL(READV_X, fill_readv)
	FM_FILL(PREADV_X, fill_preadv)
	FM_FILL(WRITEV_X, fill_writev)
	FM_FILL(PWRITEV_X, fill_pwritev)
	FM_FILL(SENDFILE_X, fill_sendfile)
	FM_FILL(COPY_FILE_RANGE_X, fill_copy_file_range)
	FM_FILL(SPLICE_X, fill_splice)
	FM_FILL(PROCESS_VM_READV_X, fill_process_vm)
	FM_FILL(PROCESS_VM_WRITEV_X, fill_process_vm)
FM_FILL_TABLE_END
