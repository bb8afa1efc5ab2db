/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What differs between processors: where a system call's number and arguments
 * are, which numbers 32-bit tasks use, and how a child begins.
 *
 * A slot is a native number made unique: that of a 64-bit task as it is, that
 * of a 32-bit task FM_ARCH_NUMBERS further on.  Slots index the filter's union
 * and the table of portable numbers.  This file chooses the processor; nothing
 * else asks which one it is.
 */
#ifndef FM_ARCH_H
#define FM_ARCH_H

#include <linux/nospec.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <asm/syscall.h>

#include "record.h"

#define FM_ARCH_NUMBERS 512		/* native numbers lie below */
#define FM_ARCH_SLOTS (2 * FM_ARCH_NUMBERS)
#define FM_ARCH_SLOT_NONE U32_MAX	/* not a system call */

#if defined(CONFIG_X86_64)
#include "arch/x86_64.h"
#elif defined(CONFIG_ARM64)
#include "arch/arm64.h"
#else
#error "falcomod supports x86_64 and arm64"
#endif

/* Portable numbers by slot, FM_SC_unknown where there is none; filled at init. */
extern u16 fm_arch_sc[FM_ARCH_SLOTS];
void fm_arch_init(void);

/* The slot of the system call that the current task is in. */
static __always_inline u32 fm_arch_slot(struct pt_regs *regs)
{
	u32 number = syscall_get_nr(current, regs);

	if (unlikely(number >= FM_ARCH_NUMBERS))
		number = fm_arch_rare_number(number);
	if (unlikely(number >= FM_ARCH_NUMBERS))
		return FM_ARCH_SLOT_NONE;
	number = array_index_nospec(number, FM_ARCH_NUMBERS);
	return fm_arch_is_compat() ? FM_ARCH_NUMBERS + number : number;
}

/* Arguments, number and layout; the return value is the caller's. */
void fm_arch_get_call(struct pt_regs *regs, u32 slot, struct fm_call *call);

#endif
