/* SPDX-License-Identifier: GPL-2.0-only */
/* arm64; calls of 32-bit ARM tasks have no portable numbers in the table. */
#ifndef FM_ARCH_ARM64_H
#define FM_ARCH_ARM64_H

#include <linux/compat.h>

#include "uapi/falcomod_events.h"

/* A child goes to user space without a sys_exit; sched_process_fork tells of it. */
#define FM_ARCH_CHILD_HAS_SYS_EXIT false

u32 fm_arch_rare_number(u32 number);
bool fm_arch_compat_layout(long number);

static __always_inline bool fm_arch_is_compat(void)
{
	return is_compat_task();
}

static inline int fm_arch_native_number(const struct fm_syscall_info *info)
{
	return info->arm64;
}

static inline int fm_arch_compat_number(const struct fm_syscall_info *info)
{
	return -1;
}

#endif
