# SPDX-License-Identifier: Apache-2.0
"""Events of older generations, and what each becomes today.

The public capture format has one numbering for all times.  What is current stands in
driver/uapi; what stands here is only in old captures, and only the converter looks.
Codes in neither table are the enters of calls whose exit tells everything, and codes
that were never in use: such records are dropped.

A conversion makes an event's parameters from a list of sources:

    o3      parameter 3 of the event itself
    v3      the same, of type DYN, without the byte that tells its layout
    e0      parameter 0 of the call's enter; without an enter the type's default
    e0z     the same; without an enter absent
    D       the type's default: 0, (uint32)-1 for users and groups, absent if its width varies
    Z       absent
    json    the text of a container event, made from the event's parameters
    o0-7    short for o0 o1 … o7; Z*5 for Z Z Z Z Z

Source: the public capture format's conversion table, of which tests/golden has a copy.
"""


def spelled_out(sources: str) -> tuple[str, ...]:
    """A list of sources without its shorthands."""
    found: list[str] = []
    for source in sources.split():
        if "-" in source:
            first, last = source[1:].split("-")
            found += [f"{source[0]}{index}" for index in range(int(first), int(last) + 1)]
        elif "*" in source:
            kind, count = source.split("*")
            found += [kind] * int(count)
        else:
            found.append(source)
    return tuple(found)


def conversions() -> dict[tuple[str, int], tuple[str, tuple[str, ...]]]:
    """Id and number of parameters of an event → id and all sources of what it becomes.

    One step only: the result may be subject to another one.
    """
    found: dict[tuple[str, int], tuple[str, tuple[str, ...]]] = {}
    for events, sources in ADDED:
        for event in events.split():
            id, count = event.split("/")
            kept = tuple(f"o{index}" for index in range(int(count)))
            found[id, int(count)] = (id, kept + spelled_out(sources))
    for event, result, sources in CHANGED:
        id, count = event.split("/")
        found[id, int(count)] = (result, spelled_out(sources))
    if len(found) != len(CHANGED) + sum(len(events.split()) for events, _ in ADDED):
        raise AssertionError("old_events: two conversions of the same event")
    return found


