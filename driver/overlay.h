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

#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/uaccess.h>

enum fm_layer {
	FM_LAYER_NONE,	/* not on an overlay */
	FM_LAYER_UPPER,
	FM_LAYER_LOWER
};

static inline enum fm_layer fm_overlay_layer(const struct inode *inode)
{
	struct dentry *upper;
	struct inode *real;
	typeof(real->i_ino) ino;

	if (inode->i_sb->s_magic != OVERLAYFS_SUPER_MAGIC)
		return FM_LAYER_NONE;
	if (get_kernel_nofault(upper, (struct dentry **)(inode + 1)) || !upper)
		return FM_LAYER_LOWER;
	if (get_kernel_nofault(real, &upper->d_inode) || !real)
		return FM_LAYER_LOWER;
	if (get_kernel_nofault(ino, &real->i_ino) || !ino)
		return FM_LAYER_LOWER;
	return FM_LAYER_UPPER;
}

#endif
