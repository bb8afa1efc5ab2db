// SPDX-License-Identifier: GPL-2.0-only
/*
 * The end of every system call of the host: is it wanted, and which program
 * fills its event?  Those programs are the rows of the fill tables, included
 * here; one translation unit, because the linker of BPF objects does not know
 * functions of the kernel before libbpf 1.2.
 */
#include "bpf/maps.h"
#include "bpf/call.h"
#include "bpf/output.h"
#include "socketcall.h"

#include "fill/credentials.c"
#include "fill/descriptor.c"
#include "fill/file.c"
#include "fill/io.c"
#include "fill/limits.c"
#include "fill/memory.c"
#include "fill/open.c"
#include "fill/process.c"
#include "fill/socket.c"
#include "fill/special.c"
#include "fill/system.c"

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
static __always_inline u32 socketcall_code(struct pt_regs *regs, u32 number)
{
	struct fm_call call;

	fm_bpf_call(regs, number, true, 0, &call);
	fm_socketcall_expand(&call);
	return fm_settings.codes[call.sc % FM_BPF_CALLS];
}

SEC("tp_btf/sys_exit")
int BPF_PROG(fm_dispatch, struct pt_regs *regs, long ret)
{
	u32 number = fm_bpf_number(regs);
	struct fm_bpf_caller caller;
	u32 code, sc, slot;

	if (number >= FM_BPF_NUMBERS)
		return 0;
	if (unlikely(!fm_settings.owner))
		learn_owner(fm_bpf_first_argument(regs));
	number = fm_bounded(number, FM_BPF_NUMBERS - 1);
	/* Most calls nobody wants, whoever makes them: that is told first. */
	if (!fm_settings.slots[number].code && !fm_settings.slots[FM_BPF_NUMBERS + number].code)
		return 0;
	caller = fm_bpf_caller();
	slot = caller.compat ? FM_BPF_NUMBERS + number : number;
	code = fm_settings.slots[slot].code;
	sc = fm_settings.slots[slot].sc;
	/* The registers are gone then; sched_process_exec tells of it. */
	if ((sc == FM_SC_execve || sc == FM_SC_execveat) && !ret)
		return 0;
	if (unlikely(sc == FM_SC_socketcall))
		code = socketcall_code(regs, number);
	if (code && !fm_bpf_is_owner(caller.pid))
		bpf_tail_call(ctx, &fm_programs, code);
	return 0;
}