# Code, id, and how many parameters the last generation of it had.
OLD_EVENTS = (
    (0, "GENERIC_E", 2), (4, "CLOSE_E", 1), (6, "READ_E", 2), (8, "WRITE_E", 2),
    (10, "BRK_1_E", 1), (11, "BRK_1_X", 1), (12, "EXECVE_8_E", 0), (13, "EXECVE_8_X", 8),
    (15, "CLONE_11_X", 11), (16, "PROCEXIT_E", 0), (18, "SOCKET_E", 3), (20, "BIND_E", 1),
    (24, "LISTEN_E", 2), (27, "ACCEPT_X", 3), (28, "SEND_E", 2), (30, "SENDTO_E", 3),
    (32, "RECV_E", 2), (34, "RECVFROM_E", 2), (36, "SHUTDOWN_E", 2), (42, "SOCKETPAIR_E", 3),
    (48, "SENDMSG_E", 3), (52, "RECVMSG_E", 1), (56, "ACCEPT4_E", 1), (57, "ACCEPT4_X", 3),
    (62, "EVENTFD_E", 2), (64, "FUTEX_E", 3), (70, "FSTAT_E", 1), (78, "EPOLLWAIT_E", 1),
    (80, "POLL_E", 2), (85, "NEWSELECT_X", 1), (86, "LSEEK_E", 3), (88, "LLSEEK_E", 3),
    (90, "IOCTL_2_E", 2), (91, "IOCTL_2_X", 1), (96, "FCHDIR_E", 1), (98, "MKDIR_E", 2),
    (99, "MKDIR_X", 1), (100, "RMDIR_E", 1), (101, "RMDIR_X", 1), (102, "OPENAT_E", 4),
    (103, "OPENAT_X", 1), (104, "LINK_E", 2), (105, "LINK_X", 1), (106, "LINKAT_E", 4),
    (107, "LINKAT_X", 1), (108, "UNLINK_E", 1), (109, "UNLINK_X", 1), (110, "UNLINKAT_E", 2),
    (111, "UNLINKAT_X", 1), (112, "PREAD_E", 3), (114, "PWRITE_E", 3), (116, "READV_E", 1),
    (118, "WRITEV_E", 2), (120, "PREADV_E", 2), (122, "PWRITEV_E", 3), (124, "DUP_E", 1),
    (125, "DUP_X", 1), (126, "SIGNALFD_E", 3), (128, "KILL_E", 2), (130, "TKILL_E", 2),
    (132, "TGKILL_E", 3), (134, "NANOSLEEP_E", 1), (136, "TIMERFD_CREATE_E", 2),
    (138, "INOTIFY_INIT_E", 1), (140, "GETRLIMIT_E", 1), (142, "SETRLIMIT_E", 1),
    (144, "PRLIMIT_E", 2), (146, "SCHEDSWITCH_1_E", 1), (150, "FCNTL_E", 2),
    (154, "EXECVE_13_E", 0), (155, "EXECVE_13_X", 13), (157, "CLONE_16_X", 16),
    (158, "BRK_4_E", 1), (160, "MMAP_E", 6), (162, "MMAP2_E", 6), (164, "MUNMAP_E", 2),
    (166, "SPLICE_E", 4), (168, "PTRACE_E", 2), (170, "IOCTL_3_E", 3), (172, "EXECVE_14_E", 0),
    (173, "EXECVE_14_X", 14), (183, "FORK_X", 16), (185, "VFORK_X", 16), (188, "SENDFILE_E", 4),
    (190, "QUOTACTL_E", 4), (192, "SETRESUID_E", 3), (194, "SETRESGID_E", 3),
    (198, "SETUID_E", 1), (200, "SETGID_E", 1), (214, "EXECVE_15_E", 0), (215, "EXECVE_15_X", 15),
    (217, "CLONE_17_X", 17), (219, "FORK_17_X", 17), (221, "VFORK_17_X", 17),
    (228, "CONTAINER_E", 4), (230, "EXECVE_16_E", 0), (231, "EXECVE_16_X", 16),
    (236, "GETDENTS_E", 1), (238, "GETDENTS64_E", 1), (240, "SETNS_E", 2), (242, "FLOCK_E", 2),
    (248, "ACCEPT4_5_E", 1), (249, "ACCEPT4_5_X", 5), (250, "SEMOP_E", 1), (252, "SEMCTL_E", 4),
    (254, "PPOLL_E", 3), (256, "MOUNT_E", 1), (259, "UMOUNT_X", 2), (262, "SEMGET_E", 3),
    (264, "ACCESS_E", 1), (272, "CONTAINER_JSON_E", 1), (276, "MKDIR_2_E", 1),
    (282, "EXECVE_17_E", 0), (283, "EXECVE_17_X", 17), (284, "UNSHARE_E", 1),
    (288, "EXECVE_18_E", 1), (289, "EXECVE_18_X", 17), (292, "EXECVE_19_E", 1),
    (294, "SETPGID_E", 2), (296, "BPF_E", 1), (297, "BPF_X", 1), (298, "SECCOMP_E", 2),
    (328, "MPROTECT_E", 3), (330, "EXECVEAT_E", 3), (332, "COPY_FILE_RANGE_E", 3),
    (374, "EPOLL_CREATE_E", 1), (376, "EPOLL_CREATE1_E", 1), (388, "ACCEPT4_6_E", 1),
    (390, "UMOUNT2_E", 1), (396, "EVENTFD2_E", 1), (398, "SIGNALFD4_E", 2),
)

