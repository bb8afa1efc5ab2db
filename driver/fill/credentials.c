// SPDX-License-Identifier: GPL-2.0-only
/* Calls that change user and group ids.  Records carry what was asked for. */
#include "fill.h"

/*
 * The calls of 32-bit programs that have no "32" in their name take 16-bit
 * ids, of which all ones means "no change" as it does in 32 bits.
 */
static u32 requested_id(const struct fm_call *call, unsigned long id)
{
	switch (call->sc) {
	case FM_SC_setuid:
	case FM_SC_setgid:
	case FM_SC_setresuid:
	case FM_SC_setresgid:
		if (call->compat)
			return (u16)id == (u16)-1 ? (u32)-1 : (u16)id;
		break;
	}
	return id;
}

/* setuid and setgid */
static void fill_one_id(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_u32(record, requested_id(call, call->args[0]));
}

/* setreuid and setregid */
static void fill_two_ids(struct fm_record *record, const struct fm_call *call)
{
	fill_one_id(record, call);
	fm_push_u32(record, requested_id(call, call->args[1]));
}

/* setresuid and setresgid */
static void fill_three_ids(struct fm_record *record, const struct fm_call *call)
{
	fill_two_ids(record, call);
	fm_push_u32(record, requested_id(call, call->args[2]));
}

/* The calls that ask for one id and cannot fail: getuid and its like. */
static void fill_own_id(struct fm_record *record, const struct fm_call *call)
{
	fm_push_u32(record, call->ret);
}

FM_FILL_TABLE(credentials)
	FM_FILL(SETUID_X, fill_one_id)
	FM_FILL(SETGID_X, fill_one_id)
	FM_FILL(SETREUID_X, fill_two_ids)
	FM_FILL(SETREGID_X, fill_two_ids)
	FM_FILL(SETRESUID_X, fill_three_ids)
	FM_FILL(SETRESGID_X, fill_three_ids)
	FM_FILL(GETUID_X, fill_own_id)
	FM_FILL(GETEUID_X, fill_own_id)
	FM_FILL(GETGID_X, fill_own_id)
	FM_FILL(GETEGID_X, fill_own_id)
FM_FILL_TABLE_END
