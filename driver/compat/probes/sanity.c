// SPDX-License-Identifier: GPL-2.0-only
#include <linux/module.h>
#include <linux/fs.h>

bool fm_probe(const struct file *file);
bool fm_probe(const struct file *file)
{
	return file;
}