# Parameters that are added at the end of the present ones: events as ID/PARAMETERS.
ADDED = (
    (
        "OPEN_X/4 OPEN_X/5 CREAT_X/3 CREAT_X/4 CREAT_X/5 OPENAT_2_X/5 OPENAT_2_X/6 CLONE_20_X/20 "
        "FORK_20_X/20 VFORK_20_X/20 CLONE3_X/20",
        "Z",
    ),
    ("OPENAT2_X/6", "Z Z"),
    ("PTRACE_X/0", "Z*3"),
    # loginuid, flags, three sets of capabilities, three facts of the inode, uid,
    # trusted_exepath, pgid, gid, filename.
    ("EXECVE_19_X/18", "Z"),
    ("EXECVE_19_X/19 EXECVEAT_X/19", "Z"),
    ("EXECVE_19_X/20 EXECVEAT_X/20", "Z*3"),
    ("EXECVE_19_X/23 EXECVEAT_X/23", "Z*3"),
    ("EXECVE_19_X/26 EXECVE_19_X/27 EXECVE_19_X/28 EXECVE_19_X/29", "Z"),
    ("EXECVEAT_X/26 EXECVEAT_X/27 EXECVEAT_X/28 EXECVEAT_X/29", "Z"),
    ("EXECVE_19_X/30", "e0z"),
    ("FCNTL_X/3 SOCKET_X/4 RECVMSG_X/4", "D"),
    ("SENDMMSG_X/0", "D Z*4"),
    ("RECVMMSG_X/0", "D Z*5"),
    (
        "CLOSE_X/1 NANOSLEEP_X/1 INOTIFY_INIT_X/1 GETRLIMIT_X/3 SETRLIMIT_X/3 BIND_X/2 CONNECT_X/2 "
        "READV_X/3 RECVMSG_X/5 UNSHARE_X/1 FSTAT_X/1 EPOLLWAIT_X/1 GETDENTS_X/1 GETDENTS64_X/1 "
        "SEMOP_X/8 MOUNT_X/4 ACCESS_X/2 EPOLL_CREATE_X/1 EPOLL_CREATE1_X/1 ACCEPT4_6_X/5 "
        "UMOUNT2_X/2 EVENTFD2_X/2",
        "e0",
    ),
    ("CONNECT_X/3 POLL_X/2", "e1"),
    (
        "READ_X/2 WRITE_X/2 WRITEV_X/2 PREADV_X/3 RECVFROM_X/3 KILL_X/1 TKILL_X/1 LISTEN_X/1 "
        "TIMERFD_CREATE_X/1 FCNTL_X/1 SHUTDOWN_X/1 EVENTFD_X/1 MUNMAP_X/4 FLOCK_X/1 SECCOMP_X/1 "
        "SIGNALFD4_X/2",
        "e0 e1",
    ),
    ("RECV_X/2 SEND_X/2", "e0 e1 D"),
    ("PPOLL_X/2", "e1 e2"),
    ("SENDFILE_X/2", "e0 e1 e3"),
    (
        "PREAD_X/2 PWRITE_X/2 PWRITEV_X/2 SENDTO_X/2 SENDMSG_X/2 SOCKET_X/1 SOCKETPAIR_X/5 "
        "SIGNALFD_X/1 TGKILL_X/1 FUTEX_X/1 LSEEK_X/1 LLSEEK_X/1 IOCTL_3_X/1 SEMGET_X/1 "
        "MPROTECT_X/1 COPY_FILE_RANGE_X/3",
        "e0 e1 e2",
    ),
    ("SPLICE_X/1 QUOTACTL_X/14 SEMCTL_X/1", "e0 e1 e2 e3"),
    ("MMAP_X/4 MMAP2_X/4", "e0 e1 e2 e3 e4 e5"),
    ("GENERIC_X/1", "e1z"),
    ("BRK_4_X/4 SETUID_X/1 SETGID_X/1 MKDIR_2_X/2 FCHDIR_X/1", "e0z"),
    ("PRLIMIT_X/5 PTRACE_X/3 SETNS_X/1 SETPGID_X/1", "e0z e1z"),
    ("SETRESUID_X/1 SETRESGID_X/1", "e0z e1z e2z"),
    # Enters that are events to this day.
    ("OPEN_E/0", "Z*3"),
    ("CREAT_E/0", "Z*2"),
    ("OPENAT_2_E/0", "Z*4"),
    ("OPENAT2_E/0", "Z*5"),
    ("CONNECT_E/1", "D"),
)

