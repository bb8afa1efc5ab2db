// SPDX-License-Identifier: GPL-2.0-only
/* Selections: from the ioctl to bits, and the union of all consumers. */
#include <linux/bitmap.h>
#include <linux/cache.h>
#include <linux/errno.h>

#include "filter.h"
#include "socketcall.h"

struct fm_filter_union fm_wanted __read_mostly;

static bool selects(const struct fm_ioc_select *select, u32 sc)
{
	return select->syscalls[sc / 64] >> (sc % 64) & 1;
}

int fm_filter_check(const struct fm_ioc_select *select)
{
	u32 sc;

	BUILD_BUG_ON(sizeof(select->syscalls) * 8 < FM_SC_MAX);
	if (select->reserved || (select->tracepoints & ~FM_TP_PROCEXIT))
		return -EINVAL;
	for (sc = FM_SC_MAX; sc < FM_SYSCALL_WORDS * 64; sc++)
		if (selects(select, sc))
			return -EINVAL;
	return 0;
}

static void set(struct fm_filter *filter, u32 bit, bool on)
{
	if (on)
		set_bit(bit, filter->bits);
	else
		clear_bit(bit, filter->bits);
}

void fm_filter_set(struct fm_filter *filter, const struct fm_ioc_select *select)
{
	u32 sc;

	for (sc = 0; sc < FM_SC_MAX; sc++)
		set(filter, sc, selects(select, sc));
	set(filter, FM_FILTER_EXEC,
	    selects(select, FM_SC_execve) || selects(select, FM_SC_execveat));
	set(filter, FM_FILTER_CHILD,
	    selects(select, FM_SC_clone) || selects(select, FM_SC_clone3) ||
	    selects(select, FM_SC_fork) || selects(select, FM_SC_vfork));
	set(filter, FM_FILTER_PROCEXIT, select->tracepoints & FM_TP_PROCEXIT);
}

void fm_filter_add(struct fm_filter_union *wanted, const struct fm_filter *filter)
{
	bool sockets = fm_socketcall_wanted(filter);
	u32 slot;

	bitmap_or(wanted->bits, wanted->bits, filter->bits, FM_FILTER_BITS);
	for (slot = 0; slot < FM_ARCH_SLOTS; slot++)
		if (fm_filter_has(filter, fm_arch_sc[slot]) ||
		    (sockets && fm_arch_sc[slot] == FM_SC_socketcall))
			__set_bit(slot, wanted->slots);
}

void fm_filter_publish(const struct fm_filter_union *wanted)
{
	u32 i;

	/* Word by word: probes read without a lock and see old or new bits. */
	for (i = 0; i < BITS_TO_LONGS(FM_FILTER_BITS); i++)
		WRITE_ONCE(fm_wanted.bits[i], wanted->bits[i]);
	for (i = 0; i < BITS_TO_LONGS(FM_ARCH_SLOTS); i++)
		WRITE_ONCE(fm_wanted.slots[i], wanted->slots[i]);
}
