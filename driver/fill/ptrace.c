// SPDX-License-Identifier: GPL-2.0-only
/* ptrace(2): what addr and data mean depends on the request. */
#include "../arch/ptrace.h"
#include "fill.h"
#include "process.h"

static const struct fm_ptrace_request requests[] = {
	{ PTRACE_TRACEME, FM_ptrace_requests_PTRACE_TRACEME },
	{ PTRACE_PEEKTEXT, FM_ptrace_requests_PTRACE_PEEKTEXT },
	{ PTRACE_PEEKDATA, FM_ptrace_requests_PTRACE_PEEKDATA },
	{ PTRACE_PEEKUSR, FM_ptrace_requests_PTRACE_PEEKUSR },
	{ PTRACE_POKETEXT, FM_ptrace_requests_PTRACE_POKETEXT },
	{ PTRACE_POKEDATA, FM_ptrace_requests_PTRACE_POKEDATA },
	{ PTRACE_POKEUSR, FM_ptrace_requests_PTRACE_POKEUSR },
	{ PTRACE_CONT, FM_ptrace_requests_PTRACE_CONT },
	{ PTRACE_KILL, FM_ptrace_requests_PTRACE_KILL },
	{ PTRACE_SINGLESTEP, FM_ptrace_requests_PTRACE_SINGLESTEP },
	{ PTRACE_ATTACH, FM_ptrace_requests_PTRACE_ATTACH },
	{ PTRACE_DETACH, FM_ptrace_requests_PTRACE_DETACH },
	{ PTRACE_SYSCALL, FM_ptrace_requests_PTRACE_SYSCALL },
	{ PTRACE_SETOPTIONS, FM_ptrace_requests_PTRACE_SETOPTIONS },
	{ PTRACE_GETEVENTMSG, FM_ptrace_requests_PTRACE_GETEVENTMSG },
	{ PTRACE_GETSIGINFO, FM_ptrace_requests_PTRACE_GETSIGINFO },
	{ PTRACE_SETSIGINFO, FM_ptrace_requests_PTRACE_SETSIGINFO },
	{ PTRACE_GETREGSET, FM_ptrace_requests_PTRACE_GETREGSET },
	{ PTRACE_SETREGSET, FM_ptrace_requests_PTRACE_SETREGSET },
	{ PTRACE_SEIZE, FM_ptrace_requests_PTRACE_SEIZE },
	{ PTRACE_INTERRUPT, FM_ptrace_requests_PTRACE_INTERRUPT },
	{ PTRACE_LISTEN, FM_ptrace_requests_PTRACE_LISTEN },
	{ PTRACE_PEEKSIGINFO, FM_ptrace_requests_PTRACE_PEEKSIGINFO },
	{ PTRACE_GETSIGMASK, FM_ptrace_requests_PTRACE_GETSIGMASK },
	{ PTRACE_SETSIGMASK, FM_ptrace_requests_PTRACE_SETSIGMASK },
};

static u16 portable_in(const struct fm_ptrace_request *rows, u32 count, unsigned long native)
{
	u32 i;

	for (i = 0; i < count; i++)
		if (rows[i].native == native)
			return rows[i].portable;
	return FM_ptrace_requests_PTRACE_UNKNOWN;
}

static u16 portable_request(unsigned long native)
{
	BUILD_BUG_ON(FM_ptrace_requests_PTRACE_UNKNOWN != 0);
	return portable_in(requests, ARRAY_SIZE(requests), native) ?:
	       portable_in(fm_arch_ptrace_requests, ARRAY_SIZE(fm_arch_ptrace_requests), native);
}

/* Where data points to in user space, a word of the caller's has been written. */
static u64 word_read(struct fm_record *record, const struct fm_call *call)
{
	u32 size = call->compat ? sizeof(u32) : sizeof(u64);
	u64 word = 0;

	if (fm_copy_user(record, &word, call->args[3], size))
		return 0;
	return word;
}

static void push_data(struct fm_record *record, const struct fm_call *call)
{
	switch (call->args[0]) {
	case PTRACE_PEEKTEXT:
	case PTRACE_PEEKDATA:
	case PTRACE_PEEKUSR:
		fm_push_dyn(record, FM_PTRACE_UINT64, word_read(record, call), sizeof(u64));
		break;
	case PTRACE_CONT:
	case PTRACE_SINGLESTEP:
	case PTRACE_DETACH:
	case PTRACE_SYSCALL:
		fm_push_dyn(record, FM_PTRACE_SIGTYPE, call->args[3], sizeof(u8));
		break;
	default:
		fm_push_dyn(record, FM_PTRACE_UINT64, call->args[3], sizeof(u64));
	}
}

void fm_fill_ptrace(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	if (call->ret < 0) {
		fm_push_dyn(record, FM_PTRACE_UINT64, 0, sizeof(u64));
		fm_push_dyn(record, FM_PTRACE_UINT64, 0, sizeof(u64));
	} else {
		fm_push_dyn(record, FM_PTRACE_UINT64, call->args[2], sizeof(u64));
		push_data(record, call);
	}
	fm_push_u16(record, portable_request(call->args[0]));
	fm_push_pid(record, (s32)call->args[1]);
}
