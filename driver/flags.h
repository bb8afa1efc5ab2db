/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From the kernel's flags and commands to the portable ones of
 * uapi/falcomod_flags.def.  Bits without a portable name are dropped.
 *
 * A flag of several bits (O_SYNC holds O_DSYNC, O_TMPFILE holds O_DIRECTORY) is
 * reported only if all of them are set.  Existing drivers of the capture
 * format report it if any is, so that with them every opened directory looks
 * like a temporary file.
 */
#ifndef FM_FLAGS_H
#define FM_FLAGS_H

#include "kernel.h"

/* open(2) flags, the access mode included: read-only is a bit of its own. */
FM_API u32 fm_flags_open(u64 native);
/* The same without the access mode, for calls that only borrow O_CLOEXEC and friends. */
FM_API u32 fm_flags_descriptor(u64 native);
/* RESOLVE_ of openat2(2). */
FM_API u32 fm_flags_resolve(u64 native);
/* The mode of a file that open(2) may create: 0 unless it may. */
FM_API u32 fm_mode_open(u64 open_flags, u64 mode);
/* Permission bits of a mode. */
FM_API u32 fm_mode_permissions(u64 mode);
/* Permission and file type bits of a mode, as mknod(2) takes them. */
FM_API u32 fm_mode_node(u64 mode);

FM_API u32 fm_flags_unlinkat(u64 native);
FM_API u32 fm_flags_linkat(u64 native);
FM_API u32 fm_flags_fchownat(u64 native);
FM_API u32 fm_flags_renameat2(u64 native);
/* MS_ of mount(2) without the magic number that old callers put into the high half. */
FM_API u32 fm_flags_mount(u64 native);
FM_API u32 fm_flags_umount(u64 native);

/* CLONE_ of clone(2), unshare(2) and setns(2). */
FM_API_APART u32 fm_flags_clone(u64 native);
FM_API u32 fm_flags_memfd(u64 native);
FM_API u32 fm_flags_finit_module(u64 native);
/* O_NONBLOCK and O_TRUNC as delete_module(2) takes them. */
FM_API u32 fm_flags_delete_module(u64 native);
FM_API u32 fm_flags_close_range(u64 native);
FM_API u32 fm_flags_newfstatat(u64 native);
FM_API u32 fm_flags_epoll_create1(u64 native);
FM_API u32 fm_flags_pidfd_open(u64 native);
/* PROT_ and MAP_ of mmap(2). */
FM_API u32 fm_flags_protection(u64 native);
FM_API u32 fm_flags_mapping(u64 native);
FM_API u32 fm_flags_mlockall(u64 native);
FM_API u32 fm_flags_mlock2(u64 native);
/* IORING_SETUP_, IORING_FEAT_ and IORING_ENTER_. */
FM_API u32 fm_flags_io_uring_setup(u64 native);
FM_API u32 fm_flags_io_uring_features(u64 native);
FM_API u32 fm_flags_io_uring_enter(u64 native);

FM_API u8 fm_fcntl_command(u64 native);
FM_API u8 fm_shutdown_how(u64 native);
FM_API u8 fm_limit_resource(u64 native);

#ifdef __bpf__
#include "flags.c"
#endif

#endif
