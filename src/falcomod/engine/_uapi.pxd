# SPDX-License-Identifier: Apache-2.0
"""Every declaration of driver/uapi/ that the engine uses; nowhere else is any.

Values, layouts and types are the C compiler's: what stands here are names.
"""

from libc.stdint cimport int8_t, int16_t, uint8_t, uint16_t, uint32_t, uint64_t


cdef extern from "falcomod_events.h" nogil:
    enum fm_param_type:
        FM_PT_NONE, FM_PT_INT8, FM_PT_INT16, FM_PT_INT32, FM_PT_INT64
        FM_PT_UINT8, FM_PT_UINT16, FM_PT_UINT32, FM_PT_UINT64
        FM_PT_CHARBUF, FM_PT_BYTEBUF, FM_PT_ERRNO, FM_PT_SOCKADDR, FM_PT_SOCKTUPLE
        FM_PT_FD, FM_PT_PID, FM_PT_FDLIST, FM_PT_FSPATH, FM_PT_SYSCALLID, FM_PT_SIGTYPE
        FM_PT_RELTIME, FM_PT_ABSTIME, FM_PT_PORT, FM_PT_L4PROTO, FM_PT_SOCKFAMILY
        FM_PT_BOOL, FM_PT_IPV4ADDR, FM_PT_DYN, FM_PT_FLAGS8, FM_PT_FLAGS16, FM_PT_FLAGS32
        FM_PT_UID, FM_PT_GID, FM_PT_DOUBLE, FM_PT_SIGSET, FM_PT_CHARBUFARRAY
        FM_PT_IPV4NET, FM_PT_IPV6ADDR, FM_PT_IPV6NET, FM_PT_IPADDR, FM_PT_IPNET
        FM_PT_MODE, FM_PT_FSRELPATH
        FM_PT_ENUMFLAGS8, FM_PT_ENUMFLAGS16, FM_PT_ENUMFLAGS32, FM_PT_FD32, FM_PT_PID32
        FM_PT_MAX

    enum fm_format:
        FM_FORMAT_NA, FM_FORMAT_DEC, FM_FORMAT_HEX, FM_FORMAT_OCT

    enum fm_category:
        FM_CATEGORY_NONE, FM_CATEGORY_OTHER, FM_CATEGORY_FILE, FM_CATEGORY_NET
        FM_CATEGORY_IPC, FM_CATEGORY_MEMORY, FM_CATEGORY_PROCESS, FM_CATEGORY_SLEEP
        FM_CATEGORY_SYSTEM, FM_CATEGORY_SIGNAL, FM_CATEGORY_USER, FM_CATEGORY_TIME
        FM_CATEGORY_IO_READ, FM_CATEGORY_IO_WRITE, FM_CATEGORY_IO_OTHER, FM_CATEGORY_WAIT
        FM_CATEGORY_SCHEDULER, FM_CATEGORY_INTERNAL

    enum fm_origin:
        FM_ORIGIN_NONE, FM_ORIGIN_SYSCALL, FM_ORIGIN_TRACEPOINT, FM_ORIGIN_METAEVENT
        FM_ORIGIN_PLUGIN, FM_ORIGIN_ITER

    enum fm_loss_class:
        FM_CLASS_OTHER, FM_CLASS_CLONE_FORK_EXIT, FM_CLASS_EXECVE_EXIT
        FM_CLASS_CONNECT_ENTER, FM_CLASS_CONNECT_EXIT, FM_CLASS_OPEN_ENTER
        FM_CLASS_OPEN_EXIT, FM_CLASS_DIR_FILE_EXIT, FM_CLASS_OTHER_INTEREST_EXIT
        FM_CLASS_CLOSE_EXIT, FM_CLASS_PROC_EXIT, FM_CLASS_MAX

    enum:
        FM_EF_NONE, FM_EF_CREATES_FD, FM_EF_DESTROYS_FD, FM_EF_USES_FD
        FM_EF_READS_FROM_FD, FM_EF_WRITES_TO_FD, FM_EF_MODIFIES_STATE, FM_EF_WAITS
        FM_EF_SKIPPARSERESET, FM_EF_LARGE_PAYLOAD, FM_EF_CONVERTER_MANAGED

    enum fm_sockopt_dynamic_param:
        FM_SOCKOPT_UNKNOWN, FM_SOCKOPT_ERRNO, FM_SOCKOPT_UINT32, FM_SOCKOPT_UINT64
        FM_SOCKOPT_TIMEVAL

    enum fm_ptrace_dynamic_param:
        FM_PTRACE_UINT64, FM_PTRACE_SIGTYPE

    enum fm_keyctl_dynamic_param:
        FM_KEYCTL_INT64, FM_KEYCTL_CHARBUF

    enum fm_event_code:
        FM_EVENT_MAX

    enum fm_syscall:
        FM_SC_unknown, FM_SC_MAX

    enum fm_syscall_class:
        FM_SYSCALL_NONE, FM_SYSCALL_STATE, FM_SYSCALL_IO, FM_SYSCALL_PLAIN

    struct fm_flag_info:
        const char *name
        uint32_t value

    struct fm_param_info:
        const char *name
        const fm_flag_info *vocabulary
        uint8_t type
        uint8_t format
        int8_t dirfd

    struct fm_event_info:
        const char *name
        const fm_param_info *params
        uint32_t flags
        uint8_t nparams
        uint8_t category
        uint8_t origin
        uint8_t loss_class

    struct fm_syscall_info:
        const char *name
        uint16_t event
        uint8_t capture_class
        int16_t x86_64
        int16_t ia32
        int16_t arm64

    # Linked into decode.schema alone; the others ask its event_info() and syscall_info().
    const fm_event_info fm_event_table[]
    const fm_syscall_info fm_syscall_table[]
    uint64_t fm_events_hash()
    uint32_t fm_param_width(uint8_t type)


cdef extern from "falcomod_record.h" nogil:
    struct fm_record_header:
        uint64_t ts
        uint64_t tid
        uint32_t len
        uint16_t type
        uint32_t nparams

    enum:
        FM_PARAMS_MAX, FM_RECORD_MAX, FM_PATH_MAX, FM_ARGS_MAX, FM_SNAPLEN_DEFAULT, FM_SNAPLEN_MAX


cdef extern from "falcomod_ring.h" nogil:
    enum fm_loss_reason:
        FM_LOSS_FULL, FM_LOSS_TOO_BIG, FM_LOSS_FAULT, FM_LOSS_NESTED, FM_LOSS_REASON_MAX

    struct fm_ring_control:
        uint64_t head
        uint64_t produced
        uint64_t delivered
        uint64_t filtered
        uint64_t faults
        uint64_t tail
        uint32_t abi_version
        uint32_t cpu
        uint64_t data_size
        uint64_t lost[4][11]     # [FM_LOSS_REASON_MAX][FM_CLASS_MAX]; asserted in capture.ring

    enum:
        FM_RING_LINE, FM_RING_CONTROL_SIZE, FM_RING_SIZE_MIN, FM_RING_SIZE_DEFAULT
        FM_RING_SIZE_MAX, FM_RING_CPU_SHIFT, FM_RING_AREA_CONTROL, FM_RING_AREA_DATA

    uint64_t fm_ring_offset(uint32_t cpu, uint32_t area)


cdef extern from "falcomod_bpf.h" nogil:
    enum:
        FM_BPF_NUMBERS, FM_BPF_SLOTS, FM_BPF_CALLS, FM_BPF_CONTROLLERS, FM_BPF_CONTROLLER_NAME
        FM_BPF_WANT_EXEC, FM_BPF_WANT_CHILD, FM_BPF_WANT_PROCEXIT

    enum fm_bpf_armed:
        FM_BPF_RESTING, FM_BPF_ARMED_ANY, FM_BPF_ARMED_FULL

    struct fm_bpf_slot:
        uint16_t sc
        uint16_t code

    struct fm_bpf_settings:
        uint64_t boot_to_wall_ns
        uint64_t knock
        uint32_t owner
        uint32_t snaplen
        uint32_t armed
        uint32_t watermark_bytes
        uint32_t wanted
        uint32_t controllers
        char controller[16][16]  # [FM_BPF_CONTROLLERS][FM_BPF_CONTROLLER_NAME]; asserted in capture.bpf
        fm_bpf_slot slots[1024]  # [FM_BPF_SLOTS]; likewise
        uint16_t codes[512]      # [FM_BPF_CALLS]; likewise

    struct fm_bpf_sample:
        uint32_t cpu
        uint32_t reserved

    struct fm_bpf_cpu:
        uint64_t produced
        uint64_t delivered
        uint64_t filtered
        uint64_t faults
        uint64_t lost[4][11]     # [FM_LOSS_REASON_MAX][FM_CLASS_MAX]
        uint32_t depth
        uint32_t ring
        fm_bpf_sample sample


cdef extern from "<sys/ioctl.h>" nogil:
    pass                         # _IOR and _IOW of the next header


cdef extern from "falcomod_ioctl.h" nogil:
    enum:
        FM_ABI_VERSION, FM_CPUS_MAX, FM_SYSCALL_WORDS, FM_VERSION_SIZE, FM_TP_PROCEXIT
        FM_IOC_MAGIC

    const char *FM_DEVICE_NAME
    unsigned long FM_IOC_VERSION
    unsigned long FM_IOC_CONFIGURE
    unsigned long FM_IOC_SELECT
    unsigned long FM_IOC_START
    unsigned long FM_IOC_STOP
    unsigned long FM_IOC_STATUS

    struct fm_ioc_version:
        uint32_t abi_version
        uint32_t reserved
        uint64_t events_hash
        uint8_t driver_version[32]

    struct fm_ioc_configure:
        uint64_t ring_size
        uint32_t snaplen
        uint32_t watermark_bytes
        uint32_t wake_delay_us
        uint32_t reserved

    struct fm_ioc_select:
        uint64_t syscalls[8]
        uint32_t tracepoints
        uint32_t reserved

    struct fm_ioc_status:
        uint64_t ring_size
        uint32_t cpus_generation
        uint32_t consumers
        uint64_t cpus[16]


# Names that the tables themselves do not hold, for the Python face of decode.schema:
# unused, and so not compiled, elsewhere.
cdef extern from * nogil:
    """
    struct fm_vocabulary_row {
        const char *group;      /* NULL: the end */
        const char *name;
        uint32_t value;
    };

    static inline const char *fm_event_id(uint32_t code)
    {
        switch (code) {
    #define FM_EVENT(id, code, name, category, origin, loss, flags) case code: return #id;
    #include "falcomod_events.def"
        }
        return NULL;
    }

    static inline const struct fm_vocabulary_row *fm_vocabulary_rows(void)
    {
        static const struct fm_vocabulary_row rows[] = {
    #define FM_FLAG(group, name, value) { #group, #name, (uint32_t)(value) },
    #include "falcomod_flags.def"
            { NULL, NULL, 0 },
        };
        return rows;
    }
    """
    struct fm_vocabulary_row:
        const char *group
        const char *name
        uint32_t value

    const char *fm_event_id(uint32_t code)
    const fm_vocabulary_row *fm_vocabulary_rows()


