/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which layer of an overlay a file lies in: containers see their image as the
 * lower layer and their own changes as the upper one.
 *
 * overlayfs keeps this to itself, and the accessors that modules can reach
 * (d_real()) may sleep.  What it has kept in place since Linux 4.13 (commit
 * 09d8b586731b) is that the upper dentry follows the inode in struct ovl_inode:
 *
 *	struct ovl_inode { …; struct inode vfs_inode; struct dentry *__upperdentry; … }
 *
 * It is set once, when the file is copied up or made, and held until the inode
 * goes.  So the word behind an overlay inode is always there to read; it is
 * read without faults all the same, because the layout is not ours.
 */
#ifndef FM_OVERLAY_H
#define FM_OVERLAY_H

#include "kernel.h"

enum fm_layer {
	FM_LAYER_NONE,	/* not on an overlay */
	FM_LAYER_UPPER,
	FM_LAYER_LOWER
};

static __always_inline enum fm_layer fm_overlay_layer(const struct inode *inode)
{
	struct super_block *super = fm_peek(inode, i_sb);
	struct dentry *upper;
	struct inode *real;
	typeof(real->i_ino) ino;

	if (fm_peek(super, s_magic) != OVERLAYFS_SUPER_MAGIC)
		return FM_LAYER_NONE;
	if (fm_probe(upper, (struct dentry **)((char *)inode + FM_INODE_SIZE)) || !upper)
		return FM_LAYER_LOWER;
	if (fm_probe(real, &upper->d_inode) || !real)
		return FM_LAYER_LOWER;
	if (fm_probe(ino, &real->i_ino) || !ino)
		return FM_LAYER_LOWER;
	return FM_LAYER_UPPER;
}

#endif
