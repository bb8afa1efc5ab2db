// SPDX-License-Identifier: GPL-2.0-only
/* The part of reading a system call that processors share. */
#include "arch/arch.h"

u16 fm_arch_sc[FM_ARCH_SLOTS] __read_mostly;

void fm_arch_init(void)
{
	u16 sc;
	int number;

	for (sc = 0; sc < FM_SC_MAX; sc++) {
		if (!fm_syscall_table[sc].name)
			continue;
		number = fm_arch_native_number(&fm_syscall_table[sc]);
		if (number >= 0 && number < FM_ARCH_NUMBERS)
			fm_arch_sc[number] = sc;
		number = fm_arch_compat_number(&fm_syscall_table[sc]);
		if (number >= 0 && number < FM_ARCH_NUMBERS)
			fm_arch_sc[FM_ARCH_NUMBERS + number] = sc;
	}
}

void fm_arch_get_call(struct pt_regs *regs, u32 slot, struct fm_call *call)
{
	long number = syscall_get_nr(current, regs);
	u32 i;

	syscall_get_arguments(current, regs, call->args);
	call->nr = slot % FM_ARCH_NUMBERS;
	call->sc = fm_arch_sc[slot];
	call->compat = slot >= FM_ARCH_NUMBERS || fm_arch_compat_layout(number);
	if (slot < FM_ARCH_NUMBERS)
		return;
	/* The upper halves of the registers are not the caller's. */
	for (i = 0; i < ARRAY_SIZE(call->args); i++)
		call->args[i] = (u32)call->args[i];
}