# Printed by tools/print_uapi_pxd.py from here on.
cdef extern from "falcomod_events.h" nogil:
    # Codes.
    enum:
        FM_GENERIC_X, FM_OPEN_E, FM_OPEN_X, FM_CLOSE_X, FM_READ_X, FM_WRITE_X, FM_SOCKET_X,
        FM_BIND_X, FM_CONNECT_E, FM_CONNECT_X, FM_LISTEN_X, FM_SEND_X, FM_SENDTO_X, FM_RECV_X,
        FM_RECVFROM_X, FM_SHUTDOWN_X, FM_GETSOCKNAME_X, FM_GETPEERNAME_X, FM_SOCKETPAIR_X,
        FM_SETSOCKOPT_X, FM_GETSOCKOPT_X, FM_SENDMSG_X, FM_SENDMMSG_X, FM_RECVMSG_X,
        FM_RECVMMSG_X, FM_CREAT_E, FM_CREAT_X, FM_PIPE_X, FM_EVENTFD_X, FM_FUTEX_X, FM_STAT_X,
        FM_LSTAT_X, FM_FSTAT_X, FM_STAT64_X, FM_LSTAT64_X, FM_FSTAT64_X, FM_EPOLLWAIT_X,
        FM_POLL_X, FM_SELECT_X, FM_LSEEK_X, FM_LLSEEK_X, FM_GETCWD_X, FM_CHDIR_X, FM_FCHDIR_X,
        FM_PREAD_X, FM_PWRITE_X, FM_READV_X, FM_WRITEV_X, FM_PREADV_X, FM_PWRITEV_X,
        FM_SIGNALFD_X, FM_KILL_X, FM_TKILL_X, FM_TGKILL_X, FM_NANOSLEEP_X, FM_TIMERFD_CREATE_X,
        FM_INOTIFY_INIT_X, FM_GETRLIMIT_X, FM_SETRLIMIT_X, FM_PRLIMIT_X, FM_DROP_E, FM_DROP_X,
        FM_FCNTL_X, FM_SCHEDSWITCH_6_E, FM_BRK_4_X, FM_MMAP_X, FM_MMAP2_X, FM_MUNMAP_X,
        FM_SPLICE_X, FM_PTRACE_X, FM_IOCTL_3_X, FM_RENAME_X, FM_RENAMEAT_X, FM_SYMLINK_X,
        FM_SYMLINKAT_X, FM_PROCEXIT_1_E, FM_SENDFILE_X, FM_QUOTACTL_X, FM_SETRESUID_X,
        FM_SETRESGID_X, FM_SCAPEVENT_E, FM_SETUID_X, FM_SETGID_X, FM_GETUID_X, FM_GETEUID_X,
        FM_GETGID_X, FM_GETEGID_X, FM_GETRESUID_X, FM_GETRESGID_X, FM_CLONE_20_X, FM_FORK_20_X,
        FM_VFORK_20_X, FM_SIGNALDELIVER_E, FM_PROCINFO_E, FM_GETDENTS_X, FM_GETDENTS64_X,
        FM_SETNS_X, FM_FLOCK_X, FM_CPU_HOTPLUG_E, FM_ACCEPT_5_X, FM_SEMOP_X, FM_SEMCTL_X,
        FM_PPOLL_X, FM_MOUNT_X, FM_SEMGET_X, FM_ACCESS_X, FM_CHROOT_X, FM_SETSID_X, FM_MKDIR_2_X,
        FM_RMDIR_2_X, FM_NOTIFICATION_E, FM_UNSHARE_X, FM_INFRASTRUCTURE_EVENT_E, FM_PAGE_FAULT_E,
        FM_EXECVE_19_X, FM_SETPGID_X, FM_SECCOMP_X, FM_UNLINK_2_X, FM_UNLINKAT_2_X, FM_MKDIRAT_X,
        FM_OPENAT_2_E, FM_OPENAT_2_X, FM_LINK_2_X, FM_LINKAT_2_X, FM_FCHMODAT_X, FM_CHMOD_X,
        FM_FCHMOD_X, FM_RENAMEAT2_X, FM_USERFAULTFD_X, FM_PLUGINEVENT_E, FM_CONTAINER_JSON_2_E,
        FM_OPENAT2_E, FM_OPENAT2_X, FM_MPROTECT_X, FM_EXECVEAT_X, FM_COPY_FILE_RANGE_X,
        FM_CLONE3_X, FM_OPEN_BY_HANDLE_AT_X, FM_IO_URING_SETUP_X, FM_IO_URING_ENTER_X,
        FM_IO_URING_REGISTER_X, FM_MLOCK_X, FM_MUNLOCK_X, FM_MLOCKALL_X, FM_MUNLOCKALL_X,
        FM_CAPSET_X, FM_USER_ADDED_E, FM_USER_DELETED_E, FM_GROUP_ADDED_E, FM_GROUP_DELETED_E,
        FM_DUP2_X, FM_DUP3_X, FM_DUP_1_X, FM_BPF_2_X, FM_MLOCK2_X, FM_FSCONFIG_X,
        FM_EPOLL_CREATE_X, FM_EPOLL_CREATE1_X, FM_CHOWN_X, FM_LCHOWN_X, FM_FCHOWN_X,
        FM_FCHOWNAT_X, FM_UMOUNT_1_X, FM_ACCEPT4_6_X, FM_UMOUNT2_X, FM_PIPE2_X,
        FM_INOTIFY_INIT1_X, FM_EVENTFD2_X, FM_SIGNALFD4_X, FM_PRCTL_X, FM_ASYNCEVENT_E,
        FM_MEMFD_CREATE_X, FM_PIDFD_GETFD_X, FM_PIDFD_OPEN_X, FM_INIT_MODULE_X, FM_FINIT_MODULE_X,
        FM_MKNOD_X, FM_MKNODAT_X, FM_NEWFSTATAT_X, FM_PROCESS_VM_READV_X, FM_PROCESS_VM_WRITEV_X,
        FM_DELETE_MODULE_X, FM_SETREUID_X, FM_SETREGID_X, FM_ITER_TASK_E,
        FM_ITER_TASK_FILE_PIPE_E, FM_ITER_TASK_FILE_MEMFD_E, FM_ITER_TASK_FILE_REGULAR_E,
        FM_ITER_TASK_FILE_DIRECTORY_E, FM_ITER_TASK_FILE_SOCKET_INET_E,
        FM_ITER_TASK_FILE_SOCKET_INET6_E, FM_ITER_TASK_FILE_SOCKET_UNIX_E,
        FM_ITER_TASK_FILE_SOCKET_NETLINK_E, FM_ITER_TASK_FILE_ANON_INODE_E, FM_CLOSE_RANGE_X,
        FM_KEYCTL_X

    # Parameter indices.
    enum:
        FM_GENERIC_X_ID, FM_GENERIC_X_nativeID, FM_OPEN_E_name, FM_OPEN_E_flags, FM_OPEN_E_mode,
        FM_OPEN_X_fd, FM_OPEN_X_name, FM_OPEN_X_flags, FM_OPEN_X_mode, FM_OPEN_X_dev,
        FM_OPEN_X_ino, FM_CLOSE_X_res, FM_CLOSE_X_fd, FM_READ_X_res, FM_READ_X_data, FM_READ_X_fd,
        FM_READ_X_size, FM_WRITE_X_res, FM_WRITE_X_data, FM_WRITE_X_fd, FM_WRITE_X_size,
        FM_SOCKET_X_fd, FM_SOCKET_X_domain, FM_SOCKET_X_type, FM_SOCKET_X_proto,
        FM_SOCKET_X_flags, FM_BIND_X_res, FM_BIND_X_addr, FM_BIND_X_fd, FM_CONNECT_E_fd,
        FM_CONNECT_E_addr, FM_CONNECT_X_res, FM_CONNECT_X_tuple, FM_CONNECT_X_fd,
        FM_CONNECT_X_addr, FM_LISTEN_X_res, FM_LISTEN_X_fd, FM_LISTEN_X_backlog, FM_SEND_X_res,
        FM_SEND_X_data, FM_SEND_X_fd, FM_SEND_X_size, FM_SEND_X_tuple, FM_SENDTO_X_res,
        FM_SENDTO_X_data, FM_SENDTO_X_fd, FM_SENDTO_X_size, FM_SENDTO_X_tuple, FM_RECV_X_res,
        FM_RECV_X_data, FM_RECV_X_fd, FM_RECV_X_size, FM_RECV_X_tuple, FM_RECVFROM_X_res,
        FM_RECVFROM_X_data, FM_RECVFROM_X_tuple, FM_RECVFROM_X_fd, FM_RECVFROM_X_size,
        FM_SHUTDOWN_X_res, FM_SHUTDOWN_X_fd, FM_SHUTDOWN_X_how, FM_SOCKETPAIR_X_res,
        FM_SOCKETPAIR_X_fd1, FM_SOCKETPAIR_X_fd2, FM_SOCKETPAIR_X_source, FM_SOCKETPAIR_X_peer,
        FM_SOCKETPAIR_X_domain, FM_SOCKETPAIR_X_type, FM_SOCKETPAIR_X_proto, FM_SETSOCKOPT_X_res,
        FM_SETSOCKOPT_X_fd, FM_SETSOCKOPT_X_level, FM_SETSOCKOPT_X_optname, FM_SETSOCKOPT_X_val,
        FM_SETSOCKOPT_X_optlen, FM_GETSOCKOPT_X_res, FM_GETSOCKOPT_X_fd, FM_GETSOCKOPT_X_level,
        FM_GETSOCKOPT_X_optname, FM_GETSOCKOPT_X_val, FM_GETSOCKOPT_X_optlen, FM_SENDMSG_X_res,
        FM_SENDMSG_X_data, FM_SENDMSG_X_fd, FM_SENDMSG_X_size, FM_SENDMSG_X_tuple,
        FM_SENDMMSG_X_res, FM_SENDMMSG_X_fd, FM_SENDMMSG_X_size, FM_SENDMMSG_X_data,
        FM_SENDMMSG_X_tuple, FM_RECVMSG_X_res, FM_RECVMSG_X_size, FM_RECVMSG_X_data,
        FM_RECVMSG_X_tuple, FM_RECVMSG_X_msgcontrol, FM_RECVMSG_X_fd, FM_RECVMMSG_X_res,
        FM_RECVMMSG_X_fd, FM_RECVMMSG_X_size, FM_RECVMMSG_X_data, FM_RECVMMSG_X_tuple,
        FM_RECVMMSG_X_msgcontrol, FM_CREAT_E_name, FM_CREAT_E_mode, FM_CREAT_X_fd,
        FM_CREAT_X_name, FM_CREAT_X_mode, FM_CREAT_X_dev, FM_CREAT_X_ino, FM_CREAT_X_creat_flags,
        FM_PIPE_X_res, FM_PIPE_X_fd1, FM_PIPE_X_fd2, FM_PIPE_X_ino, FM_EVENTFD_X_res,
        FM_EVENTFD_X_initval, FM_EVENTFD_X_flags, FM_FUTEX_X_res, FM_FUTEX_X_addr, FM_FUTEX_X_op,
        FM_FUTEX_X_val, FM_STAT_X_res, FM_STAT_X_path, FM_LSTAT_X_res, FM_LSTAT_X_path,
        FM_FSTAT_X_res, FM_FSTAT_X_fd, FM_STAT64_X_res, FM_STAT64_X_path, FM_LSTAT64_X_res,
        FM_LSTAT64_X_path, FM_FSTAT64_X_res, FM_EPOLLWAIT_X_res, FM_EPOLLWAIT_X_maxevents,
        FM_POLL_X_res, FM_POLL_X_fds, FM_POLL_X_timeout, FM_SELECT_X_res, FM_LSEEK_X_res,
        FM_LSEEK_X_fd, FM_LSEEK_X_offset, FM_LSEEK_X_whence, FM_LLSEEK_X_res, FM_LLSEEK_X_fd,
        FM_LLSEEK_X_offset, FM_LLSEEK_X_whence, FM_GETCWD_X_res, FM_GETCWD_X_path, FM_CHDIR_X_res,
        FM_CHDIR_X_path, FM_FCHDIR_X_res, FM_FCHDIR_X_fd, FM_PREAD_X_res, FM_PREAD_X_data,
        FM_PREAD_X_fd, FM_PREAD_X_size, FM_PREAD_X_pos, FM_PWRITE_X_res, FM_PWRITE_X_data,
        FM_PWRITE_X_fd, FM_PWRITE_X_size, FM_PWRITE_X_pos, FM_READV_X_res, FM_READV_X_size,
        FM_READV_X_data, FM_READV_X_fd, FM_WRITEV_X_res, FM_WRITEV_X_data, FM_WRITEV_X_fd,
        FM_WRITEV_X_size, FM_PREADV_X_res, FM_PREADV_X_size, FM_PREADV_X_data, FM_PREADV_X_fd,
        FM_PREADV_X_pos, FM_PWRITEV_X_res, FM_PWRITEV_X_data, FM_PWRITEV_X_fd, FM_PWRITEV_X_size,
        FM_PWRITEV_X_pos, FM_SIGNALFD_X_res, FM_SIGNALFD_X_fd, FM_SIGNALFD_X_mask,
        FM_SIGNALFD_X_flags, FM_KILL_X_res, FM_KILL_X_pid, FM_KILL_X_sig, FM_TKILL_X_res,
        FM_TKILL_X_tid, FM_TKILL_X_sig, FM_TGKILL_X_res, FM_TGKILL_X_pid, FM_TGKILL_X_tid,
        FM_TGKILL_X_sig, FM_NANOSLEEP_X_res, FM_NANOSLEEP_X_interval, FM_TIMERFD_CREATE_X_res,
        FM_TIMERFD_CREATE_X_clockid, FM_TIMERFD_CREATE_X_flags, FM_INOTIFY_INIT_X_res,
        FM_INOTIFY_INIT_X_flags, FM_GETRLIMIT_X_res, FM_GETRLIMIT_X_cur, FM_GETRLIMIT_X_max,
        FM_GETRLIMIT_X_resource, FM_SETRLIMIT_X_res, FM_SETRLIMIT_X_cur, FM_SETRLIMIT_X_max,
        FM_SETRLIMIT_X_resource, FM_PRLIMIT_X_res, FM_PRLIMIT_X_newcur, FM_PRLIMIT_X_newmax,
        FM_PRLIMIT_X_oldcur, FM_PRLIMIT_X_oldmax, FM_PRLIMIT_X_pid, FM_PRLIMIT_X_resource,
        FM_DROP_E_ratio, FM_DROP_X_ratio, FM_FCNTL_X_res, FM_FCNTL_X_fd, FM_FCNTL_X_cmd,
        FM_FCNTL_X_arg, FM_SCHEDSWITCH_6_E_next, FM_SCHEDSWITCH_6_E_pgft_maj,
        FM_SCHEDSWITCH_6_E_pgft_min, FM_SCHEDSWITCH_6_E_vm_size, FM_SCHEDSWITCH_6_E_vm_rss,
        FM_SCHEDSWITCH_6_E_vm_swap, FM_BRK_4_X_res, FM_BRK_4_X_vm_size, FM_BRK_4_X_vm_rss,
        FM_BRK_4_X_vm_swap, FM_BRK_4_X_addr, FM_MMAP_X_res, FM_MMAP_X_vm_size, FM_MMAP_X_vm_rss,
        FM_MMAP_X_vm_swap, FM_MMAP_X_addr, FM_MMAP_X_length, FM_MMAP_X_prot, FM_MMAP_X_flags,
        FM_MMAP_X_fd, FM_MMAP_X_offset, FM_MMAP2_X_res, FM_MMAP2_X_vm_size, FM_MMAP2_X_vm_rss,
        FM_MMAP2_X_vm_swap, FM_MMAP2_X_addr, FM_MMAP2_X_length, FM_MMAP2_X_prot, FM_MMAP2_X_flags,
        FM_MMAP2_X_fd, FM_MMAP2_X_pgoffset, FM_MUNMAP_X_res, FM_MUNMAP_X_vm_size,
        FM_MUNMAP_X_vm_rss, FM_MUNMAP_X_vm_swap, FM_MUNMAP_X_addr, FM_MUNMAP_X_length,
        FM_SPLICE_X_res, FM_SPLICE_X_fd_in, FM_SPLICE_X_fd_out, FM_SPLICE_X_size,
        FM_SPLICE_X_flags, FM_PTRACE_X_res, FM_PTRACE_X_addr, FM_PTRACE_X_data,
        FM_PTRACE_X_request, FM_PTRACE_X_pid, FM_IOCTL_3_X_res, FM_IOCTL_3_X_fd,
        FM_IOCTL_3_X_request, FM_IOCTL_3_X_argument, FM_RENAME_X_res, FM_RENAME_X_oldpath,
        FM_RENAME_X_newpath, FM_RENAMEAT_X_res, FM_RENAMEAT_X_olddirfd, FM_RENAMEAT_X_oldpath,
        FM_RENAMEAT_X_newdirfd, FM_RENAMEAT_X_newpath, FM_SYMLINK_X_res, FM_SYMLINK_X_target,
        FM_SYMLINK_X_linkpath, FM_SYMLINKAT_X_res, FM_SYMLINKAT_X_target,
        FM_SYMLINKAT_X_linkdirfd, FM_SYMLINKAT_X_linkpath, FM_PROCEXIT_1_E_status,
        FM_PROCEXIT_1_E_ret, FM_PROCEXIT_1_E_sig, FM_PROCEXIT_1_E_core,
        FM_PROCEXIT_1_E_reaper_tid, FM_SENDFILE_X_res, FM_SENDFILE_X_offset, FM_SENDFILE_X_out_fd,
        FM_SENDFILE_X_in_fd, FM_SENDFILE_X_size, FM_QUOTACTL_X_res, FM_QUOTACTL_X_special,
        FM_QUOTACTL_X_quotafilepath, FM_QUOTACTL_X_dqb_bhardlimit, FM_QUOTACTL_X_dqb_bsoftlimit,
        FM_QUOTACTL_X_dqb_curspace, FM_QUOTACTL_X_dqb_ihardlimit, FM_QUOTACTL_X_dqb_isoftlimit,
        FM_QUOTACTL_X_dqb_btime, FM_QUOTACTL_X_dqb_itime, FM_QUOTACTL_X_dqi_bgrace,
        FM_QUOTACTL_X_dqi_igrace, FM_QUOTACTL_X_dqi_flags, FM_QUOTACTL_X_quota_fmt_out,
        FM_QUOTACTL_X_cmd, FM_QUOTACTL_X_type, FM_QUOTACTL_X_id, FM_QUOTACTL_X_quota_fmt,
        FM_SETRESUID_X_res, FM_SETRESUID_X_ruid, FM_SETRESUID_X_euid, FM_SETRESUID_X_suid,
        FM_SETRESGID_X_res, FM_SETRESGID_X_rgid, FM_SETRESGID_X_egid, FM_SETRESGID_X_sgid,
        FM_SCAPEVENT_E_event_type, FM_SCAPEVENT_E_event_data, FM_SETUID_X_res, FM_SETUID_X_uid,
        FM_SETGID_X_res, FM_SETGID_X_gid, FM_GETUID_X_uid, FM_GETEUID_X_euid, FM_GETGID_X_gid,
        FM_GETEGID_X_egid, FM_GETRESUID_X_res, FM_GETRESUID_X_ruid, FM_GETRESUID_X_euid,
        FM_GETRESUID_X_suid, FM_GETRESGID_X_res, FM_GETRESGID_X_rgid, FM_GETRESGID_X_egid,
        FM_GETRESGID_X_sgid, FM_CLONE_20_X_res, FM_CLONE_20_X_exe, FM_CLONE_20_X_args,
        FM_CLONE_20_X_tid, FM_CLONE_20_X_pid, FM_CLONE_20_X_ptid, FM_CLONE_20_X_cwd,
        FM_CLONE_20_X_fdlimit, FM_CLONE_20_X_pgft_maj, FM_CLONE_20_X_pgft_min,
        FM_CLONE_20_X_vm_size, FM_CLONE_20_X_vm_rss, FM_CLONE_20_X_vm_swap, FM_CLONE_20_X_comm,
        FM_CLONE_20_X_cgroups, FM_CLONE_20_X_flags, FM_CLONE_20_X_uid, FM_CLONE_20_X_gid,
        FM_CLONE_20_X_vtid, FM_CLONE_20_X_vpid, FM_CLONE_20_X_pidns_init_start_ts,
        FM_FORK_20_X_res, FM_FORK_20_X_exe, FM_FORK_20_X_args, FM_FORK_20_X_tid, FM_FORK_20_X_pid,
        FM_FORK_20_X_ptid, FM_FORK_20_X_cwd, FM_FORK_20_X_fdlimit, FM_FORK_20_X_pgft_maj,
        FM_FORK_20_X_pgft_min, FM_FORK_20_X_vm_size, FM_FORK_20_X_vm_rss, FM_FORK_20_X_vm_swap,
        FM_FORK_20_X_comm, FM_FORK_20_X_cgroups, FM_FORK_20_X_flags, FM_FORK_20_X_uid,
        FM_FORK_20_X_gid, FM_FORK_20_X_vtid, FM_FORK_20_X_vpid, FM_FORK_20_X_pidns_init_start_ts,
        FM_VFORK_20_X_res, FM_VFORK_20_X_exe, FM_VFORK_20_X_args, FM_VFORK_20_X_tid,
        FM_VFORK_20_X_pid, FM_VFORK_20_X_ptid, FM_VFORK_20_X_cwd, FM_VFORK_20_X_fdlimit,
        FM_VFORK_20_X_pgft_maj, FM_VFORK_20_X_pgft_min, FM_VFORK_20_X_vm_size,
        FM_VFORK_20_X_vm_rss, FM_VFORK_20_X_vm_swap, FM_VFORK_20_X_comm, FM_VFORK_20_X_cgroups,
        FM_VFORK_20_X_flags, FM_VFORK_20_X_uid, FM_VFORK_20_X_gid, FM_VFORK_20_X_vtid,
        FM_VFORK_20_X_vpid, FM_VFORK_20_X_pidns_init_start_ts, FM_SIGNALDELIVER_E_spid,
        FM_SIGNALDELIVER_E_dpid, FM_SIGNALDELIVER_E_sig, FM_PROCINFO_E_cpu_usr,
        FM_PROCINFO_E_cpu_sys, FM_GETDENTS_X_res, FM_GETDENTS_X_fd, FM_GETDENTS64_X_res,
        FM_GETDENTS64_X_fd, FM_SETNS_X_res, FM_SETNS_X_fd, FM_SETNS_X_nstype, FM_FLOCK_X_res,
        FM_FLOCK_X_fd, FM_FLOCK_X_operation, FM_CPU_HOTPLUG_E_cpu, FM_CPU_HOTPLUG_E_action,
        FM_ACCEPT_5_X_fd, FM_ACCEPT_5_X_tuple, FM_ACCEPT_5_X_queuepct, FM_ACCEPT_5_X_queuelen,
        FM_ACCEPT_5_X_queuemax, FM_SEMOP_X_res, FM_SEMOP_X_nsops, FM_SEMOP_X_sem_num_0,
        FM_SEMOP_X_sem_op_0, FM_SEMOP_X_sem_flg_0, FM_SEMOP_X_sem_num_1, FM_SEMOP_X_sem_op_1,
        FM_SEMOP_X_sem_flg_1, FM_SEMOP_X_semid, FM_SEMCTL_X_res, FM_SEMCTL_X_semid,
        FM_SEMCTL_X_semnum, FM_SEMCTL_X_cmd, FM_SEMCTL_X_val, FM_PPOLL_X_res, FM_PPOLL_X_fds,
        FM_PPOLL_X_timeout, FM_PPOLL_X_sigmask, FM_MOUNT_X_res, FM_MOUNT_X_dev, FM_MOUNT_X_dir,
        FM_MOUNT_X_type, FM_MOUNT_X_flags, FM_SEMGET_X_res, FM_SEMGET_X_key, FM_SEMGET_X_nsems,
        FM_SEMGET_X_semflg, FM_ACCESS_X_res, FM_ACCESS_X_name, FM_ACCESS_X_mode, FM_CHROOT_X_res,
        FM_CHROOT_X_path, FM_SETSID_X_res, FM_MKDIR_2_X_res, FM_MKDIR_2_X_path, FM_MKDIR_2_X_mode,
        FM_RMDIR_2_X_res, FM_RMDIR_2_X_path, FM_NOTIFICATION_E_id, FM_NOTIFICATION_E_desc,
        FM_UNSHARE_X_res, FM_UNSHARE_X_flags, FM_INFRASTRUCTURE_EVENT_E_source,
        FM_INFRASTRUCTURE_EVENT_E_name, FM_INFRASTRUCTURE_EVENT_E_description,
        FM_INFRASTRUCTURE_EVENT_E_scope, FM_PAGE_FAULT_E_addr, FM_PAGE_FAULT_E_ip,
        FM_PAGE_FAULT_E_error, FM_EXECVE_19_X_res, FM_EXECVE_19_X_exe, FM_EXECVE_19_X_args,
        FM_EXECVE_19_X_tid, FM_EXECVE_19_X_pid, FM_EXECVE_19_X_ptid, FM_EXECVE_19_X_cwd,
        FM_EXECVE_19_X_fdlimit, FM_EXECVE_19_X_pgft_maj, FM_EXECVE_19_X_pgft_min,
        FM_EXECVE_19_X_vm_size, FM_EXECVE_19_X_vm_rss, FM_EXECVE_19_X_vm_swap,
        FM_EXECVE_19_X_comm, FM_EXECVE_19_X_cgroups, FM_EXECVE_19_X_env, FM_EXECVE_19_X_tty,
        FM_EXECVE_19_X_vpgid, FM_EXECVE_19_X_loginuid, FM_EXECVE_19_X_flags,
        FM_EXECVE_19_X_cap_inheritable, FM_EXECVE_19_X_cap_permitted,
        FM_EXECVE_19_X_cap_effective, FM_EXECVE_19_X_exe_ino, FM_EXECVE_19_X_exe_ino_ctime,
        FM_EXECVE_19_X_exe_ino_mtime, FM_EXECVE_19_X_uid, FM_EXECVE_19_X_trusted_exepath,
        FM_EXECVE_19_X_pgid, FM_EXECVE_19_X_gid, FM_EXECVE_19_X_filename, FM_SETPGID_X_res,
        FM_SETPGID_X_pid, FM_SETPGID_X_pgid, FM_SECCOMP_X_res, FM_SECCOMP_X_op,
        FM_SECCOMP_X_flags, FM_UNLINK_2_X_res, FM_UNLINK_2_X_path, FM_UNLINKAT_2_X_res,
        FM_UNLINKAT_2_X_dirfd, FM_UNLINKAT_2_X_name, FM_UNLINKAT_2_X_flags, FM_MKDIRAT_X_res,
        FM_MKDIRAT_X_dirfd, FM_MKDIRAT_X_path, FM_MKDIRAT_X_mode, FM_OPENAT_2_E_dirfd,
        FM_OPENAT_2_E_name, FM_OPENAT_2_E_flags, FM_OPENAT_2_E_mode, FM_OPENAT_2_X_fd,
        FM_OPENAT_2_X_dirfd, FM_OPENAT_2_X_name, FM_OPENAT_2_X_flags, FM_OPENAT_2_X_mode,
        FM_OPENAT_2_X_dev, FM_OPENAT_2_X_ino, FM_LINK_2_X_res, FM_LINK_2_X_oldpath,
        FM_LINK_2_X_newpath, FM_LINKAT_2_X_res, FM_LINKAT_2_X_olddir, FM_LINKAT_2_X_oldpath,
        FM_LINKAT_2_X_newdir, FM_LINKAT_2_X_newpath, FM_LINKAT_2_X_flags, FM_FCHMODAT_X_res,
        FM_FCHMODAT_X_dirfd, FM_FCHMODAT_X_filename, FM_FCHMODAT_X_mode, FM_CHMOD_X_res,
        FM_CHMOD_X_filename, FM_CHMOD_X_mode, FM_FCHMOD_X_res, FM_FCHMOD_X_fd, FM_FCHMOD_X_mode,
        FM_RENAMEAT2_X_res, FM_RENAMEAT2_X_olddirfd, FM_RENAMEAT2_X_oldpath,
        FM_RENAMEAT2_X_newdirfd, FM_RENAMEAT2_X_newpath, FM_RENAMEAT2_X_flags,
        FM_USERFAULTFD_X_res, FM_USERFAULTFD_X_flags, FM_PLUGINEVENT_E_plugin_id,
        FM_PLUGINEVENT_E_event_data, FM_CONTAINER_JSON_2_E_json, FM_OPENAT2_E_dirfd,
        FM_OPENAT2_E_name, FM_OPENAT2_E_flags, FM_OPENAT2_E_mode, FM_OPENAT2_E_resolve,
        FM_OPENAT2_X_fd, FM_OPENAT2_X_dirfd, FM_OPENAT2_X_name, FM_OPENAT2_X_flags,
        FM_OPENAT2_X_mode, FM_OPENAT2_X_resolve, FM_OPENAT2_X_dev, FM_OPENAT2_X_ino,
        FM_MPROTECT_X_res, FM_MPROTECT_X_addr, FM_MPROTECT_X_length, FM_MPROTECT_X_prot,
        FM_EXECVEAT_X_res, FM_EXECVEAT_X_exe, FM_EXECVEAT_X_args, FM_EXECVEAT_X_tid,
        FM_EXECVEAT_X_pid, FM_EXECVEAT_X_ptid, FM_EXECVEAT_X_cwd, FM_EXECVEAT_X_fdlimit,
        FM_EXECVEAT_X_pgft_maj, FM_EXECVEAT_X_pgft_min, FM_EXECVEAT_X_vm_size,
        FM_EXECVEAT_X_vm_rss, FM_EXECVEAT_X_vm_swap, FM_EXECVEAT_X_comm, FM_EXECVEAT_X_cgroups,
        FM_EXECVEAT_X_env, FM_EXECVEAT_X_tty, FM_EXECVEAT_X_vpgid, FM_EXECVEAT_X_loginuid,
        FM_EXECVEAT_X_flags, FM_EXECVEAT_X_cap_inheritable, FM_EXECVEAT_X_cap_permitted,
        FM_EXECVEAT_X_cap_effective, FM_EXECVEAT_X_exe_ino, FM_EXECVEAT_X_exe_ino_ctime,
        FM_EXECVEAT_X_exe_ino_mtime, FM_EXECVEAT_X_uid, FM_EXECVEAT_X_trusted_exepath,
        FM_EXECVEAT_X_pgid, FM_EXECVEAT_X_gid, FM_COPY_FILE_RANGE_X_res,
        FM_COPY_FILE_RANGE_X_fdout, FM_COPY_FILE_RANGE_X_offout, FM_COPY_FILE_RANGE_X_fdin,
        FM_COPY_FILE_RANGE_X_offin, FM_COPY_FILE_RANGE_X_len, FM_CLONE3_X_res, FM_CLONE3_X_exe,
        FM_CLONE3_X_args, FM_CLONE3_X_tid, FM_CLONE3_X_pid, FM_CLONE3_X_ptid, FM_CLONE3_X_cwd,
        FM_CLONE3_X_fdlimit, FM_CLONE3_X_pgft_maj, FM_CLONE3_X_pgft_min, FM_CLONE3_X_vm_size,
        FM_CLONE3_X_vm_rss, FM_CLONE3_X_vm_swap, FM_CLONE3_X_comm, FM_CLONE3_X_cgroups,
        FM_CLONE3_X_flags, FM_CLONE3_X_uid, FM_CLONE3_X_gid, FM_CLONE3_X_vtid, FM_CLONE3_X_vpid,
        FM_CLONE3_X_pidns_init_start_ts, FM_OPEN_BY_HANDLE_AT_X_fd,
        FM_OPEN_BY_HANDLE_AT_X_mountfd, FM_OPEN_BY_HANDLE_AT_X_flags, FM_OPEN_BY_HANDLE_AT_X_path,
        FM_OPEN_BY_HANDLE_AT_X_dev, FM_OPEN_BY_HANDLE_AT_X_ino, FM_IO_URING_SETUP_X_res,
        FM_IO_URING_SETUP_X_entries, FM_IO_URING_SETUP_X_sq_entries,
        FM_IO_URING_SETUP_X_cq_entries, FM_IO_URING_SETUP_X_flags,
        FM_IO_URING_SETUP_X_sq_thread_cpu, FM_IO_URING_SETUP_X_sq_thread_idle,
        FM_IO_URING_SETUP_X_features, FM_IO_URING_ENTER_X_res, FM_IO_URING_ENTER_X_fd,
        FM_IO_URING_ENTER_X_to_submit, FM_IO_URING_ENTER_X_min_complete,
        FM_IO_URING_ENTER_X_flags, FM_IO_URING_ENTER_X_sig, FM_IO_URING_REGISTER_X_res,
        FM_IO_URING_REGISTER_X_fd, FM_IO_URING_REGISTER_X_opcode, FM_IO_URING_REGISTER_X_arg,
        FM_IO_URING_REGISTER_X_nr_args, FM_MLOCK_X_res, FM_MLOCK_X_addr, FM_MLOCK_X_len,
        FM_MUNLOCK_X_res, FM_MUNLOCK_X_addr, FM_MUNLOCK_X_len, FM_MLOCKALL_X_res,
        FM_MLOCKALL_X_flags, FM_MUNLOCKALL_X_res, FM_CAPSET_X_res, FM_CAPSET_X_cap_inheritable,
        FM_CAPSET_X_cap_permitted, FM_CAPSET_X_cap_effective, FM_USER_ADDED_E_uid,
        FM_USER_ADDED_E_gid, FM_USER_ADDED_E_name, FM_USER_ADDED_E_home, FM_USER_ADDED_E_shell,
        FM_USER_ADDED_E_container_id, FM_USER_DELETED_E_uid, FM_USER_DELETED_E_gid,
        FM_USER_DELETED_E_name, FM_USER_DELETED_E_home, FM_USER_DELETED_E_shell,
        FM_USER_DELETED_E_container_id, FM_GROUP_ADDED_E_gid, FM_GROUP_ADDED_E_name,
        FM_GROUP_ADDED_E_container_id, FM_GROUP_DELETED_E_gid, FM_GROUP_DELETED_E_name,
        FM_GROUP_DELETED_E_container_id, FM_DUP2_X_res, FM_DUP2_X_oldfd, FM_DUP2_X_newfd,
        FM_DUP3_X_res, FM_DUP3_X_oldfd, FM_DUP3_X_newfd, FM_DUP3_X_flags, FM_DUP_1_X_res,
        FM_DUP_1_X_oldfd, FM_BPF_2_X_fd, FM_BPF_2_X_cmd, FM_MLOCK2_X_res, FM_MLOCK2_X_addr,
        FM_MLOCK2_X_len, FM_MLOCK2_X_flags, FM_FSCONFIG_X_res, FM_FSCONFIG_X_fd,
        FM_FSCONFIG_X_cmd, FM_FSCONFIG_X_key, FM_FSCONFIG_X_value_bytebuf,
        FM_FSCONFIG_X_value_charbuf, FM_FSCONFIG_X_aux, FM_EPOLL_CREATE_X_res,
        FM_EPOLL_CREATE_X_size, FM_EPOLL_CREATE1_X_res, FM_EPOLL_CREATE1_X_flags, FM_CHOWN_X_res,
        FM_CHOWN_X_path, FM_CHOWN_X_uid, FM_CHOWN_X_gid, FM_LCHOWN_X_res, FM_LCHOWN_X_path,
        FM_LCHOWN_X_uid, FM_LCHOWN_X_gid, FM_FCHOWN_X_res, FM_FCHOWN_X_fd, FM_FCHOWN_X_uid,
        FM_FCHOWN_X_gid, FM_FCHOWNAT_X_res, FM_FCHOWNAT_X_dirfd, FM_FCHOWNAT_X_pathname,
        FM_FCHOWNAT_X_uid, FM_FCHOWNAT_X_gid, FM_FCHOWNAT_X_flags, FM_UMOUNT_1_X_res,
        FM_UMOUNT_1_X_name, FM_ACCEPT4_6_X_fd, FM_ACCEPT4_6_X_tuple, FM_ACCEPT4_6_X_queuepct,
        FM_ACCEPT4_6_X_queuelen, FM_ACCEPT4_6_X_queuemax, FM_ACCEPT4_6_X_flags, FM_UMOUNT2_X_res,
        FM_UMOUNT2_X_name, FM_UMOUNT2_X_flags, FM_PIPE2_X_res, FM_PIPE2_X_fd1, FM_PIPE2_X_fd2,
        FM_PIPE2_X_ino, FM_PIPE2_X_flags, FM_INOTIFY_INIT1_X_res, FM_INOTIFY_INIT1_X_flags,
        FM_EVENTFD2_X_res, FM_EVENTFD2_X_flags, FM_EVENTFD2_X_initval, FM_SIGNALFD4_X_res,
        FM_SIGNALFD4_X_flags, FM_SIGNALFD4_X_fd, FM_SIGNALFD4_X_mask, FM_PRCTL_X_res,
        FM_PRCTL_X_option, FM_PRCTL_X_arg2_str, FM_PRCTL_X_arg2_int, FM_ASYNCEVENT_E_plugin_id,
        FM_ASYNCEVENT_E_name, FM_ASYNCEVENT_E_data, FM_MEMFD_CREATE_X_fd, FM_MEMFD_CREATE_X_name,
        FM_MEMFD_CREATE_X_flags, FM_PIDFD_GETFD_X_fd, FM_PIDFD_GETFD_X_pid_fd,
        FM_PIDFD_GETFD_X_target_fd, FM_PIDFD_GETFD_X_flags, FM_PIDFD_OPEN_X_fd,
        FM_PIDFD_OPEN_X_pid, FM_PIDFD_OPEN_X_flags, FM_INIT_MODULE_X_res, FM_INIT_MODULE_X_img,
        FM_INIT_MODULE_X_length, FM_INIT_MODULE_X_uargs, FM_FINIT_MODULE_X_res,
        FM_FINIT_MODULE_X_fd, FM_FINIT_MODULE_X_uargs, FM_FINIT_MODULE_X_flags, FM_MKNOD_X_res,
        FM_MKNOD_X_path, FM_MKNOD_X_mode, FM_MKNOD_X_dev, FM_MKNODAT_X_res, FM_MKNODAT_X_dirfd,
        FM_MKNODAT_X_path, FM_MKNODAT_X_mode, FM_MKNODAT_X_dev, FM_NEWFSTATAT_X_res,
        FM_NEWFSTATAT_X_dirfd, FM_NEWFSTATAT_X_path, FM_NEWFSTATAT_X_flags,
        FM_PROCESS_VM_READV_X_res, FM_PROCESS_VM_READV_X_pid, FM_PROCESS_VM_READV_X_data,
        FM_PROCESS_VM_WRITEV_X_res, FM_PROCESS_VM_WRITEV_X_pid, FM_PROCESS_VM_WRITEV_X_data,
        FM_DELETE_MODULE_X_res, FM_DELETE_MODULE_X_name, FM_DELETE_MODULE_X_flags,
        FM_SETREUID_X_res, FM_SETREUID_X_ruid, FM_SETREUID_X_euid, FM_SETREGID_X_res,
        FM_SETREGID_X_rgid, FM_SETREGID_X_egid, FM_ITER_TASK_E_ppid, FM_ITER_TASK_E_pgid,
        FM_ITER_TASK_E_vpgid, FM_ITER_TASK_E_sid, FM_ITER_TASK_E_comm, FM_ITER_TASK_E_argv,
        FM_ITER_TASK_E_exepath, FM_ITER_TASK_E_flags, FM_ITER_TASK_E_env, FM_ITER_TASK_E_cwd,
        FM_ITER_TASK_E_fdlimit, FM_ITER_TASK_E_euid, FM_ITER_TASK_E_egid,
        FM_ITER_TASK_E_cap_permitted, FM_ITER_TASK_E_cap_effective,
        FM_ITER_TASK_E_cap_inheritable, FM_ITER_TASK_E_exe_ino_num, FM_ITER_TASK_E_exe_ino_ctime,
        FM_ITER_TASK_E_exe_ino_mtime, FM_ITER_TASK_E_vm_size, FM_ITER_TASK_E_vm_rss,
        FM_ITER_TASK_E_vm_swap, FM_ITER_TASK_E_pgft_maj, FM_ITER_TASK_E_pgft_min,
        FM_ITER_TASK_E_vtgid, FM_ITER_TASK_E_vpid, FM_ITER_TASK_E_pidns_init_start_ts,
        FM_ITER_TASK_E_cgroups, FM_ITER_TASK_E_root, FM_ITER_TASK_E_start_time,
        FM_ITER_TASK_E_tty, FM_ITER_TASK_E_loginuid, FM_ITER_TASK_FILE_PIPE_E_fd,
        FM_ITER_TASK_FILE_PIPE_E_path, FM_ITER_TASK_FILE_PIPE_E_ino_num,
        FM_ITER_TASK_FILE_MEMFD_E_fd, FM_ITER_TASK_FILE_MEMFD_E_path,
        FM_ITER_TASK_FILE_MEMFD_E_ino_num, FM_ITER_TASK_FILE_REGULAR_E_fd,
        FM_ITER_TASK_FILE_REGULAR_E_path, FM_ITER_TASK_FILE_REGULAR_E_flags,
        FM_ITER_TASK_FILE_REGULAR_E_mnt_id, FM_ITER_TASK_FILE_REGULAR_E_ino_num,
        FM_ITER_TASK_FILE_DIRECTORY_E_fd, FM_ITER_TASK_FILE_DIRECTORY_E_path,
        FM_ITER_TASK_FILE_DIRECTORY_E_ino_num, FM_ITER_TASK_FILE_SOCKET_INET_E_fd,
        FM_ITER_TASK_FILE_SOCKET_INET_E_sk_type, FM_ITER_TASK_FILE_SOCKET_INET_E_sk_proto,
        FM_ITER_TASK_FILE_SOCKET_INET_E_local_ip, FM_ITER_TASK_FILE_SOCKET_INET_E_local_port,
        FM_ITER_TASK_FILE_SOCKET_INET_E_remote_ip, FM_ITER_TASK_FILE_SOCKET_INET_E_remote_port,
        FM_ITER_TASK_FILE_SOCKET_INET_E_ino_num, FM_ITER_TASK_FILE_SOCKET_INET6_E_fd,
        FM_ITER_TASK_FILE_SOCKET_INET6_E_sk_type, FM_ITER_TASK_FILE_SOCKET_INET6_E_sk_proto,
        FM_ITER_TASK_FILE_SOCKET_INET6_E_local_ip, FM_ITER_TASK_FILE_SOCKET_INET6_E_local_port,
        FM_ITER_TASK_FILE_SOCKET_INET6_E_remote_ip, FM_ITER_TASK_FILE_SOCKET_INET6_E_remote_port,
        FM_ITER_TASK_FILE_SOCKET_INET6_E_ino_num, FM_ITER_TASK_FILE_SOCKET_UNIX_E_fd,
        FM_ITER_TASK_FILE_SOCKET_UNIX_E_sk_type, FM_ITER_TASK_FILE_SOCKET_UNIX_E_sk_proto,
        FM_ITER_TASK_FILE_SOCKET_UNIX_E_sk_pointer, FM_ITER_TASK_FILE_SOCKET_UNIX_E_sun_path,
        FM_ITER_TASK_FILE_SOCKET_UNIX_E_ino_num, FM_ITER_TASK_FILE_SOCKET_NETLINK_E_fd,
        FM_ITER_TASK_FILE_SOCKET_NETLINK_E_sk_type, FM_ITER_TASK_FILE_SOCKET_NETLINK_E_sk_proto,
        FM_ITER_TASK_FILE_SOCKET_NETLINK_E_ino_num, FM_ITER_TASK_FILE_ANON_INODE_E_fd,
        FM_ITER_TASK_FILE_ANON_INODE_E_fd_type, FM_ITER_TASK_FILE_ANON_INODE_E_path,
        FM_ITER_TASK_FILE_ANON_INODE_E_ino_num, FM_CLOSE_RANGE_X_res, FM_CLOSE_RANGE_X_first,
        FM_CLOSE_RANGE_X_last, FM_CLOSE_RANGE_X_flags, FM_KEYCTL_X_res, FM_KEYCTL_X_operation,
        FM_KEYCTL_X_arg2, FM_KEYCTL_X_arg3, FM_KEYCTL_X_arg4, FM_KEYCTL_X_arg5

    # Vocabulary socket_families.
    enum:
        FM_socket_families_AF_NFC, FM_socket_families_AF_ALG, FM_socket_families_AF_CAIF,
        FM_socket_families_AF_IEEE802154, FM_socket_families_AF_PHONET,
        FM_socket_families_AF_ISDN, FM_socket_families_AF_RXRPC, FM_socket_families_AF_IUCV,
        FM_socket_families_AF_BLUETOOTH, FM_socket_families_AF_TIPC, FM_socket_families_AF_CAN,
        FM_socket_families_AF_LLC, FM_socket_families_AF_WANPIPE, FM_socket_families_AF_PPPOX,
        FM_socket_families_AF_IRDA, FM_socket_families_AF_SNA, FM_socket_families_AF_RDS,
        FM_socket_families_AF_ATMSVC, FM_socket_families_AF_ECONET, FM_socket_families_AF_ASH,
        FM_socket_families_AF_PACKET, FM_socket_families_AF_ROUTE, FM_socket_families_AF_NETLINK,
        FM_socket_families_AF_KEY, FM_socket_families_AF_SECURITY, FM_socket_families_AF_NETBEUI,
        FM_socket_families_AF_DECnet, FM_socket_families_AF_ROSE, FM_socket_families_AF_INET6,
        FM_socket_families_AF_X25, FM_socket_families_AF_ATMPVC, FM_socket_families_AF_BRIDGE,
        FM_socket_families_AF_NETROM, FM_socket_families_AF_APPLETALK, FM_socket_families_AF_IPX,
        FM_socket_families_AF_AX25, FM_socket_families_AF_INET, FM_socket_families_AF_LOCAL,
        FM_socket_families_AF_UNIX, FM_socket_families_AF_UNSPEC

    # Vocabulary file_flags.
    enum:
        FM_file_flags_O_LARGEFILE, FM_file_flags_O_DIRECTORY, FM_file_flags_O_DIRECT,
        FM_file_flags_O_TRUNC, FM_file_flags_O_SYNC, FM_file_flags_O_NONBLOCK,
        FM_file_flags_O_EXCL, FM_file_flags_O_DSYNC, FM_file_flags_O_APPEND,
        FM_file_flags_O_CREAT, FM_file_flags_O_RDWR, FM_file_flags_O_WRONLY,
        FM_file_flags_O_RDONLY, FM_file_flags_O_CLOEXEC, FM_file_flags_O_NONE,
        FM_file_flags_O_TMPFILE, FM_file_flags_O_F_CREATED, FM_file_flags_FD_UPPER_LAYER,
        FM_file_flags_FD_LOWER_LAYER

    # Vocabulary creat_flags.
    enum:
        FM_creat_flags_FD_UPPER_LAYER_CREAT, FM_creat_flags_FD_LOWER_LAYER_CREAT

    # Vocabulary flock_flags.
    enum:
        FM_flock_flags_LOCK_SH, FM_flock_flags_LOCK_EX, FM_flock_flags_LOCK_NB,
        FM_flock_flags_LOCK_UN, FM_flock_flags_LOCK_NONE

    # Vocabulary clone_flags.
    enum:
        FM_clone_flags_CLONE_FILES, FM_clone_flags_CLONE_FS, FM_clone_flags_CLONE_IO,
        FM_clone_flags_CLONE_NEWIPC, FM_clone_flags_CLONE_NEWNET, FM_clone_flags_CLONE_NEWNS,
        FM_clone_flags_CLONE_NEWPID, FM_clone_flags_CLONE_NEWUTS, FM_clone_flags_CLONE_PARENT,
        FM_clone_flags_CLONE_PARENT_SETTID, FM_clone_flags_CLONE_PTRACE,
        FM_clone_flags_CLONE_SIGHAND, FM_clone_flags_CLONE_SYSVSEM, FM_clone_flags_CLONE_THREAD,
        FM_clone_flags_CLONE_UNTRACED, FM_clone_flags_CLONE_VM, FM_clone_flags_CLONE_INVERTED,
        FM_clone_flags_NAME_CHANGED, FM_clone_flags_CLOSED, FM_clone_flags_CLONE_NEWUSER,
        FM_clone_flags_CLONE_CHILD_CLEARTID, FM_clone_flags_CLONE_CHILD_SETTID,
        FM_clone_flags_CLONE_SETTLS, FM_clone_flags_CLONE_STOPPED, FM_clone_flags_CLONE_VFORK,
        FM_clone_flags_CLONE_NEWCGROUP, FM_clone_flags_CLONE_CHILD_IN_PIDNS

    # Vocabulary futex_operations.
    enum:
        FM_futex_operations_FUTEX_CLOCK_REALTIME, FM_futex_operations_FUTEX_PRIVATE_FLAG,
        FM_futex_operations_FUTEX_CMP_REQUEUE_PI, FM_futex_operations_FUTEX_WAIT_REQUEUE_PI,
        FM_futex_operations_FUTEX_WAKE_BITSET, FM_futex_operations_FUTEX_WAIT_BITSET,
        FM_futex_operations_FUTEX_TRYLOCK_PI, FM_futex_operations_FUTEX_UNLOCK_PI,
        FM_futex_operations_FUTEX_LOCK_PI, FM_futex_operations_FUTEX_WAKE_OP,
        FM_futex_operations_FUTEX_CMP_REQUEUE, FM_futex_operations_FUTEX_REQUEUE,
        FM_futex_operations_FUTEX_FD, FM_futex_operations_FUTEX_WAKE,
        FM_futex_operations_FUTEX_WAIT

    # Vocabulary poll_flags.
    enum:
        FM_poll_flags_POLLIN, FM_poll_flags_POLLPRI, FM_poll_flags_POLLOUT,
        FM_poll_flags_POLLRDHUP, FM_poll_flags_POLLERR, FM_poll_flags_POLLHUP,
        FM_poll_flags_POLLNVAL, FM_poll_flags_POLLRDNORM, FM_poll_flags_POLLRDBAND,
        FM_poll_flags_POLLWRNORM, FM_poll_flags_POLLWRBAND

    # Vocabulary mount_flags.
    enum:
        FM_mount_flags_RDONLY, FM_mount_flags_NOSUID, FM_mount_flags_NODEV, FM_mount_flags_NOEXEC,
        FM_mount_flags_SYNCHRONOUS, FM_mount_flags_REMOUNT, FM_mount_flags_MANDLOCK,
        FM_mount_flags_DIRSYNC, FM_mount_flags_NOATIME, FM_mount_flags_NODIRATIME,
        FM_mount_flags_BIND, FM_mount_flags_MOVE, FM_mount_flags_REC, FM_mount_flags_SILENT,
        FM_mount_flags_POSIXACL, FM_mount_flags_UNBINDABLE, FM_mount_flags_PRIVATE,
        FM_mount_flags_SLAVE, FM_mount_flags_SHARED, FM_mount_flags_RELATIME,
        FM_mount_flags_KERNMOUNT, FM_mount_flags_I_VERSION, FM_mount_flags_STRICTATIME,
        FM_mount_flags_LAZYTIME, FM_mount_flags_NOSEC, FM_mount_flags_BORN, FM_mount_flags_ACTIVE,
        FM_mount_flags_NOUSER

    # Vocabulary umount_flags.
    enum:
        FM_umount_flags_FORCE, FM_umount_flags_DETACH, FM_umount_flags_EXPIRE,
        FM_umount_flags_NOFOLLOW

    # Vocabulary lseek_whence.
    enum:
        FM_lseek_whence_SEEK_END, FM_lseek_whence_SEEK_CUR, FM_lseek_whence_SEEK_SET

    # Vocabulary shutdown_how.
    enum:
        FM_shutdown_how_SHUT_UNKNOWN, FM_shutdown_how_SHUT_RDWR, FM_shutdown_how_SHUT_WR,
        FM_shutdown_how_SHUT_RD

    # Vocabulary rlimit_resources.
    enum:
        FM_rlimit_resources_RLIMIT_UNKNOWN, FM_rlimit_resources_RLIMIT_RTTIME,
        FM_rlimit_resources_RLIMIT_RTPRIO, FM_rlimit_resources_RLIMIT_NICE,
        FM_rlimit_resources_RLIMIT_MSGQUEUE, FM_rlimit_resources_RLIMIT_SIGPENDING,
        FM_rlimit_resources_RLIMIT_LOCKS, FM_rlimit_resources_RLIMIT_AS,
        FM_rlimit_resources_RLIMIT_MEMLOCK, FM_rlimit_resources_RLIMIT_NOFILE,
        FM_rlimit_resources_RLIMIT_NPROC, FM_rlimit_resources_RLIMIT_RSS,
        FM_rlimit_resources_RLIMIT_CORE, FM_rlimit_resources_RLIMIT_STACK,
        FM_rlimit_resources_RLIMIT_DATA, FM_rlimit_resources_RLIMIT_FSIZE,
        FM_rlimit_resources_RLIMIT_CPU

    # Vocabulary fcntl_commands.
    enum:
        FM_fcntl_commands_F_GETPIPE_SZ, FM_fcntl_commands_F_SETPIPE_SZ,
        FM_fcntl_commands_F_NOTIFY, FM_fcntl_commands_F_DUPFD_CLOEXEC,
        FM_fcntl_commands_F_CANCELLK, FM_fcntl_commands_F_GETLEASE, FM_fcntl_commands_F_SETLEASE,
        FM_fcntl_commands_F_GETOWN_EX, FM_fcntl_commands_F_SETOWN_EX,
        FM_fcntl_commands_F_SETLKW64, FM_fcntl_commands_F_SETLK64, FM_fcntl_commands_F_GETLK64,
        FM_fcntl_commands_F_GETSIG, FM_fcntl_commands_F_SETSIG, FM_fcntl_commands_F_GETOWN,
        FM_fcntl_commands_F_SETOWN, FM_fcntl_commands_F_SETLKW, FM_fcntl_commands_F_SETLK,
        FM_fcntl_commands_F_GETLK, FM_fcntl_commands_F_SETFL, FM_fcntl_commands_F_GETFL,
        FM_fcntl_commands_F_SETFD, FM_fcntl_commands_F_GETFD, FM_fcntl_commands_F_DUPFD,
        FM_fcntl_commands_F_OFD_GETLK, FM_fcntl_commands_F_OFD_SETLK,
        FM_fcntl_commands_F_OFD_SETLKW, FM_fcntl_commands_UNKNOWN

    # Vocabulary sockopt_levels.
    enum:
        FM_sockopt_levels_SOL_SOCKET, FM_sockopt_levels_SOL_TCP, FM_sockopt_levels_UNKNOWN

    # Vocabulary sockopt_options.
    enum:
        FM_sockopt_options_SO_COOKIE, FM_sockopt_options_SO_MEMINFO,
        FM_sockopt_options_SO_PEERGROUPS, FM_sockopt_options_SO_ATTACH_BPF,
        FM_sockopt_options_SO_INCOMING_CPU, FM_sockopt_options_SO_BPF_EXTENSIONS,
        FM_sockopt_options_SO_MAX_PACING_RATE, FM_sockopt_options_SO_BUSY_POLL,
        FM_sockopt_options_SO_SELECT_ERR_QUEUE, FM_sockopt_options_SO_LOCK_FILTER,
        FM_sockopt_options_SO_NOFCS, FM_sockopt_options_SO_PEEK_OFF,
        FM_sockopt_options_SO_WIFI_STATUS, FM_sockopt_options_SO_RXQ_OVFL,
        FM_sockopt_options_SO_DOMAIN, FM_sockopt_options_SO_PROTOCOL,
        FM_sockopt_options_SO_TIMESTAMPING, FM_sockopt_options_SO_MARK,
        FM_sockopt_options_SO_TIMESTAMPNS, FM_sockopt_options_SO_PASSSEC,
        FM_sockopt_options_SO_PEERSEC, FM_sockopt_options_SO_ACCEPTCONN,
        FM_sockopt_options_SO_TIMESTAMP, FM_sockopt_options_SO_PEERNAME,
        FM_sockopt_options_SO_DETACH_FILTER, FM_sockopt_options_SO_ATTACH_FILTER,
        FM_sockopt_options_SO_BINDTODEVICE, FM_sockopt_options_SO_SECURITY_ENCRYPTION_NETWORK,
        FM_sockopt_options_SO_SECURITY_ENCRYPTION_TRANSPORT,
        FM_sockopt_options_SO_SECURITY_AUTHENTICATION, FM_sockopt_options_SO_SNDTIMEO,
        FM_sockopt_options_SO_RCVTIMEO, FM_sockopt_options_SO_SNDLOWAT,
        FM_sockopt_options_SO_RCVLOWAT, FM_sockopt_options_SO_PEERCRED,
        FM_sockopt_options_SO_PASSCRED, FM_sockopt_options_SO_REUSEPORT,
        FM_sockopt_options_SO_BSDCOMPAT, FM_sockopt_options_SO_LINGER,
        FM_sockopt_options_SO_PRIORITY, FM_sockopt_options_SO_NO_CHECK,
        FM_sockopt_options_SO_OOBINLINE, FM_sockopt_options_SO_KEEPALIVE,
        FM_sockopt_options_SO_RCVBUFFORCE, FM_sockopt_options_SO_SNDBUFFORCE,
        FM_sockopt_options_SO_RCVBUF, FM_sockopt_options_SO_SNDBUF,
        FM_sockopt_options_SO_BROADCAST, FM_sockopt_options_SO_DONTROUTE,
        FM_sockopt_options_SO_ERROR, FM_sockopt_options_SO_TYPE, FM_sockopt_options_SO_REUSEADDR,
        FM_sockopt_options_SO_DEBUG, FM_sockopt_options_UNKNOWN

    # Vocabulary ptrace_requests.
    enum:
        FM_ptrace_requests_PTRACE_SINGLEBLOCK, FM_ptrace_requests_PTRACE_SYSEMU_SINGLESTEP,
        FM_ptrace_requests_PTRACE_SYSEMU, FM_ptrace_requests_PTRACE_ARCH_PRCTL,
        FM_ptrace_requests_PTRACE_SET_THREAD_AREA, FM_ptrace_requests_PTRACE_GET_THREAD_AREA,
        FM_ptrace_requests_PTRACE_OLDSETOPTIONS, FM_ptrace_requests_PTRACE_SETFPXREGS,
        FM_ptrace_requests_PTRACE_GETFPXREGS, FM_ptrace_requests_PTRACE_SETFPREGS,
        FM_ptrace_requests_PTRACE_GETFPREGS, FM_ptrace_requests_PTRACE_SETREGS,
        FM_ptrace_requests_PTRACE_GETREGS, FM_ptrace_requests_PTRACE_SETSIGMASK,
        FM_ptrace_requests_PTRACE_GETSIGMASK, FM_ptrace_requests_PTRACE_PEEKSIGINFO,
        FM_ptrace_requests_PTRACE_LISTEN, FM_ptrace_requests_PTRACE_INTERRUPT,
        FM_ptrace_requests_PTRACE_SEIZE, FM_ptrace_requests_PTRACE_SETREGSET,
        FM_ptrace_requests_PTRACE_GETREGSET, FM_ptrace_requests_PTRACE_SETSIGINFO,
        FM_ptrace_requests_PTRACE_GETSIGINFO, FM_ptrace_requests_PTRACE_GETEVENTMSG,
        FM_ptrace_requests_PTRACE_SETOPTIONS, FM_ptrace_requests_PTRACE_SYSCALL,
        FM_ptrace_requests_PTRACE_DETACH, FM_ptrace_requests_PTRACE_ATTACH,
        FM_ptrace_requests_PTRACE_SINGLESTEP, FM_ptrace_requests_PTRACE_KILL,
        FM_ptrace_requests_PTRACE_CONT, FM_ptrace_requests_PTRACE_POKEUSR,
        FM_ptrace_requests_PTRACE_POKEDATA, FM_ptrace_requests_PTRACE_POKETEXT,
        FM_ptrace_requests_PTRACE_PEEKUSR, FM_ptrace_requests_PTRACE_PEEKDATA,
        FM_ptrace_requests_PTRACE_PEEKTEXT, FM_ptrace_requests_PTRACE_TRACEME,
        FM_ptrace_requests_PTRACE_UNKNOWN

    # Vocabulary prot_flags.
    enum:
        FM_prot_flags_PROT_READ, FM_prot_flags_PROT_WRITE, FM_prot_flags_PROT_EXEC,
        FM_prot_flags_PROT_SEM, FM_prot_flags_PROT_GROWSDOWN, FM_prot_flags_PROT_GROWSUP,
        FM_prot_flags_PROT_SAO, FM_prot_flags_PROT_NONE

    # Vocabulary mmap_flags.
    enum:
        FM_mmap_flags_MAP_SHARED, FM_mmap_flags_MAP_PRIVATE, FM_mmap_flags_MAP_FIXED,
        FM_mmap_flags_MAP_ANONYMOUS, FM_mmap_flags_MAP_32BIT, FM_mmap_flags_MAP_RENAME,
        FM_mmap_flags_MAP_NORESERVE, FM_mmap_flags_MAP_POPULATE, FM_mmap_flags_MAP_NONBLOCK,
        FM_mmap_flags_MAP_GROWSDOWN, FM_mmap_flags_MAP_DENYWRITE, FM_mmap_flags_MAP_EXECUTABLE,
        FM_mmap_flags_MAP_INHERIT, FM_mmap_flags_MAP_FILE, FM_mmap_flags_MAP_LOCKED

    # Vocabulary splice_flags.
    enum:
        FM_splice_flags_SPLICE_F_MOVE, FM_splice_flags_SPLICE_F_NONBLOCK,
        FM_splice_flags_SPLICE_F_MORE, FM_splice_flags_SPLICE_F_GIFT

    # Vocabulary quotactl_dqi_flags.
    enum:
        FM_quotactl_dqi_flags_DQF_NONE, FM_quotactl_dqi_flags_V1_DQF_RSQUASH

    # Vocabulary quotactl_cmds.
    enum:
        FM_quotactl_cmds_Q_QUOTAON, FM_quotactl_cmds_Q_QUOTAOFF, FM_quotactl_cmds_Q_GETFMT,
        FM_quotactl_cmds_Q_GETINFO, FM_quotactl_cmds_Q_SETINFO, FM_quotactl_cmds_Q_GETQUOTA,
        FM_quotactl_cmds_Q_SETQUOTA, FM_quotactl_cmds_Q_SYNC, FM_quotactl_cmds_Q_XQUOTAON,
        FM_quotactl_cmds_Q_XQUOTAOFF, FM_quotactl_cmds_Q_XGETQUOTA, FM_quotactl_cmds_Q_XSETQLIM,
        FM_quotactl_cmds_Q_XGETQSTAT, FM_quotactl_cmds_Q_XQUOTARM, FM_quotactl_cmds_Q_XQUOTASYNC

    # Vocabulary quotactl_types.
    enum:
        FM_quotactl_types_USRQUOTA, FM_quotactl_types_GRPQUOTA

    # Vocabulary quotactl_quota_fmts.
    enum:
        FM_quotactl_quota_fmts_QFMT_NOT_USED, FM_quotactl_quota_fmts_QFMT_VFS_OLD,
        FM_quotactl_quota_fmts_QFMT_VFS_V0, FM_quotactl_quota_fmts_QFMT_VFS_V1

    # Vocabulary semop_flags.
    enum:
        FM_semop_flags_IPC_NOWAIT, FM_semop_flags_SEM_UNDO

    # Vocabulary semget_flags.
    enum:
        FM_semget_flags_IPC_EXCL, FM_semget_flags_IPC_CREAT

    # Vocabulary semctl_commands.
    enum:
        FM_semctl_commands_IPC_STAT, FM_semctl_commands_IPC_SET, FM_semctl_commands_IPC_RMID,
        FM_semctl_commands_IPC_INFO, FM_semctl_commands_SEM_INFO, FM_semctl_commands_SEM_STAT,
        FM_semctl_commands_GETALL, FM_semctl_commands_GETNCNT, FM_semctl_commands_GETPID,
        FM_semctl_commands_GETVAL, FM_semctl_commands_GETZCNT, FM_semctl_commands_SETALL,
        FM_semctl_commands_SETVAL

    # Vocabulary access_flags.
    enum:
        FM_access_flags_F_OK, FM_access_flags_R_OK, FM_access_flags_W_OK, FM_access_flags_X_OK

    # Vocabulary pf_flags.
    enum:
        FM_pf_flags_PROTECTION_VIOLATION, FM_pf_flags_PAGE_NOT_PRESENT, FM_pf_flags_WRITE_ACCESS,
        FM_pf_flags_READ_ACCESS, FM_pf_flags_USER_FAULT, FM_pf_flags_SUPERVISOR_FAULT,
        FM_pf_flags_RESERVED_PAGE, FM_pf_flags_INSTRUCTION_FETCH

    # Vocabulary unlinkat_flags.
    enum:
        FM_unlinkat_flags_AT_REMOVEDIR

    # Vocabulary linkat_flags.
    enum:
        FM_linkat_flags_AT_SYMLINK_FOLLOW, FM_linkat_flags_AT_EMPTY_PATH

    # Vocabulary newfstatat_flags.
    enum:
        FM_newfstatat_flags_AT_EMPTY_PATH, FM_newfstatat_flags_AT_NO_AUTOMOUNT,
        FM_newfstatat_flags_AT_SYMLINK_NOFOLLOW

    # Vocabulary chmod_mode.
    enum:
        FM_chmod_mode_S_IXOTH, FM_chmod_mode_S_IWOTH, FM_chmod_mode_S_IROTH,
        FM_chmod_mode_S_IXGRP, FM_chmod_mode_S_IWGRP, FM_chmod_mode_S_IRGRP,
        FM_chmod_mode_S_IXUSR, FM_chmod_mode_S_IWUSR, FM_chmod_mode_S_IRUSR,
        FM_chmod_mode_S_ISVTX, FM_chmod_mode_S_ISGID, FM_chmod_mode_S_ISUID

    # Vocabulary fchownat_flags.
    enum:
        FM_fchownat_flags_AT_SYMLINK_NOFOLLOW, FM_fchownat_flags_AT_EMPTY_PATH

    # Vocabulary renameat2_flags.
    enum:
        FM_renameat2_flags_RENAME_NOREPLACE, FM_renameat2_flags_RENAME_EXCHANGE,
        FM_renameat2_flags_RENAME_WHITEOUT

    # Vocabulary openat2_flags.
    enum:
        FM_openat2_flags_RESOLVE_BENEATH, FM_openat2_flags_RESOLVE_IN_ROOT,
        FM_openat2_flags_RESOLVE_NO_MAGICLINKS, FM_openat2_flags_RESOLVE_NO_SYMLINKS,
        FM_openat2_flags_RESOLVE_NO_XDEV, FM_openat2_flags_RESOLVE_CACHED

    # Vocabulary execve_flags.
    enum:
        FM_execve_flags_EXE_WRITABLE, FM_execve_flags_EXE_UPPER_LAYER,
        FM_execve_flags_EXE_FROM_MEMFD, FM_execve_flags_EXE_LOWER_LAYER

    # Vocabulary execveat_flags.
    enum:
        FM_execveat_flags_AT_EMPTY_PATH, FM_execveat_flags_AT_SYMLINK_NOFOLLOW

    # Vocabulary io_uring_setup_flags.
    enum:
        FM_io_uring_setup_flags_IORING_SETUP_IOPOLL, FM_io_uring_setup_flags_IORING_SETUP_SQPOLL,
        FM_io_uring_setup_flags_IORING_SQ_NEED_WAKEUP,
        FM_io_uring_setup_flags_IORING_SETUP_SQ_AFF, FM_io_uring_setup_flags_IORING_SETUP_CQSIZE,
        FM_io_uring_setup_flags_IORING_SETUP_CLAMP,
        FM_io_uring_setup_flags_IORING_SETUP_ATTACH_RW,
        FM_io_uring_setup_flags_IORING_SETUP_R_DISABLED

    # Vocabulary io_uring_setup_feats.
    enum:
        FM_io_uring_setup_feats_IORING_FEAT_SINGLE_MMAP,
        FM_io_uring_setup_feats_IORING_FEAT_NODROP,
        FM_io_uring_setup_feats_IORING_FEAT_SUBMIT_STABLE,
        FM_io_uring_setup_feats_IORING_FEAT_RW_CUR_POS,
        FM_io_uring_setup_feats_IORING_FEAT_CUR_PERSONALITY,
        FM_io_uring_setup_feats_IORING_FEAT_FAST_POLL,
        FM_io_uring_setup_feats_IORING_FEAT_POLL_32BITS,
        FM_io_uring_setup_feats_IORING_FEAT_SQPOLL_NONFIXED,
        FM_io_uring_setup_feats_IORING_FEAT_ENTER_EXT_ARG,
        FM_io_uring_setup_feats_IORING_FEAT_NATIVE_WORKERS,
        FM_io_uring_setup_feats_IORING_FEAT_RSRC_TAGS

    # Vocabulary io_uring_enter_flags.
    enum:
        FM_io_uring_enter_flags_IORING_ENTER_GETEVENTS,
        FM_io_uring_enter_flags_IORING_ENTER_SQ_WAKEUP,
        FM_io_uring_enter_flags_IORING_ENTER_SQ_WAIT, FM_io_uring_enter_flags_IORING_ENTER_EXT_ARG

    # Vocabulary io_uring_register_opcodes.
    enum:
        FM_io_uring_register_opcodes_IORING_REGISTER_BUFFERS,
        FM_io_uring_register_opcodes_IORING_UNREGISTER_BUFFERS,
        FM_io_uring_register_opcodes_IORING_REGISTER_FILES,
        FM_io_uring_register_opcodes_IORING_UNREGISTER_FILES,
        FM_io_uring_register_opcodes_IORING_REGISTER_EVENTFD,
        FM_io_uring_register_opcodes_IORING_UNREGISTER_EVENTFD,
        FM_io_uring_register_opcodes_IORING_REGISTER_FILES_UPDATE,
        FM_io_uring_register_opcodes_IORING_REGISTER_EVENTFD_ASYNC,
        FM_io_uring_register_opcodes_IORING_REGISTER_PROBE,
        FM_io_uring_register_opcodes_IORING_REGISTER_PERSONALITY,
        FM_io_uring_register_opcodes_IORING_UNREGISTER_PERSONALITY,
        FM_io_uring_register_opcodes_IORING_REGISTER_RESTRICTIONS,
        FM_io_uring_register_opcodes_IORING_REGISTER_ENABLE_RINGS,
        FM_io_uring_register_opcodes_IORING_REGISTER_FILES2,
        FM_io_uring_register_opcodes_IORING_REGISTER_FILES_UPDATE2,
        FM_io_uring_register_opcodes_IORING_REGISTER_BUFFERS2,
        FM_io_uring_register_opcodes_IORING_REGISTER_BUFFERS_UPDATE,
        FM_io_uring_register_opcodes_IORING_REGISTER_IOWQ_AFF,
        FM_io_uring_register_opcodes_IORING_UNREGISTER_IOWQ_AFF,
        FM_io_uring_register_opcodes_IORING_REGISTER_IOWQ_MAX_WORKERS,
        FM_io_uring_register_opcodes_IORING_REGISTER_RING_FDS,
        FM_io_uring_register_opcodes_IORING_UNREGISTER_RING_FDS

    # Vocabulary mlockall_flags.
    enum:
        FM_mlockall_flags_MCL_CURRENT, FM_mlockall_flags_MCL_FUTURE, FM_mlockall_flags_MCL_ONFAULT

    # Vocabulary mlock2_flags.
    enum:
        FM_mlock2_flags_MLOCK_ONFAULT

    # Vocabulary fsconfig_cmds.
    enum:
        FM_fsconfig_cmds_FSCONFIG_SET_FLAG, FM_fsconfig_cmds_FSCONFIG_SET_STRING,
        FM_fsconfig_cmds_FSCONFIG_SET_BINARY, FM_fsconfig_cmds_FSCONFIG_SET_PATH,
        FM_fsconfig_cmds_FSCONFIG_SET_PATH_EMPTY, FM_fsconfig_cmds_FSCONFIG_SET_FD,
        FM_fsconfig_cmds_FSCONFIG_CMD_CREATE, FM_fsconfig_cmds_FSCONFIG_CMD_RECONFIGURE

    # Vocabulary epoll_create1_flags.
    enum:
        FM_epoll_create1_flags_EPOLL_CLOEXEC

    # Vocabulary prctl_options.
    enum:
        FM_prctl_options_PR_GET_DUMPABLE, FM_prctl_options_PR_SET_DUMPABLE,
        FM_prctl_options_PR_GET_KEEPCAPS, FM_prctl_options_PR_SET_KEEPCAPS,
        FM_prctl_options_PR_SET_NAME, FM_prctl_options_PR_GET_NAME,
        FM_prctl_options_PR_GET_SECCOMP, FM_prctl_options_PR_SET_SECCOMP,
        FM_prctl_options_PR_CAPBSET_READ, FM_prctl_options_PR_CAPBSET_DROP,
        FM_prctl_options_PR_GET_SECUREBITS, FM_prctl_options_PR_SET_SECUREBITS,
        FM_prctl_options_PR_MCE_KILL, FM_prctl_options_PR_SET_MM,
        FM_prctl_options_PR_SET_CHILD_SUBREAPER, FM_prctl_options_PR_GET_CHILD_SUBREAPER,
        FM_prctl_options_PR_SET_NO_NEW_PRIVS, FM_prctl_options_PR_GET_NO_NEW_PRIVS,
        FM_prctl_options_PR_GET_TID_ADDRESS, FM_prctl_options_PR_SET_THP_DISABLE,
        FM_prctl_options_PR_GET_THP_DISABLE, FM_prctl_options_PR_CAP_AMBIENT

    # Vocabulary keyctl_operations.
    enum:
        FM_keyctl_operations_KEYCTL_GET_KEYRING_ID,
        FM_keyctl_operations_KEYCTL_JOIN_SESSION_KEYRING, FM_keyctl_operations_KEYCTL_UPDATE,
        FM_keyctl_operations_KEYCTL_REVOKE, FM_keyctl_operations_KEYCTL_CHOWN,
        FM_keyctl_operations_KEYCTL_SETPERM, FM_keyctl_operations_KEYCTL_DESCRIBE,
        FM_keyctl_operations_KEYCTL_CLEAR, FM_keyctl_operations_KEYCTL_LINK,
        FM_keyctl_operations_KEYCTL_UNLINK, FM_keyctl_operations_KEYCTL_SEARCH,
        FM_keyctl_operations_KEYCTL_READ, FM_keyctl_operations_KEYCTL_INSTANTIATE,
        FM_keyctl_operations_KEYCTL_NEGATE, FM_keyctl_operations_KEYCTL_SET_REQKEY_KEYRING,
        FM_keyctl_operations_KEYCTL_SET_TIMEOUT, FM_keyctl_operations_KEYCTL_ASSUME_AUTHORITY,
        FM_keyctl_operations_KEYCTL_GET_SECURITY, FM_keyctl_operations_KEYCTL_SESSION_TO_PARENT,
        FM_keyctl_operations_KEYCTL_REJECT, FM_keyctl_operations_KEYCTL_INSTANTIATE_IOV,
        FM_keyctl_operations_KEYCTL_INVALIDATE, FM_keyctl_operations_KEYCTL_GET_PERSISTENT,
        FM_keyctl_operations_KEYCTL_DH_COMPUTE, FM_keyctl_operations_KEYCTL_PKEY_QUERY,
        FM_keyctl_operations_KEYCTL_PKEY_ENCRYPT, FM_keyctl_operations_KEYCTL_PKEY_DECRYPT,
        FM_keyctl_operations_KEYCTL_PKEY_SIGN, FM_keyctl_operations_KEYCTL_PKEY_VERIFY,
        FM_keyctl_operations_KEYCTL_RESTRICT_KEYRING, FM_keyctl_operations_KEYCTL_MOVE,
        FM_keyctl_operations_KEYCTL_CAPABILITIES, FM_keyctl_operations_KEYCTL_WATCH_KEY

    # Vocabulary memfd_create_flags.
    enum:
        FM_memfd_create_flags_MFD_CLOEXEC, FM_memfd_create_flags_MFD_ALLOW_SEALING,
        FM_memfd_create_flags_MFD_HUGETLB

    # Vocabulary pidfd_open_flags.
    enum:
        FM_pidfd_open_flags_PIDFD_NONBLOCK

    # Vocabulary mknod_mode.
    enum:
        FM_mknod_mode_S_IXOTH, FM_mknod_mode_S_IWOTH, FM_mknod_mode_S_IROTH,
        FM_mknod_mode_S_IXGRP, FM_mknod_mode_S_IWGRP, FM_mknod_mode_S_IRGRP,
        FM_mknod_mode_S_IXUSR, FM_mknod_mode_S_IWUSR, FM_mknod_mode_S_IRUSR,
        FM_mknod_mode_S_ISVTX, FM_mknod_mode_S_ISGID, FM_mknod_mode_S_ISUID,
        FM_mknod_mode_S_IFREG, FM_mknod_mode_S_IFCHR, FM_mknod_mode_S_IFBLK,
        FM_mknod_mode_S_IFIFO, FM_mknod_mode_S_IFSOCK

    # Vocabulary bpf_commands.
    enum:
        FM_bpf_commands_BPF_MAP_CREATE, FM_bpf_commands_BPF_MAP_LOOKUP_ELEM,
        FM_bpf_commands_BPF_MAP_UPDATE_ELEM, FM_bpf_commands_BPF_MAP_DELETE_ELEM,
        FM_bpf_commands_BPF_MAP_GET_NEXT_KEY, FM_bpf_commands_BPF_PROG_LOAD,
        FM_bpf_commands_BPF_OBJ_PIN, FM_bpf_commands_BPF_OBJ_GET, FM_bpf_commands_BPF_PROG_ATTACH,
        FM_bpf_commands_BPF_PROG_DETACH, FM_bpf_commands_BPF_PROG_TEST_RUN,
        FM_bpf_commands_BPF_PROG_RUN, FM_bpf_commands_BPF_PROG_GET_NEXT_ID,
        FM_bpf_commands_BPF_MAP_GET_NEXT_ID, FM_bpf_commands_BPF_PROG_GET_FD_BY_ID,
        FM_bpf_commands_BPF_MAP_GET_FD_BY_ID, FM_bpf_commands_BPF_OBJ_GET_INFO_BY_FD,
        FM_bpf_commands_BPF_PROG_QUERY, FM_bpf_commands_BPF_RAW_TRACEPOINT_OPEN,
        FM_bpf_commands_BPF_BTF_LOAD, FM_bpf_commands_BPF_BTF_GET_FD_BY_ID,
        FM_bpf_commands_BPF_TASK_FD_QUERY, FM_bpf_commands_BPF_MAP_LOOKUP_AND_DELETE_ELEM,
        FM_bpf_commands_BPF_MAP_FREEZE, FM_bpf_commands_BPF_BTF_GET_NEXT_ID,
        FM_bpf_commands_BPF_MAP_LOOKUP_BATCH, FM_bpf_commands_BPF_MAP_LOOKUP_AND_DELETE_BATCH,
        FM_bpf_commands_BPF_MAP_UPDATE_BATCH, FM_bpf_commands_BPF_MAP_DELETE_BATCH,
        FM_bpf_commands_BPF_LINK_CREATE, FM_bpf_commands_BPF_LINK_UPDATE,
        FM_bpf_commands_BPF_LINK_GET_FD_BY_ID, FM_bpf_commands_BPF_LINK_GET_NEXT_ID,
        FM_bpf_commands_BPF_ENABLE_STATS, FM_bpf_commands_BPF_ITER_CREATE,
        FM_bpf_commands_BPF_LINK_DETACH, FM_bpf_commands_BPF_PROG_BIND_MAP

    # Vocabulary delete_module_flags.
    enum:
        FM_delete_module_flags_O_NONBLOCK, FM_delete_module_flags_O_TRUNC

    # Vocabulary close_range_flags.
    enum:
        FM_close_range_flags_CLOSE_RANGE_UNSHARE, FM_close_range_flags_CLOSE_RANGE_CLOEXEC

    # Vocabulary finit_module_flags.
    enum:
        FM_finit_module_flags_MODULE_INIT_IGNORE_MODVERSIONS,
        FM_finit_module_flags_MODULE_INIT_IGNORE_VERMAGIC,
        FM_finit_module_flags_MODULE_INIT_COMPRESSED_FILE

    # Vocabulary anon_inode_fd_types.
    enum:
        FM_anon_inode_fd_types_ANON_INODE_FD_TYPE_UNKNOWN,
        FM_anon_inode_fd_types_ANON_INODE_FD_TYPE_EVENTFD,
        FM_anon_inode_fd_types_ANON_INODE_FD_TYPE_EVENTPOLL,
        FM_anon_inode_fd_types_ANON_INODE_FD_TYPE_INOTIFY,
        FM_anon_inode_fd_types_ANON_INODE_FD_TYPE_SIGNALFD,
        FM_anon_inode_fd_types_ANON_INODE_FD_TYPE_TIMERFD,
        FM_anon_inode_fd_types_ANON_INODE_FD_TYPE_IO_URING,
        FM_anon_inode_fd_types_ANON_INODE_FD_TYPE_USERFAULTFD,
        FM_anon_inode_fd_types_ANON_INODE_FD_TYPE_PIDFD,
        FM_anon_inode_fd_types_ANON_INODE_FD_TYPE_BPF_MAP,
        FM_anon_inode_fd_types_ANON_INODE_FD_TYPE_BPF_PROG,
        FM_anon_inode_fd_types_ANON_INODE_FD_TYPE_BPF_LINK,
        FM_anon_inode_fd_types_ANON_INODE_FD_TYPE_BPF_ITER,
        FM_anon_inode_fd_types_ANON_INODE_FD_TYPE_PERF_EVENT

    # System calls.
    enum:
        FM_SC_restart_syscall, FM_SC_exit, FM_SC_read, FM_SC_write, FM_SC_open, FM_SC_close,
        FM_SC_creat, FM_SC_link, FM_SC_unlink, FM_SC_chdir, FM_SC_time, FM_SC_mknod, FM_SC_chmod,
        FM_SC_stat, FM_SC_lseek, FM_SC_getpid, FM_SC_mount, FM_SC_ptrace, FM_SC_alarm,
        FM_SC_fstat, FM_SC_pause, FM_SC_utime, FM_SC_access, FM_SC_sync, FM_SC_kill, FM_SC_rename,
        FM_SC_mkdir, FM_SC_rmdir, FM_SC_dup, FM_SC_pipe, FM_SC_times, FM_SC_brk, FM_SC_acct,
        FM_SC_ioctl, FM_SC_fcntl, FM_SC_setpgid, FM_SC_umask, FM_SC_chroot, FM_SC_ustat,
        FM_SC_dup2, FM_SC_getppid, FM_SC_getpgrp, FM_SC_setsid, FM_SC_sethostname,
        FM_SC_setrlimit, FM_SC_getrusage, FM_SC_gettimeofday, FM_SC_settimeofday, FM_SC_symlink,
        FM_SC_lstat, FM_SC_readlink, FM_SC_uselib, FM_SC_swapon, FM_SC_reboot, FM_SC_mmap,
        FM_SC_munmap, FM_SC_truncate, FM_SC_ftruncate, FM_SC_fchmod, FM_SC_getpriority,
        FM_SC_setpriority, FM_SC_statfs, FM_SC_fstatfs, FM_SC_syslog, FM_SC_setitimer,
        FM_SC_getitimer, FM_SC_uname, FM_SC_vhangup, FM_SC_wait4, FM_SC_swapoff, FM_SC_sysinfo,
        FM_SC_fsync, FM_SC_setdomainname, FM_SC_adjtimex, FM_SC_mprotect, FM_SC_init_module,
        FM_SC_delete_module, FM_SC_quotactl, FM_SC_getpgid, FM_SC_fchdir, FM_SC_sysfs,
        FM_SC_personality, FM_SC_getdents, FM_SC_select, FM_SC_flock, FM_SC_msync, FM_SC_readv,
        FM_SC_writev, FM_SC_getsid, FM_SC_fdatasync, FM_SC_mlock, FM_SC_munlock, FM_SC_mlockall,
        FM_SC_munlockall, FM_SC_sched_setparam, FM_SC_sched_getparam, FM_SC_sched_setscheduler,
        FM_SC_sched_getscheduler, FM_SC_sched_yield, FM_SC_sched_get_priority_max,
        FM_SC_sched_get_priority_min, FM_SC_sched_rr_get_interval, FM_SC_nanosleep, FM_SC_mremap,
        FM_SC_poll, FM_SC_prctl, FM_SC_rt_sigaction, FM_SC_rt_sigprocmask, FM_SC_rt_sigpending,
        FM_SC_rt_sigtimedwait, FM_SC_rt_sigqueueinfo, FM_SC_rt_sigsuspend, FM_SC_getcwd,
        FM_SC_capget, FM_SC_capset, FM_SC_sendfile, FM_SC_getrlimit, FM_SC_lchown, FM_SC_getuid,
        FM_SC_getgid, FM_SC_geteuid, FM_SC_getegid, FM_SC_setreuid, FM_SC_setregid,
        FM_SC_getgroups, FM_SC_setgroups, FM_SC_fchown, FM_SC_setresuid, FM_SC_getresuid,
        FM_SC_setresgid, FM_SC_getresgid, FM_SC_chown, FM_SC_setuid, FM_SC_setgid, FM_SC_setfsuid,
        FM_SC_setfsgid, FM_SC_pivot_root, FM_SC_mincore, FM_SC_madvise, FM_SC_gettid,
        FM_SC_setxattr, FM_SC_lsetxattr, FM_SC_fsetxattr, FM_SC_getxattr, FM_SC_lgetxattr,
        FM_SC_fgetxattr, FM_SC_listxattr, FM_SC_llistxattr, FM_SC_flistxattr, FM_SC_removexattr,
        FM_SC_lremovexattr, FM_SC_fremovexattr, FM_SC_tkill, FM_SC_futex, FM_SC_sched_setaffinity,
        FM_SC_sched_getaffinity, FM_SC_set_thread_area, FM_SC_get_thread_area, FM_SC_io_setup,
        FM_SC_io_destroy, FM_SC_io_getevents, FM_SC_io_submit, FM_SC_io_cancel, FM_SC_exit_group,
        FM_SC_epoll_create, FM_SC_epoll_ctl, FM_SC_epoll_wait, FM_SC_remap_file_pages,
        FM_SC_set_tid_address, FM_SC_timer_create, FM_SC_timer_settime, FM_SC_timer_gettime,
        FM_SC_timer_getoverrun, FM_SC_timer_delete, FM_SC_clock_settime, FM_SC_clock_gettime,
        FM_SC_clock_getres, FM_SC_clock_nanosleep, FM_SC_tgkill, FM_SC_utimes, FM_SC_mq_open,
        FM_SC_mq_unlink, FM_SC_mq_timedsend, FM_SC_mq_timedreceive, FM_SC_mq_notify,
        FM_SC_mq_getsetattr, FM_SC_kexec_load, FM_SC_waitid, FM_SC_add_key, FM_SC_request_key,
        FM_SC_keyctl, FM_SC_ioprio_set, FM_SC_ioprio_get, FM_SC_inotify_init,
        FM_SC_inotify_add_watch, FM_SC_inotify_rm_watch, FM_SC_openat, FM_SC_mkdirat,
        FM_SC_mknodat, FM_SC_fchownat, FM_SC_futimesat, FM_SC_unlinkat, FM_SC_renameat,
        FM_SC_linkat, FM_SC_symlinkat, FM_SC_readlinkat, FM_SC_fchmodat, FM_SC_faccessat,
        FM_SC_pselect6, FM_SC_ppoll, FM_SC_unshare, FM_SC_set_robust_list, FM_SC_get_robust_list,
        FM_SC_splice, FM_SC_tee, FM_SC_vmsplice, FM_SC_getcpu, FM_SC_epoll_pwait, FM_SC_utimensat,
        FM_SC_signalfd, FM_SC_timerfd_create, FM_SC_eventfd, FM_SC_timerfd_settime,
        FM_SC_timerfd_gettime, FM_SC_signalfd4, FM_SC_eventfd2, FM_SC_epoll_create1, FM_SC_dup3,
        FM_SC_pipe2, FM_SC_inotify_init1, FM_SC_preadv, FM_SC_pwritev, FM_SC_rt_tgsigqueueinfo,
        FM_SC_perf_event_open, FM_SC_fanotify_init, FM_SC_prlimit64, FM_SC_clock_adjtime,
        FM_SC_syncfs, FM_SC_setns, FM_SC_getdents64, FM_SC_socket, FM_SC_bind, FM_SC_connect,
        FM_SC_listen, FM_SC_accept, FM_SC_getsockname, FM_SC_getpeername, FM_SC_socketpair,
        FM_SC_sendto, FM_SC_recvfrom, FM_SC_shutdown, FM_SC_setsockopt, FM_SC_getsockopt,
        FM_SC_sendmsg, FM_SC_sendmmsg, FM_SC_recvmsg, FM_SC_recvmmsg, FM_SC_accept4, FM_SC_semop,
        FM_SC_semget, FM_SC_semctl, FM_SC_msgsnd, FM_SC_msgrcv, FM_SC_msgget, FM_SC_msgctl,
        FM_SC_shmdt, FM_SC_shmget, FM_SC_shmctl, FM_SC_statfs64, FM_SC_fstatfs64, FM_SC_fstatat64,
        FM_SC_sendfile64, FM_SC_ugetrlimit, FM_SC_bdflush, FM_SC_sigprocmask, FM_SC_ipc,
        FM_SC_socketcall, FM_SC_stat64, FM_SC_lstat64, FM_SC_fstat64, FM_SC_fcntl64, FM_SC_mmap2,
        FM_SC__newselect, FM_SC_sgetmask, FM_SC_ssetmask, FM_SC_sigpending, FM_SC_olduname,
        FM_SC_umount, FM_SC_signal, FM_SC_nice, FM_SC_stime, FM_SC__llseek, FM_SC_waitpid,
        FM_SC_pread64, FM_SC_pwrite64, FM_SC_arch_prctl, FM_SC_shmat, FM_SC_rt_sigreturn,
        FM_SC_fallocate, FM_SC_newfstatat, FM_SC_process_vm_readv, FM_SC_process_vm_writev,
        FM_SC_fork, FM_SC_vfork, FM_SC_setuid32, FM_SC_getuid32, FM_SC_setgid32, FM_SC_geteuid32,
        FM_SC_getgid32, FM_SC_setresuid32, FM_SC_setresgid32, FM_SC_getresuid32,
        FM_SC_getresgid32, FM_SC_finit_module, FM_SC_bpf, FM_SC_seccomp, FM_SC_sigaltstack,
        FM_SC_getrandom, FM_SC_fadvise64, FM_SC_renameat2, FM_SC_userfaultfd, FM_SC_openat2,
        FM_SC_umount2, FM_SC_execve, FM_SC_execveat, FM_SC_copy_file_range, FM_SC_clone,
        FM_SC_clone3, FM_SC_open_by_handle_at, FM_SC_io_uring_setup, FM_SC_io_uring_enter,
        FM_SC_io_uring_register, FM_SC_mlock2, FM_SC_getegid32, FM_SC_fsconfig, FM_SC_fspick,
        FM_SC_fsmount, FM_SC_fsopen, FM_SC_open_tree, FM_SC_move_mount, FM_SC_mount_setattr,
        FM_SC_memfd_create, FM_SC_memfd_secret, FM_SC_ioperm, FM_SC_kexec_file_load,
        FM_SC_pidfd_getfd, FM_SC_pidfd_open, FM_SC_pidfd_send_signal, FM_SC_pkey_alloc,
        FM_SC_pkey_mprotect, FM_SC_pkey_free, FM_SC_landlock_create_ruleset, FM_SC_quotactl_fd,
        FM_SC_landlock_restrict_self, FM_SC_landlock_add_rule, FM_SC_epoll_pwait2,
        FM_SC_migrate_pages, FM_SC_move_pages, FM_SC_preadv2, FM_SC_pwritev2, FM_SC_kcmp,
        FM_SC_sched_setattr, FM_SC_mbind, FM_SC_epoll_ctl_old, FM_SC_lookup_dcookie,
        FM_SC_modify_ldt, FM_SC_statx, FM_SC_set_mempolicy, FM_SC_io_pgetevents,
        FM_SC_set_mempolicy_home_node, FM_SC_semtimedop, FM_SC_get_kernel_syms, FM_SC_readahead,
        FM_SC_futex_waitv, FM_SC_getpmsg, FM_SC_name_to_handle_at, FM_SC_process_mrelease,
        FM_SC_nfsservctl, FM_SC_epoll_wait_old, FM_SC_rseq, FM_SC_create_module,
        FM_SC_sched_getattr, FM_SC_faccessat2, FM_SC__sysctl, FM_SC_query_module,
        FM_SC_get_mempolicy, FM_SC_sync_file_range, FM_SC_process_madvise, FM_SC_membarrier,
        FM_SC_iopl, FM_SC_close_range, FM_SC_fanotify_mark, FM_SC_recv, FM_SC_send, FM_SC_timerfd,
        FM_SC_s390_pci_mmio_read, FM_SC_sigaction, FM_SC_s390_pci_mmio_write, FM_SC_readdir,
        FM_SC_s390_sthyi, FM_SC_sigsuspend, FM_SC_idle, FM_SC_s390_runtime_instr, FM_SC_sigreturn,
        FM_SC_s390_guarded_storage, FM_SC_cachestat, FM_SC_fchmodat2, FM_SC_map_shadow_stack,
        FM_SC_riscv_flush_icache, FM_SC_riscv_hwprobe, FM_SC_futex_wake, FM_SC_futex_requeue,
        FM_SC_futex_wait, FM_SC_oldstat, FM_SC_switch_endian, FM_SC_multiplexer, FM_SC_oldlstat,
        FM_SC_spu_create, FM_SC_sync_file_range2, FM_SC_oldfstat, FM_SC_spu_run,
        FM_SC_swapcontext, FM_SC_pciconfig_write, FM_SC_rtas, FM_SC_pciconfig_read,
        FM_SC_sys_debug_setcontext, FM_SC_vm86, FM_SC_oldolduname, FM_SC_subpage_prot,
        FM_SC_pciconfig_iobase, FM_SC_listmount, FM_SC_statmount, FM_SC_lsm_get_self_attr,
        FM_SC_lsm_set_self_attr, FM_SC_lsm_list_modules, FM_SC_mseal
