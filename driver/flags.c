// SPDX-License-Identifier: GPL-2.0-only
/* Flags and commands of the kernel to portable ones: a table for each. */
#include "flags.h"
#include "uapi/falcomod_events.h"

struct flag_row {
	u64 native;
	u32 portable;
};

static const struct flag_row open_rows[] = {
	{ O_CREAT, FM_file_flags_O_CREAT },
	{ O_APPEND, FM_file_flags_O_APPEND },
	{ O_DSYNC, FM_file_flags_O_DSYNC },
	{ O_EXCL, FM_file_flags_O_EXCL },
	{ O_NONBLOCK, FM_file_flags_O_NONBLOCK },
	{ O_SYNC, FM_file_flags_O_SYNC },
	{ O_TRUNC, FM_file_flags_O_TRUNC },
	{ O_DIRECT, FM_file_flags_O_DIRECT },
	{ O_DIRECTORY, FM_file_flags_O_DIRECTORY },
	{ O_LARGEFILE, FM_file_flags_O_LARGEFILE },
	{ O_CLOEXEC, FM_file_flags_O_CLOEXEC },
	{ O_TMPFILE, FM_file_flags_O_TMPFILE },
};

static const struct flag_row resolve_rows[] = {
	{ RESOLVE_BENEATH, FM_openat2_flags_RESOLVE_BENEATH },
	{ RESOLVE_IN_ROOT, FM_openat2_flags_RESOLVE_IN_ROOT },
	{ RESOLVE_NO_MAGICLINKS, FM_openat2_flags_RESOLVE_NO_MAGICLINKS },
	{ RESOLVE_NO_SYMLINKS, FM_openat2_flags_RESOLVE_NO_SYMLINKS },
	{ RESOLVE_NO_XDEV, FM_openat2_flags_RESOLVE_NO_XDEV },
	/* RESOLVE_CACHED, which headers before 5.12 do not name. */
	{ 0x20, FM_openat2_flags_RESOLVE_CACHED },
};

static const struct flag_row fchownat_rows[] = {
	{ AT_SYMLINK_NOFOLLOW, FM_fchownat_flags_AT_SYMLINK_NOFOLLOW },
	{ AT_EMPTY_PATH, FM_fchownat_flags_AT_EMPTY_PATH },
};

static const struct flag_row clone_rows[] = {
	{ CLONE_FILES, FM_clone_flags_CLONE_FILES },
	{ CLONE_FS, FM_clone_flags_CLONE_FS },
	{ CLONE_IO, FM_clone_flags_CLONE_IO },
	{ CLONE_NEWIPC, FM_clone_flags_CLONE_NEWIPC },
	{ CLONE_NEWNET, FM_clone_flags_CLONE_NEWNET },
	{ CLONE_NEWNS, FM_clone_flags_CLONE_NEWNS },
	{ CLONE_NEWPID, FM_clone_flags_CLONE_NEWPID },
	{ CLONE_NEWUTS, FM_clone_flags_CLONE_NEWUTS },
	{ CLONE_PARENT, FM_clone_flags_CLONE_PARENT },
	{ CLONE_PARENT_SETTID, FM_clone_flags_CLONE_PARENT_SETTID },
	{ CLONE_PTRACE, FM_clone_flags_CLONE_PTRACE },
	{ CLONE_SIGHAND, FM_clone_flags_CLONE_SIGHAND },
	{ CLONE_SYSVSEM, FM_clone_flags_CLONE_SYSVSEM },
	{ CLONE_THREAD, FM_clone_flags_CLONE_THREAD },
	{ CLONE_UNTRACED, FM_clone_flags_CLONE_UNTRACED },
	{ CLONE_VM, FM_clone_flags_CLONE_VM },
	{ CLONE_NEWUSER, FM_clone_flags_CLONE_NEWUSER },
	{ CLONE_CHILD_CLEARTID, FM_clone_flags_CLONE_CHILD_CLEARTID },
	{ CLONE_CHILD_SETTID, FM_clone_flags_CLONE_CHILD_SETTID },
	{ CLONE_SETTLS, FM_clone_flags_CLONE_SETTLS },
	{ CLONE_VFORK, FM_clone_flags_CLONE_VFORK },
	{ CLONE_NEWCGROUP, FM_clone_flags_CLONE_NEWCGROUP },
};

