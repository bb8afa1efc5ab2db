// SPDX-License-Identifier: GPL-2.0-only
/* arm64 has one range of numbers and one layout of structs for 64-bit tasks. */
#ifndef __bpf__
#include "arch/arch.h"
#endif

u32 fm_arch_rare_number(u32 number)
{
	return FM_ARCH_SLOT_NONE;
}

bool fm_arch_compat_layout(long number)
{
	return false;
}
