// SPDX-License-Identifier: GPL-2.0-only
#include <linux/capability.h>

u64 fm_probe(kernel_cap_t caps);
u64 fm_probe(kernel_cap_t caps)
{
	return caps.val;
}
