// SPDX-License-Identifier: GPL-2.0-only
#include <linux/fs.h>

struct file *fm_probe(struct file __rcu **slot);
struct file *fm_probe(struct file __rcu **slot)
{
	return get_file_rcu(slot);
}
