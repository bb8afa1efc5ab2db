// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a process may do and what it belongs to: resource limits, namespaces,
 * process groups, capabilities, seccomp.
 */
#include "../flags.h"
#include "../task.h"
#include "fill.h"

/* Two parameters: soft and hard limit, of which -1 is "unlimited" and "not given". */
static void push_limits(struct fm_record *record, u64 soft, u64 hard)
{
	fm_push_u64(record, soft);
	fm_push_u64(record, hard);
}

static void push_limits_user(struct fm_record *record, unsigned long pointer)
{
	struct rlimit64 limits;

	if (!pointer || fm_copy_user(record, &limits, pointer, sizeof(limits)))
		push_limits(record, RLIM64_INFINITY, RLIM64_INFINITY);
	else
		push_limits(record, limits.rlim_cur, limits.rlim_max);
}

static u64 widen_limit(u32 limit)
{
	return limit == (u32)-1 ? RLIM64_INFINITY : limit;
}

static void push_limits_narrow(struct fm_record *record, unsigned long pointer)
{
	u32 limits[2];

	if (fm_copy_user(record, limits, pointer, sizeof(limits)))
		push_limits(record, RLIM64_INFINITY, RLIM64_INFINITY);
	else
		push_limits(record, widen_limit(limits[0]), widen_limit(limits[1]));
}

static void fill_setrlimit(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	if (call->compat)
		push_limits_narrow(record, call->args[1]);
	else
		push_limits_user(record, call->args[1]);
	fm_push_u8(record, fm_limit_resource(call->args[0]));
}

static void fill_getrlimit(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	if (call->ret)
		push_limits(record, RLIM64_INFINITY, RLIM64_INFINITY);
	else if (call->compat)
		push_limits_narrow(record, call->args[1]);
	else
		push_limits_user(record, call->args[1]);
	fm_push_u8(record, fm_limit_resource(call->args[0]));
}

static void fill_prlimit(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	push_limits_user(record, call->args[2]);
	push_limits_user(record, call->ret ? 0 : call->args[3]);
	fm_push_u64(record, (s32)call->args[0]);
	fm_push_u8(record, fm_limit_resource(call->args[1]));
}

static void fill_setpgid(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_pid(record, (s32)call->args[0]);
	fm_push_pid(record, (s32)call->args[1]);
}

static void fill_unshare(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_u32(record, fm_flags_clone(call->args[0]));
}

static void fill_setns(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_fd(record, call->args[0]);
	fm_push_u32(record, fm_flags_clone(call->args[1]));
}

/* The sets that the task has after the call. */
static void fill_capset(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_capabilities(record);
}

static void fill_seccomp(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_u64(record, (u32)call->args[0]);
	fm_push_u64(record, (u32)call->args[1]);
}

FM_FILL_TABLE(limits)
	FM_FILL(SETRLIMIT_X, fill_setrlimit)
	FM_FILL(GETRLIMIT_X, fill_getrlimit)
	FM_FILL(PRLIMIT_X, fill_prlimit)
	FM_FILL(SETPGID_X, fill_setpgid)
	FM_FILL(UNSHARE_X, fill_unshare)
	FM_FILL(SETNS_X, fill_setns)
	FM_FILL(CAPSET_X, fill_capset)
	FM_FILL(SECCOMP_X, fill_seccomp)
FM_FILL_TABLE_END
