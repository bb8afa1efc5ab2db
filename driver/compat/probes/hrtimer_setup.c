// SPDX-License-Identifier: GPL-2.0-only
#include <linux/hrtimer.h>

void fm_probe(struct hrtimer *timer, enum hrtimer_restart (*fn)(struct hrtimer *));
void fm_probe(struct hrtimer *timer, enum hrtimer_restart (*fn)(struct hrtimer *))
{
	hrtimer_setup(timer, fn, CLOCK_MONOTONIC, HRTIMER_MODE_REL_PINNED);
}
