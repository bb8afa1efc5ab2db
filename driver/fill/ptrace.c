// SPDX-License-Identifier: GPL-2.0-only
/* ptrace(2): what addr and data mean depends on the request. */
#include <linux/kernel.h>
#include <linux/ptrace.h>

#include "../arch/arch.h"
#include "fill.h"
#include "process.h"

#define REQUEST(name) { name, FM_ptrace_requests_##name },

static const struct {
	u16 native;
	u16 portable;
} requests[] = {
	REQUEST(PTRACE_TRACEME)
	REQUEST(PTRACE_PEEKTEXT)
	REQUEST(PTRACE_PEEKDATA)
	REQUEST(PTRACE_PEEKUSR)
	REQUEST(PTRACE_POKETEXT)
	REQUEST(PTRACE_POKEDATA)
	REQUEST(PTRACE_POKEUSR)
	REQUEST(PTRACE_CONT)
	REQUEST(PTRACE_KILL)
	REQUEST(PTRACE_SINGLESTEP)
	REQUEST(PTRACE_ATTACH)
	REQUEST(PTRACE_DETACH)
	REQUEST(PTRACE_SYSCALL)
	REQUEST(PTRACE_SETOPTIONS)
	REQUEST(PTRACE_GETEVENTMSG)
	REQUEST(PTRACE_GETSIGINFO)
	REQUEST(PTRACE_SETSIGINFO)
	REQUEST(PTRACE_GETREGSET)
	REQUEST(PTRACE_SETREGSET)
	REQUEST(PTRACE_SEIZE)
	REQUEST(PTRACE_INTERRUPT)
	REQUEST(PTRACE_LISTEN)
	REQUEST(PTRACE_PEEKSIGINFO)
	REQUEST(PTRACE_GETSIGMASK)
	REQUEST(PTRACE_SETSIGMASK)
	FM_ARCH_PTRACE_REQUESTS(REQUEST)
};

static u16 portable_request(unsigned long native)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(requests); i++)
		if (requests[i].native == native)
			return requests[i].portable;
	return FM_ptrace_requests_PTRACE_UNKNOWN;
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
