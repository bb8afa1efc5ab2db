/* SPDX-License-Identifier: GPL-2.0-only */
/* x86_64, with the 32-bit calls of ia32 and the 64-bit calls of x32. */
#ifndef FM_ARCH_X86_64_H
#define FM_ARCH_X86_64_H

#include <linux/compat.h>

#include "uapi/falcomod_events.h"

/* A child returns through sys_exit of its own clone(2), with 0. */
#define FM_ARCH_CHILD_HAS_SYS_EXIT true

/* The number of an x32 call as an x86_64 one. */
u32 fm_arch_rare_number(u32 number);
/* Does this call take user structs of 32-bit layout, though the task is no ia32 one? */
bool fm_arch_compat_layout(long number);

static __always_inline bool fm_arch_is_compat(void)
{
	return in_ia32_syscall();
}

static inline int fm_arch_native_number(const struct fm_syscall_info *info)
{
	return info->x86_64;
}

static inline int fm_arch_compat_number(const struct fm_syscall_info *info)
{
	return info->ia32;
}

#endif
