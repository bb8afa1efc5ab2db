# SPDX-License-Identifier: Apache-2.0
"""The container that a list of cgroups names."""

from libc.stdint cimport uint32_t

# Who made the group, as far as its name tells; words in kind_words().
cdef enum:
    CGROUP_UNKNOWN               # 64 hexadecimal digits in no known form
    CGROUP_DOCKER
    CGROUP_CRI_CONTAINERD        # containerd for Kubernetes, systemd driver
    CGROUP_CRIO
    CGROUP_LIBPOD                # Podman
    CGROUP_NERDCTL
    CGROUP_KUBEPODS              # a runtime of Kubernetes, cgroupfs driver: any
    CGROUP_CONTAINERD            # containerd without Kubernetes: ctr run
    CGROUP_LXC
    CGROUP_NSPAWN
    CGROUP_LIBVIRT_LXC
    CGROUP_ECS                   # Amazon ECS, Fargate among them
    CGROUP_BUILDKIT              # a step of an image's build
    CGROUP_GARDEN                # Cloud Foundry
    CGROUP_BPM                   # Cloud Foundry's BOSH process manager
    CGROUP_KIND_COUNT

# A container as its group names it; points into the list. The id is 64 hexadecimal digits or a
# name, printable ASCII in any case.
cdef struct CgroupName:
    const char *id
    uint32_t size                # bytes of id
    int kind
    const char *pod_uid          # NULL: the group is of no pod
    uint32_t pod_uid_size        # 32 or 36

# The innermost container of the first entry that names one; False, and *out* undefined: the host.
# cgroups: "subsystem=path" entries, each NUL-terminated.
cdef bint cgroup_name_of(const char *cgroups, uint32_t size, CgroupName *out) noexcept nogil
# Copies without systemd's escapes (\x2d), at most room bytes, no NUL; returns how many.
cdef uint32_t cgroup_id_copy(const CgroupName *name, char *out, uint32_t room) noexcept nogil
# Copies a pod's uid as Kubernetes writes it, with "-" where systemd's slices have "_".
cdef uint32_t cgroup_pod_uid_copy(const CgroupName *name, char *out, uint32_t room) noexcept nogil
