// SPDX-License-Identifier: GPL-2.0-only
/* arm64 has one range of numbers and one layout of structs for 64-bit tasks. */
#include "arch/arch.h"

u32 fm_arch_rare_number(u32 number)
{
	return FM_ARCH_SLOT_NONE;
}

bool fm_arch_compat_layout(long number)
{
	return false;
}

const struct fm_ptrace_request fm_arch_ptrace_requests[] = {
	{ PTRACE_SYSEMU, FM_ptrace_requests_PTRACE_SYSEMU },
	{ PTRACE_SYSEMU_SINGLESTEP, FM_ptrace_requests_PTRACE_SYSEMU_SINGLESTEP },
	{ 0, 0 }
};
