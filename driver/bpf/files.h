/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files of the current task, without references: what is freed meanwhile reads
 * as nothing or as something else, never faults.
 */
#ifndef FM_BPF_FILES_H
#define FM_BPF_FILES_H

#include "bpf/kernel.h"

/* The file behind a descriptor, also one opened with O_PATH, or NULL. */
static __always_inline struct file *fm_bpf_file(long fd)
{
	struct fdtable *table = FM_READ(current, files, fdt);
	struct file **slots;
	struct file *file;

	if (fd < 0 || fd >= FM_READ(table, max_fds))
		return NULL;
	slots = FM_READ(table, fd);
	if (bpf_probe_read_kernel(&file, sizeof(file), slots + fd))
		return NULL;
	return file;
}

/* Encodes a device number as stat(2) does. */
static __always_inline u32 fm_bpf_device(u32 device)
{
	u32 major = device >> MINORBITS;
	u32 minor = device & ((1u << MINORBITS) - 1);

	return (minor & 0xff) | major << 8 | (minor & ~0xffu) << 12;
}

#endif
