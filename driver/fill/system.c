// SPDX-License-Identifier: GPL-2.0-only
/* Kernel modules, BPF, and the calls that have no event of their own. */
#include "../flags.h"
#include "fill.h"

static void fill_init_module(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_data_user(record, call->args[0], call->args[1]);
	fm_push_u64(record, call->args[1]);
	fm_push_string_user(record, call->args[2]);
}

static void fill_finit_module(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_fd(record, call->args[0]);
	fm_push_string_user(record, call->args[1]);
	fm_push_u32(record, fm_flags_finit_module(call->args[2]));
}

static void fill_delete_module(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_string_user(record, call->args[0]);
	fm_push_u32(record, fm_flags_delete_module(call->args[1]));
}

static void fill_bpf(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_u32(record, call->args[0]);
}

static void fill_generic(struct fm_record *record, const struct fm_call *call)
{
	fm_push_u16(record, call->sc);
	fm_push_u16(record, call->nr);
}

FM_FILL_TABLE(system)
	FM_FILL(GENERIC_X, fill_generic)
	FM_FILL(INIT_MODULE_X, fill_init_module)
	FM_FILL(FINIT_MODULE_X, fill_finit_module)
	FM_FILL(DELETE_MODULE_X, fill_delete_module)
	FM_FILL(BPF_2_X, fill_bpf)
FM_FILL_TABLE_END