# Events that became another one.
CHANGED = (
    ("EXECVE_8_X/8", "EXECVE_13_X", "o0-7 Z*5"),
    ("EXECVE_13_X/13", "EXECVE_14_X", "o0-12 Z"),
    ("EXECVE_14_X/14", "EXECVE_15_X", "o0-12 Z o13"),
    ("EXECVE_15_X/15", "EXECVE_16_X", "o0-13 Z o14"),
    ("EXECVE_16_X/16", "EXECVE_17_X", "o0-15 Z"),
    ("EXECVE_17_X/17", "EXECVE_18_X", "o0-16"),
    ("EXECVE_18_X/17", "EXECVE_19_X", "o0-16 Z"),
    ("CLONE_11_X/11", "CLONE_16_X", "o0-7 Z*5 o8-10"),
    ("CLONE_16_X/16", "CLONE_17_X", "o0-12 Z o13-15"),
    ("CLONE_17_X/17", "CLONE_20_X", "o0-13 Z o14-16 Z*2"),
    ("FORK_X/16", "FORK_17_X", "o0-12 Z o13-15"),
    ("FORK_17_X/17", "FORK_20_X", "o0-13 Z o14-16 Z*2"),
    ("VFORK_X/16", "VFORK_17_X", "o0-12 Z o13-15"),
    ("VFORK_17_X/17", "VFORK_20_X", "o0-13 Z o14-16 Z*2"),
    ("PROCEXIT_E/0", "PROCEXIT_1_E", "Z*5"),
    ("SCHEDSWITCH_1_E/1", "SCHEDSWITCH_6_E", "o0 Z*5"),
    ("BRK_1_X/1", "BRK_4_X", "o0 e0z Z*3"),
    ("OPENAT_X/1", "OPENAT_2_X", "o0 e0z e1z e2z e3z Z*2"),
    ("MKDIR_X/1", "MKDIR_2_X", "o0 e0z e1z"),
    ("RMDIR_X/1", "RMDIR_2_X", "o0 e0z"),
    ("LINK_X/1", "LINK_2_X", "o0 e0z e1z"),
    ("LINKAT_X/1", "LINKAT_2_X", "o0 e0z e1z e2z e3z Z"),
    ("UNLINK_X/1", "UNLINK_2_X", "o0 e0z"),
    ("UNLINKAT_X/1", "UNLINKAT_2_X", "o0 e0z e1z Z"),
    ("DUP_X/1", "DUP_1_X", "o0 e0z"),
    ("IOCTL_2_X/1", "IOCTL_3_X", "o0 e0z e1z Z"),
    ("NEWSELECT_X/1", "SELECT_X", "o0"),
    ("UMOUNT_X/2", "UMOUNT_1_X", "o0 o1"),
    ("ACCEPT_X/3", "ACCEPT_5_X", "o0 o1 o2 D D"),
    ("ACCEPT4_X/3", "ACCEPT4_6_X", "o0 o1 o2 D D e0"),
    ("ACCEPT4_5_X/5", "ACCEPT4_6_X", "o0-4 e0"),
    # The public table copies parameter 0 as it is, layout byte and all; that is no descriptor.
    ("BPF_X/1", "BPF_2_X", "v0 e0z"),
    ("CONTAINER_E/4", "CONTAINER_JSON_E", "json"),
    ("CONTAINER_JSON_E/1", "CONTAINER_JSON_2_E", "o0"),
)

# Enters whose exit becomes another event before it looks for its enter.  The generations
# without a file name have no parameter at all, so their exit finds nothing there.
KEPT_AS = {
    "EXECVE_8_E": "EXECVE_19_E",
    "EXECVE_13_E": "EXECVE_19_E",
    "EXECVE_14_E": "EXECVE_19_E",
    "EXECVE_15_E": "EXECVE_19_E",
    "EXECVE_16_E": "EXECVE_19_E",
    "EXECVE_17_E": "EXECVE_19_E",
    "EXECVE_18_E": "EXECVE_19_E",
}