static const struct flag_row delete_module_rows[] = {
	{ O_NONBLOCK, FM_delete_module_flags_O_NONBLOCK },
	{ O_TRUNC, FM_delete_module_flags_O_TRUNC },
};

static const struct flag_row protection_rows[] = {
	{ PROT_READ, FM_prot_flags_PROT_READ },
	{ PROT_WRITE, FM_prot_flags_PROT_WRITE },
	{ PROT_EXEC, FM_prot_flags_PROT_EXEC },
	{ PROT_SEM, FM_prot_flags_PROT_SEM },
	{ PROT_GROWSDOWN, FM_prot_flags_PROT_GROWSDOWN },
	{ PROT_GROWSUP, FM_prot_flags_PROT_GROWSUP },
};

static const struct flag_row mapping_rows[] = {
	{ MAP_SHARED, FM_mmap_flags_MAP_SHARED },
	{ MAP_PRIVATE, FM_mmap_flags_MAP_PRIVATE },
	{ MAP_FIXED, FM_mmap_flags_MAP_FIXED },
	{ MAP_ANONYMOUS, FM_mmap_flags_MAP_ANONYMOUS },
#ifdef MAP_32BIT
	{ MAP_32BIT, FM_mmap_flags_MAP_32BIT },
#endif
	{ MAP_NORESERVE, FM_mmap_flags_MAP_NORESERVE },
	{ MAP_POPULATE, FM_mmap_flags_MAP_POPULATE },
	{ MAP_NONBLOCK, FM_mmap_flags_MAP_NONBLOCK },
	{ MAP_GROWSDOWN, FM_mmap_flags_MAP_GROWSDOWN },
	{ MAP_DENYWRITE, FM_mmap_flags_MAP_DENYWRITE },
	{ MAP_EXECUTABLE, FM_mmap_flags_MAP_EXECUTABLE },
	{ MAP_LOCKED, FM_mmap_flags_MAP_LOCKED },
};

static const struct flag_row io_uring_setup_rows[] = {
	{ IORING_SETUP_IOPOLL, FM_io_uring_setup_flags_IORING_SETUP_IOPOLL },
	{ IORING_SETUP_SQPOLL, FM_io_uring_setup_flags_IORING_SETUP_SQPOLL },
	{ IORING_SETUP_SQ_AFF, FM_io_uring_setup_flags_IORING_SETUP_SQ_AFF },
	{ IORING_SETUP_CQSIZE, FM_io_uring_setup_flags_IORING_SETUP_CQSIZE },
	{ IORING_SETUP_CLAMP, FM_io_uring_setup_flags_IORING_SETUP_CLAMP },
	/* The portable name says RW, the value is that of the work queue. */
	{ IORING_SETUP_ATTACH_WQ, FM_io_uring_setup_flags_IORING_SETUP_ATTACH_RW },
	{ IORING_SETUP_R_DISABLED, FM_io_uring_setup_flags_IORING_SETUP_R_DISABLED },
};

static const struct flag_row close_range_rows[] = {
	/* CLOSE_RANGE_UNSHARE and CLOSE_RANGE_CLOEXEC; 5.10 names only the first. */
	{ 1u << 1, FM_close_range_flags_CLOSE_RANGE_UNSHARE },
	{ 1u << 2, FM_close_range_flags_CLOSE_RANGE_CLOEXEC },
};

