// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls that open files.  Beside their arguments the record says what was
 * opened; those members are 0 if nothing was.
 */
#include "../flags.h"
#include "../opened.h"
#include "fill.h"

static u32 opened_flags(const struct fm_opened *opened, u64 native)
{
	u32 flags = fm_flags_open(native);

	if (opened->created)
		flags |= FM_file_flags_O_F_CREATED;
	if (opened->layer == FM_LAYER_UPPER)
		flags |= FM_file_flags_FD_UPPER_LAYER;
	else if (opened->layer == FM_LAYER_LOWER)
		flags |= FM_file_flags_FD_LOWER_LAYER;
	return flags;
}

static void fill_open(struct fm_record *record, const struct fm_call *call)
{
	struct fm_opened opened;

	fm_opened_look(&opened, call->ret);
	fm_push_res(record, call->ret);
	fm_push_string_user(record, call->args[0]);
	fm_push_u32(record, opened_flags(&opened, call->args[1]));
	fm_push_u32(record, fm_mode_open(call->args[1], call->args[2]));
	fm_push_u32(record, opened.dev);
	fm_push_u64(record, opened.ino);
}

static void fill_openat(struct fm_record *record, const struct fm_call *call)
{
	struct fm_opened opened;

	fm_opened_look(&opened, call->ret);
	fm_push_res(record, call->ret);
	fm_push_fd(record, call->args[0]);
	fm_push_string_user(record, call->args[1]);
	fm_push_u32(record, opened_flags(&opened, call->args[2]));
	fm_push_u32(record, fm_mode_open(call->args[2], call->args[3]));
	fm_push_u32(record, opened.dev);
	fm_push_u64(record, opened.ino);
}

static void fill_openat2(struct fm_record *record, const struct fm_call *call)
{
	u32 size = min_t(unsigned long, call->args[3], sizeof(struct open_how));
	struct open_how how = { 0 };
	struct fm_opened opened;

	fm_opened_look(&opened, call->ret);
	fm_push_res(record, call->ret);
	fm_push_fd(record, call->args[0]);
	fm_push_string_user(record, call->args[1]);
	if (fm_copy_user(record, &how, call->args[2], size)) {
		fm_push_empty(record);
		fm_push_empty(record);
		fm_push_empty(record);
	} else {
		fm_push_u32(record, opened_flags(&opened, how.flags));
		fm_push_u32(record, fm_mode_open(how.flags, how.mode));
		fm_push_u32(record, fm_flags_resolve(how.resolve));
	}
	fm_push_u32(record, opened.dev);
	fm_push_u64(record, opened.ino);
}

static void fill_creat(struct fm_record *record, const struct fm_call *call)
{
	struct fm_opened opened;
	u16 flags = 0;

	fm_opened_look(&opened, call->ret);
	if (opened.layer == FM_LAYER_UPPER)
		flags = FM_creat_flags_FD_UPPER_LAYER_CREAT;
	else if (opened.layer == FM_LAYER_LOWER)
		flags = FM_creat_flags_FD_LOWER_LAYER_CREAT;
	fm_push_res(record, call->ret);
	fm_push_string_user(record, call->args[0]);
	fm_push_u32(record, fm_mode_permissions(call->args[1]));
	fm_push_u32(record, opened.dev);
	fm_push_u64(record, opened.ino);
	fm_push_u16(record, flags);
}

/* The call names no path; the record has that of the file it opened. */
static void fill_open_by_handle_at(struct fm_record *record, const struct fm_call *call)
{
	struct fm_opened opened;

	fm_opened_look(&opened, call->ret);
	fm_push_res(record, call->ret);
	fm_push_fd(record, call->args[0]);
	fm_push_u32(record, opened_flags(&opened, call->args[2]));
	fm_push_opened_path(record, call->ret);
	fm_push_u32(record, opened.dev);
	fm_push_u64(record, opened.ino);
}

FM_FILL_TABLE(open)
	FM_FILL(OPEN_X, fill_open)
	FM_FILL(OPENAT_2_X, fill_openat)
	FM_FILL(OPENAT2_X, fill_openat2)
	FM_FILL(CREAT_X, fill_creat)
	FM_FILL(OPEN_BY_HANDLE_AT_X, fill_open_by_handle_at)
FM_FILL_TABLE_END
