# SPDX-License-Identifier: Apache-2.0
"""container.*: the container that the thread runs in.

Its id is known from the thread's cgroups at once; all else is what somebody has
said about it (state.containers), and has no value until then.
"""

from libc.stdint cimport int64_t, uint32_t
from libc.string cimport memcmp, strlen

from falcomod.engine._uapi cimport *
from falcomod.engine.fields.field cimport *
from falcomod.engine.fields.writer cimport (
    Writer, put, put_char, put_strings, writer_finish, writer_init,
)
from falcomod.engine.state.containers cimport *
from falcomod.engine.state.context cimport Context
from falcomod.engine.state.labels cimport Labels, label_of
from falcomod.engine.types cimport Arg, Text, Value

cdef extern from "<fnmatch.h>" nogil:
    int fnmatch(const char *pattern, const char *text, int flags)


cdef const char *ON_HOST = b""


begin_class("container", "Containers", "The container that the process runs in.", ("syscall",))


cdef int container_id(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef const char *id = container_id_of(context)
    if id is NULL:
        return 0
    return give_word(out, id) if id[0] else give_word(out, b"host")
bind("container.id", FM_PT_CHARBUF, 0, ARG_NONE, container_id,
     "id of the container, its first 12 characters; host outside of containers")


cdef int container_full_id(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _give_or_host(context, CONTAINER_FULL_ID, out)
bind("container.full_id", FM_PT_CHARBUF, 0, ARG_NONE, container_full_id,
     "whole id of the container; host outside of containers")


cdef int container_name(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _give_or_host(context, CONTAINER_NAME, out)
bind("container.name", FM_PT_CHARBUF, 0, ARG_NONE, container_name,
     "name of the container; host outside of containers")


cdef int container_type(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _give_or_host(context, CONTAINER_TYPE, out)
bind("container.type", FM_PT_CHARBUF, 0, ARG_NONE, container_type,
     "what runs the container: docker, containerd, cri-o, podman …; host outside of containers")


cdef int container_image(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_container_text(context, CONTAINER_IMAGE, out)
bind("container.image", FM_PT_CHARBUF, 0, ARG_NONE, container_image,
     "image of the container as it was asked for: nginx:1.27")


cdef int container_image_id(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_container_text(context, CONTAINER_IMAGE_ID, out)
bind("container.image.id", FM_PT_CHARBUF, 0, ARG_NONE, container_image_id,
     "id of the image")


cdef int container_image_repository(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_container_text(context, CONTAINER_IMAGE_REPOSITORY, out)
bind("container.image.repository", FM_PT_CHARBUF, 0, ARG_NONE, container_image_repository,
     "repository of the image: docker.io/library/nginx")


cdef int container_image_tag(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_container_text(context, CONTAINER_IMAGE_TAG, out)
bind("container.image.tag", FM_PT_CHARBUF, 0, ARG_NONE, container_image_tag,
     "tag of the image: 1.27")


cdef int container_image_digest(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_container_text(context, CONTAINER_IMAGE_DIGEST, out)
bind("container.image.digest", FM_PT_CHARBUF, 0, ARG_NONE, container_image_digest,
     "digest of the image in its registry: sha256:…")


cdef int container_ip(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_container_text(context, CONTAINER_IP, out)
bind("container.ip", FM_PT_CHARBUF, 0, ARG_NONE, container_ip,
     "first address of the container")


cdef int container_cni_json(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_container_text(context, CONTAINER_CNI_JSON, out)
bind("container.cni.json", FM_PT_CHARBUF, 0, ARG_NONE, container_cni_json,
     "what the network plugin said of the container's addresses, as JSON")


cdef int container_privileged(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _flag(context, CONTAINER_PRIVILEGED, out)
bind("container.privileged", FM_PT_BOOL, 0, ARG_NONE, container_privileged,
     "whether the container may do what the host may")


cdef int container_host_pid(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _flag(context, CONTAINER_HOST_PID, out)
bind("container.host_pid", FM_PT_BOOL, 0, ARG_NONE, container_host_pid,
     "whether the container shares the pid namespace of the host")


cdef int container_host_network(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _flag(context, CONTAINER_HOST_NETWORK, out)
bind("container.host_network", FM_PT_BOOL, 0, ARG_NONE, container_host_network,
     "whether the container shares the network of the host")


cdef int container_host_ipc(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _flag(context, CONTAINER_HOST_IPC, out)
bind("container.host_ipc", FM_PT_BOOL, 0, ARG_NONE, container_host_ipc,
     "whether the container shares the IPC namespace of the host")


cdef int container_ports(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return give_container_text(context, CONTAINER_PORTS, out)
bind("container.ports", FM_PT_CHARBUF, 0, ARG_NONE, container_ports,
     "published or exposed ports, joined by commas: 0.0.0.0:8080->80/tcp, 443/tcp")


# Mounts

cdef int container_mounts(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef const Container *container = known_container_of(context)
    cdef Writer writer
    cdef uint32_t number
    if container is NULL:
        return 0
    writer_init(&writer, context.arena)
    for number in range(container.mount_count):
        if number:
            put_char(&writer, c',')
        _put_mount(&writer, &container.mounts[number])
    return writer_finish(&writer, out)
bind("container.mounts", FM_PT_CHARBUF, 0, ARG_NONE, container_mounts,
     "all mounts as source:destination:mode:writable:propagation, joined by commas")


cdef int container_mount(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef const Mount *mount = _mount(context, arg, MOUNT_SOURCE)
    cdef Writer writer
    if known_container_of(context) is NULL:
        return 0
    if mount is NULL:
        return give_word(out, b"none")
    writer_init(&writer, context.arena)
    _put_mount(&writer, mount)
    return writer_finish(&writer, out)
bind("container.mount", FM_PT_CHARBUF, 0, ARG_REQUIRED, container_mount,
     "one mount by number or source, whose wildcards count: container.mount[/usr/*]; none if there is none")


cdef int container_mount_source(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _mount_part(_mount(context, arg, MOUNT_DEST), MOUNT_SOURCE, out)
bind("container.mount.source", FM_PT_CHARBUF, 0, ARG_REQUIRED, container_mount_source,
     "source of a mount by number or destination: container.mount.source[/etc/nginx]")


cdef int container_mount_dest(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _mount_part(_mount(context, arg, MOUNT_SOURCE), MOUNT_DEST, out)
bind("container.mount.dest", FM_PT_CHARBUF, 0, ARG_REQUIRED, container_mount_dest,
     "destination of a mount by number or source: container.mount.dest[0]")


cdef int container_mount_mode(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _mount_part(_mount(context, arg, MOUNT_SOURCE), MOUNT_MODE, out)
bind("container.mount.mode", FM_PT_CHARBUF, 0, ARG_REQUIRED, container_mount_mode,
     "mode of a mount by number or source")


cdef int container_mount_rdwr(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _mount_part(_mount(context, arg, MOUNT_SOURCE), MOUNT_RDWR, out)
bind("container.mount.rdwr", FM_PT_CHARBUF, 0, ARG_REQUIRED, container_mount_rdwr,
     "true or false: whether a mount, by number or source, is writable")


cdef int container_mount_propagation(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _mount_part(_mount(context, arg, MOUNT_SOURCE), MOUNT_PROPAGATION, out)
bind("container.mount.propagation", FM_PT_CHARBUF, 0, ARG_REQUIRED, container_mount_propagation,
     "propagation of a mount by number or source: rprivate, rslave …")


# Labels

cdef int container_label(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef const Container *container = known_container_of(context)
    if container is NULL:
        return 0
    return give_text(out, label_of(&container.labels, arg.text.data, arg.text.size))
bind("container.label", FM_PT_CHARBUF, FIELD_NAMED | FIELD_KEYED, ARG_REQUIRED, container_label,
     "a label of the container: container.label.maintainer, container.label[org.example/team]")


cdef int container_labels(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef const Container *container = known_container_of(context)
    return give_labels(context, &container.labels, out) if container is not NULL else 0
bind("container.labels", FM_PT_CHARBUF, 0, ARG_NONE, container_labels,
     "labels of the container as key:value, joined by commas, those of Kubernetes left out")


cdef int container_annotation(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef const Container *container = known_container_of(context)
    if container is NULL:
        return 0
    return give_text(out, label_of(&container.annotations, arg.text.data, arg.text.size))
bind("container.annotation", FM_PT_CHARBUF, FIELD_NAMED | FIELD_KEYED, ARG_REQUIRED, container_annotation,
     "an annotation of the container: container.annotation[org.example/owner]")


cdef int container_annotations(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef const Container *container = known_container_of(context)
    return give_labels(context, &container.annotations, out) if container is not NULL else 0
bind("container.annotations", FM_PT_CHARBUF, 0, ARG_NONE, container_annotations,
     "annotations of the container as key:value, joined by commas, those of Kubernetes left out")


cdef int container_env(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef const Container *container = known_container_of(context)
    if container is NULL:
        return 0
    return give_text(out, label_of(&container.env, arg.text.data, arg.text.size))
bind("container.env", FM_PT_CHARBUF, 0, ARG_REQUIRED, container_env,
     "a variable of the environment that the container is started with: container.env[PATH]")


# Times

cdef int container_start_ts(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef const Container *container = container_of(context)
    if context.thread is not NULL and context.thread.pidns_init_start_ns:
        return give_number(out, <int64_t>context.thread.pidns_init_start_ns)
    if container is NULL or container.start_ns == 0:
        return 0
    return give_number(out, <int64_t>container.start_ns)
bind("container.start_ts", FM_PT_ABSTIME, 0, ARG_NONE, container_start_ts,
     "start of the first process of the pid namespace, else of the container, in nanoseconds")


cdef int container_duration(Context *context, const Arg *arg, Value *out) except -1 nogil:
    if not container_start_ts(context, arg, out) or <int64_t>context.event.ts_ns < out.number:
        return 0
    return give_number(out, <int64_t>context.event.ts_ns - out.number)
bind("container.duration", FM_PT_RELTIME, 0, ARG_NONE, container_duration, "nanoseconds since container.start_ts")


# Probes

cdef int container_healthcheck(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _command(context, PROBE_HEALTHCHECK, out)
bind("container.healthcheck", FM_PT_CHARBUF, FIELD_DEPRECATED, ARG_NONE, container_healthcheck,
     "command line that looks whether the container is well")


cdef int container_liveness_probe(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _command(context, PROBE_LIVENESS, out)
bind("container.liveness_probe", FM_PT_CHARBUF, FIELD_DEPRECATED, ARG_NONE, container_liveness_probe,
     "command line of the container's liveness probe")


cdef int container_readiness_probe(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _command(context, PROBE_READINESS, out)
bind("container.readiness_probe", FM_PT_CHARBUF, FIELD_DEPRECATED, ARG_NONE, container_readiness_probe,
     "command line of the container's readiness probe")


cdef int proc_is_container_healthcheck(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _is_probe(context, PROBE_HEALTHCHECK, out)
bind("proc.is_container_healthcheck", FM_PT_BOOL, FIELD_DEPRECATED, ARG_NONE,
     proc_is_container_healthcheck, "whether the process is container.healthcheck or started by it")


cdef int proc_is_container_liveness_probe(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _is_probe(context, PROBE_LIVENESS, out)
bind("proc.is_container_liveness_probe", FM_PT_BOOL, FIELD_DEPRECATED, ARG_NONE,
     proc_is_container_liveness_probe, "whether the process is container.liveness_probe or started by it")


cdef int proc_is_container_readiness_probe(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _is_probe(context, PROBE_READINESS, out)
bind("proc.is_container_readiness_probe", FM_PT_BOOL, FIELD_DEPRECATED, ARG_NONE,
     proc_is_container_readiness_probe, "whether the process is container.readiness_probe or started by it")


# The container

cdef const char *container_id_of(Context *context) noexcept nogil:
    if context.tables.told is not NULL:
        return context.tables.told.id
    if context.thread is NULL:
        return NULL
    if context.thread.container is NULL:
        return ON_HOST
    return context.thread.container.id


cdef const Container *container_of(Context *context) noexcept nogil:
    if context.tables.told is not NULL:
        return context.tables.told
    return context.thread.container if context.thread is not NULL else NULL


cdef const Container *known_container_of(Context *context) noexcept nogil:
    cdef const Container *container = container_of(context)
    return container if container is not NULL and container.is_known else NULL


cdef int give_container_text(Context *context, int text, Value *out) noexcept nogil:
    cdef const Container *container = container_of(context)
    return give_text(out, container.texts[text] if container is not NULL else NULL)


cdef int _give_or_host(Context *context, int text, Value *out) noexcept nogil:
    cdef const char *id = container_id_of(context)
    if id is not NULL and id[0] == 0:
        return give_word(out, b"host")
    return give_container_text(context, text, out)


cdef int _flag(Context *context, int flag, Value *out) noexcept nogil:
    cdef const Container *container = container_of(context)
    if container is NULL or container.flags[flag] < 0:
        return 0
    return give_number(out, container.flags[flag])


cdef const Mount *_mount(Context *context, const Arg *arg, int part) noexcept nogil:
    """The mount of that number, or the first of which the part fits the pattern; NULL: none."""
    cdef const Container *container = container_of(context)
    cdef uint32_t number
    if container is NULL:
        return NULL
    if arg.is_index:
        return &container.mounts[arg.index] if arg.index < container.mount_count else NULL
    for number in range(container.mount_count):
        if fnmatch(arg.text.data, container.mounts[number].parts[part].data, 0) == 0:
            return &container.mounts[number]
    return NULL


cdef int _mount_part(const Mount *mount, int part, Value *out) noexcept nogil:
    return give_text(out, mount.parts[part] if mount is not NULL else NULL)


cdef void _put_mount(Writer *writer, const Mount *mount) noexcept nogil:
    cdef int part
    for part in range(<int>MOUNT_PARTS):
        if part:
            put_char(writer, c':')
        put(writer, mount.parts[part].data, mount.parts[part].size)


cdef int give_labels(Context *context, const Labels *labels, Value *out) except -1 nogil:
    cdef Writer writer
    writer_init(&writer, context.arena)
    put_labels(&writer, labels)
    return writer_finish(&writer, out)


cdef void put_labels(Writer *writer, const Labels *labels) noexcept nogil:
    cdef uint32_t number
    for number in range(labels.count):
        if _is_internal(labels.rows[number].key):
            continue
        if writer.size:
            put(writer, b", ", 2)
        put(writer, labels.rows[number].key.data, labels.rows[number].key.size)
        if labels.rows[number].value.size:
            put_char(writer, c':')
            put(writer, labels.rows[number].value.data, labels.rows[number].value.size)


cdef bint _is_internal(const Text *key) noexcept nogil:
    return _begins(key, b"annotation.") or _begins(key, b"io.kubernetes.")


cdef bint _begins(const Text *text, const char *start) noexcept nogil:
    return text.size >= strlen(start) and memcmp(text.data, start, strlen(start)) == 0


cdef int _command(Context *context, int probe, Value *out) except -1 nogil:
    cdef const Container *container = container_of(context)
    cdef const Text *args
    cdef Writer writer
    if container is NULL or container.probes[probe].exe is NULL:
        return 0
    args = container.probes[probe].args
    writer_init(&writer, context.arena)
    put(&writer, container.probes[probe].exe.data, container.probes[probe].exe.size)
    if args.size:
        put_char(&writer, c' ')
        put_strings(&writer, args.data, args.size, c' ')
    return writer_finish(&writer, out)


cdef int _is_probe(Context *context, int probe, Value *out) noexcept nogil:
    return give_number(out, context.thread.probe == probe) if context.thread is not NULL else 0