static const struct flag_row fcntl_rows[] = {
	{ F_DUPFD, FM_fcntl_commands_F_DUPFD },
	{ F_GETFD, FM_fcntl_commands_F_GETFD },
	{ F_SETFD, FM_fcntl_commands_F_SETFD },
	{ F_GETFL, FM_fcntl_commands_F_GETFL },
	{ F_SETFL, FM_fcntl_commands_F_SETFL },
	{ F_GETLK, FM_fcntl_commands_F_GETLK },
	{ F_SETLK, FM_fcntl_commands_F_SETLK },
	{ F_SETLKW, FM_fcntl_commands_F_SETLKW },
	{ F_SETOWN, FM_fcntl_commands_F_SETOWN },
	{ F_GETOWN, FM_fcntl_commands_F_GETOWN },
	{ F_SETSIG, FM_fcntl_commands_F_SETSIG },
	{ F_GETSIG, FM_fcntl_commands_F_GETSIG },
	/* F_GETLK64 and on, of 32-bit callers; not every 64-bit kernel's headers name them. */
	{ 12, FM_fcntl_commands_F_GETLK64 },
	{ 13, FM_fcntl_commands_F_SETLK64 },
	{ 14, FM_fcntl_commands_F_SETLKW64 },
	{ F_SETOWN_EX, FM_fcntl_commands_F_SETOWN_EX },
	{ F_GETOWN_EX, FM_fcntl_commands_F_GETOWN_EX },
	{ F_OFD_GETLK, FM_fcntl_commands_F_OFD_GETLK },
	{ F_OFD_SETLK, FM_fcntl_commands_F_OFD_SETLK },
	{ F_OFD_SETLKW, FM_fcntl_commands_F_OFD_SETLKW },
	{ F_SETLEASE, FM_fcntl_commands_F_SETLEASE },
	{ F_GETLEASE, FM_fcntl_commands_F_GETLEASE },
	{ F_NOTIFY, FM_fcntl_commands_F_NOTIFY },
	{ F_CANCELLK, FM_fcntl_commands_F_CANCELLK },
	{ F_DUPFD_CLOEXEC, FM_fcntl_commands_F_DUPFD_CLOEXEC },
	{ F_SETPIPE_SZ, FM_fcntl_commands_F_SETPIPE_SZ },
	{ F_GETPIPE_SZ, FM_fcntl_commands_F_GETPIPE_SZ },
};

static u32 convert(const struct flag_row *rows, u32 count, u64 native)
{
	u32 portable = 0;
	u32 i;

	for (i = 0; i < count; i++) {
		if ((native & rows[i].native) == rows[i].native)
			portable |= rows[i].portable;
	}
	return portable;
}

u32 fm_flags_descriptor(u64 native)
{
	return convert(open_rows, ARRAY_SIZE(open_rows), native);
}

u32 fm_flags_open(u64 native)
{
	u32 portable = fm_flags_descriptor(native);

	switch (native & O_ACCMODE) {
	case O_RDONLY:
		return portable | FM_file_flags_O_RDONLY;
	case O_WRONLY:
		return portable | FM_file_flags_O_WRONLY;
	case O_RDWR:
		return portable | FM_file_flags_O_RDWR;
	default: /* both bits: neither reads nor writes, for ioctl(2) alone */
		return portable;
	}
}

u32 fm_flags_resolve(u64 native)
{
	return convert(resolve_rows, ARRAY_SIZE(resolve_rows), native);
}

u32 fm_mode_open(u64 open_flags, u64 mode)
{
	if (open_flags & O_CREAT || (open_flags & O_TMPFILE) == O_TMPFILE)
		return fm_mode_permissions(mode);
	return 0;
}

/* The portable bits of modes are those of POSIX. */
u32 fm_mode_permissions(u64 mode)
{
	return mode & S_IALLUGO;
}

u32 fm_mode_node(u64 mode)
{
	return mode & (S_IFMT | S_IALLUGO);
}

u32 fm_flags_unlinkat(u64 native)
{
	return native & AT_REMOVEDIR ? FM_unlinkat_flags_AT_REMOVEDIR : 0;
}

/* The portable values of the next ones are the native ones. */
u32 fm_flags_linkat(u64 native)
{
	return native & (FM_linkat_flags_AT_SYMLINK_FOLLOW | FM_linkat_flags_AT_EMPTY_PATH);
}

u32 fm_flags_renameat2(u64 native)
{
	return native & (FM_renameat2_flags_RENAME_NOREPLACE |
			 FM_renameat2_flags_RENAME_EXCHANGE |
			 FM_renameat2_flags_RENAME_WHITEOUT);
}

u32 fm_flags_mount(u64 native)
{
	if ((native & MS_MGC_MSK) == MS_MGC_VAL)
		native &= ~(u64)MS_MGC_MSK;
	return native;
}

