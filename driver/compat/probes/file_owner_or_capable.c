// SPDX-License-Identifier: GPL-2.0-only
#include <linux/fs.h>

bool fm_probe(struct file *file);
bool fm_probe(struct file *file)
{
	return file_owner_or_capable(file);
}
