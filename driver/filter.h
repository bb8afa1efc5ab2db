/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a consumer wants to see.  A bit for each system call of enum fm_syscall
 * and for each event that no system call's end gives.
 *
 * Before any consumer is asked, the union of their wishes is: one bit test on
 * the native number, so that a call nobody selected costs next to nothing.
 */
#ifndef FM_FILTER_H
#define FM_FILTER_H

#include <linux/bitops.h>
#include <linux/types.h>

#include "arch/arch.h"
#include "uapi/falcomod_ioctl.h"

/* Bits after those of the system calls. */
enum fm_filter_bit {
	FM_FILTER_EXEC = FM_SYSCALL_WORDS * 64,	/* a new program runs */
	FM_FILTER_CHILD,	/* a child begins, where it has no sys_exit of its own */
	FM_FILTER_PROCEXIT,
	FM_FILTER_BITS
};

struct fm_filter {
	DECLARE_BITMAP(bits, FM_FILTER_BITS);
};

struct fm_filter_union {
	DECLARE_BITMAP(slots, FM_ARCH_SLOTS);	/* by native number, see arch/arch.h */
	DECLARE_BITMAP(bits, FM_FILTER_BITS);
};

extern struct fm_filter_union fm_wanted;

/* Changes under a probe, bit by bit: a call in flight may see either choice. */
static inline bool fm_filter_has(const struct fm_filter *filter, u32 bit)
{
	return test_bit(bit, filter->bits);
}

/* 0, or -EINVAL for a selection that names what does not exist. */
int fm_filter_check(const struct fm_ioc_select *select);
void fm_filter_set(struct fm_filter *filter, const struct fm_ioc_select *select);
/* Adds a filter to a union under construction (zeroed), then makes it the one in force. */
void fm_filter_add(struct fm_filter_union *wanted, const struct fm_filter *filter);
void fm_filter_publish(const struct fm_filter_union *wanted);

#endif