u32 fm_flags_umount(u64 native)
{
	return native & (FM_umount_flags_FORCE | FM_umount_flags_DETACH |
			 FM_umount_flags_EXPIRE | FM_umount_flags_NOFOLLOW);
}

u32 fm_flags_memfd(u64 native)
{
	return native & (FM_memfd_create_flags_MFD_CLOEXEC |
			 FM_memfd_create_flags_MFD_ALLOW_SEALING |
			 FM_memfd_create_flags_MFD_HUGETLB);
}

u32 fm_flags_finit_module(u64 native)
{
	return native & (FM_finit_module_flags_MODULE_INIT_IGNORE_MODVERSIONS |
			 FM_finit_module_flags_MODULE_INIT_IGNORE_VERMAGIC |
			 FM_finit_module_flags_MODULE_INIT_COMPRESSED_FILE);
}

u32 fm_flags_newfstatat(u64 native)
{
	return native & (FM_newfstatat_flags_AT_EMPTY_PATH |
			 FM_newfstatat_flags_AT_NO_AUTOMOUNT |
			 FM_newfstatat_flags_AT_SYMLINK_NOFOLLOW);
}

u32 fm_flags_mlockall(u64 native)
{
	return native & (FM_mlockall_flags_MCL_CURRENT | FM_mlockall_flags_MCL_FUTURE |
			 FM_mlockall_flags_MCL_ONFAULT);
}

u32 fm_flags_mlock2(u64 native)
{
	return native & FM_mlock2_flags_MLOCK_ONFAULT;
}

/* Features and enter flags have the kernel's bits: 11 of the ones, 4 of the others have names. */
u32 fm_flags_io_uring_features(u64 native)
{
	return native & GENMASK(10, 0);
}

u32 fm_flags_io_uring_enter(u64 native)
{
	return native & GENMASK(3, 0);
}

u32 fm_flags_epoll_create1(u64 native)
{
	return native & O_CLOEXEC ? FM_epoll_create1_flags_EPOLL_CLOEXEC : 0;
}

u32 fm_flags_pidfd_open(u64 native)
{
	return native & O_NONBLOCK ? FM_pidfd_open_flags_PIDFD_NONBLOCK : 0;
}

u32 fm_flags_delete_module(u64 native)
{
	return convert(delete_module_rows, ARRAY_SIZE(delete_module_rows), native);
}

u32 fm_flags_close_range(u64 native)
{
	return convert(close_range_rows, ARRAY_SIZE(close_range_rows), native);
}

u32 fm_flags_protection(u64 native)
{
	return convert(protection_rows, ARRAY_SIZE(protection_rows), native);
}

u32 fm_flags_mapping(u64 native)
{
	return convert(mapping_rows, ARRAY_SIZE(mapping_rows), native);
}

u32 fm_flags_io_uring_setup(u64 native)
{
	return convert(io_uring_setup_rows, ARRAY_SIZE(io_uring_setup_rows), native);
}

u32 fm_flags_fchownat(u64 native)
{
	return convert(fchownat_rows, ARRAY_SIZE(fchownat_rows), native);
}

u32 fm_flags_clone(u64 native)
{
	return convert(clone_rows, ARRAY_SIZE(clone_rows), native);
}

u8 fm_fcntl_command(u64 native)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(fcntl_rows); i++) {
		if (fcntl_rows[i].native == native)
			return fcntl_rows[i].portable;
	}
	return FM_fcntl_commands_UNKNOWN;
}

u8 fm_shutdown_how(u64 native)
{
	switch (native) {
	case SHUT_RD:
		return FM_shutdown_how_SHUT_RD;
	case SHUT_WR:
		return FM_shutdown_how_SHUT_WR;
	case SHUT_RDWR:
		return FM_shutdown_how_SHUT_RDWR;
	default:
		return FM_shutdown_how_SHUT_UNKNOWN & 0xff;
	}
}

/* The portable numbers of limits are those of x86 and arm64. */
u8 fm_limit_resource(u64 native)
{
	return native <= RLIMIT_RTTIME ? native : FM_rlimit_resources_RLIMIT_UNKNOWN;
}
