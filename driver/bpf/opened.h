/* SPDX-License-Identifier: GPL-2.0-only */
/* See ../opened.h. */
#ifndef FM_BPF_OPENED_H
#define FM_BPF_OPENED_H

#include "bpf/files.h"
#include "bpf/path.h"

static __always_inline void fm_opened_look(struct fm_opened *opened, long fd)
{
	struct file *file = fm_bpf_file(fd);
	struct inode *inode;

	memset(opened, 0, sizeof(*opened));
	if (!file)
		return;
	inode = FM_READ(file, f_inode);
	opened->dev = fm_bpf_device(FM_READ(inode, i_sb, s_dev));
	opened->ino = FM_READ(inode, i_ino);
	opened->created = FM_READ(file, f_mode) & FMODE_CREATED;
	opened->layer = fm_overlay_layer(inode);
}

static __always_inline u64 fm_opened_inode(long fd)
{
	struct file *file = fm_bpf_file(fd);

	return file ? FM_READ(file, f_inode, i_ino) : 0;
}

static __always_inline void fm_push_opened_path(struct fm_record *record, long fd)
{
	fm_bpf_push_path(record, fm_bpf_file(fd));
}

#endif
