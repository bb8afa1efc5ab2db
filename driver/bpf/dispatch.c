// SPDX-License-Identifier: GPL-2.0-only
/* The end of every system call of the host: is it wanted, and which program fills its event? */
#define FM_BPF_DEFINE_MAPS
#include "bpf/maps.h"
#include "bpf/call.h"
#include "bpf/output.h"
#include "socketcall.h"

char fm_license[] SEC("license") = "GPL";

/*
 * The loader calls close(knock): whatever pid namespace it is in, its number
 * in the initial one is known from then on.
 */
static __always_inline void learn_owner(u64 first_argument)
{
	if (first_argument == fm_settings.knock)
		fm_settings.owner = bpf_get_current_pid_tgid() >> 32;
}

/* The event of the call that was meant; 0 if nobody wants it. */
static __always_inline u32 socketcall_code(struct pt_regs *regs, u32 slot)
{
	struct fm_call call;

	fm_bpf_call(regs, slot, 0, &call);
	fm_socketcall_expand(&call);
	return fm_settings.codes[call.sc % FM_BPF_CALLS];
}

SEC("tp_btf/sys_exit")
int BPF_PROG(fm_dispatch, struct pt_regs *regs, long ret)
{
	u32 slot = fm_bpf_slot(regs);
	u32 code, sc;

	if (slot >= FM_BPF_SLOTS)
		return 0;
	if (unlikely(!fm_settings.owner))
		learn_owner(fm_bpf_first_argument(regs));
	code = fm_settings.slots[slot].code;
	if (!code)
		return 0;
	sc = fm_settings.slots[slot].sc;
	/* The registers are gone then; sched_process_exec tells of it. */
	if ((sc == FM_SC_execve || sc == FM_SC_execveat) && !ret)
		return 0;
	if (unlikely(sc == FM_SC_socketcall))
		code = socketcall_code(regs, slot);
	if (code && !fm_bpf_is_owner())
		bpf_tail_call(ctx, &fm_programs, code);
	return 0;
}
