# SPDX-License-Identifier: Apache-2.0
"""Events that tell of containers, and processes that look after them.

Captures carry what somebody knew of containers as JSON: in container events,
or in asynchronous ones of Falco's container plugin. Such text is as hostile as
the rest of a capture: its size is limited, its shape checked, and what is no
description of a container is counted and passed over.
"""

import json

from libc.stdint cimport uint32_t
from libc.string cimport memcmp, memcpy, strlen

from falcomod.engine._uapi cimport *
from falcomod.engine.decode.params cimport param_bytes, param_str
from falcomod.engine.state.containers cimport *
from falcomod.engine.state.context cimport Context
from falcomod.engine.state.tables cimport Tables
from falcomod.engine.state.threads cimport Thread, threads_find, threads_parent
from falcomod.engine.state.update_row cimport UpdateRow
from falcomod.engine.types cimport Str, Text

cdef enum:
    JSON_MAX = 0x40000           # bytes of one description
    TEXT_MAX = 8192              # characters of one text; longer ones are left out
    ITEMS_MAX = 256              # labels, mounts and arguments of one container
    LEVELS_MAX = 64              # ends a walk in circles, which reused pids can make


cdef const UpdateRow *container_updates() noexcept nogil:
    return UPDATES


cdef bint is_container_event(int code) noexcept nogil:
    return code == FM_CONTAINER_JSON_2_E or code == FM_ASYNCEVENT_E


cdef void on_container(Context *context) noexcept nogil:
    find_thread(context)
    tell(context, param_str(context.event, FM_CONTAINER_JSON_2_E_json), False)


cdef void on_async(Context *context) noexcept nogil:
    cdef Str name = param_str(context.event, FM_ASYNCEVENT_E_name)
    find_thread(context)
    if is_word(name, b"container"):
        tell(context, param_bytes(context.event, FM_ASYNCEVENT_E_data), False)
    elif is_word(name, b"container_removed"):
        tell(context, param_bytes(context.event, FM_ASYNCEVENT_E_data), True)


cdef void find_thread(Context *context) noexcept nogil:
    """The thread that the event is said to come from, which is not made up if it is not known."""
    if context.event.tid > 0:
        context.thread = threads_find(&context.tables.threads, context.event.tid)


cdef bint is_word(Str text, const char *word) noexcept nogil:
    return text.size == strlen(word) and memcmp(text.data, word, text.size) == 0


cdef void tell(Context *context, Str text, bint is_removed) noexcept nogil:
    """Keeps a description, also for the event's own fields."""
    cdef Tables *tables = context.tables
    if tables.own != NULL:
        # It is described already, by more than the text says.
        tables.told = tables.own
        tables.own = NULL
        tables.is_marked = 1
        return
    if text.size == 0 or text.size > JSON_MAX:
        tables.containers.refused += 1
        return
    with gil:
        try:
            keep(tables, text.data[:text.size], is_removed)
        except Exception:
            # Whatever is wrong with it: not JSON, too deep, of another shape.
            tables.containers.refused += 1


cdef int keep(Tables *tables, bytes text, bint is_removed) except -1:
    cdef bytes encoded
    cdef Container *known
    id, facts, is_complete = container_of(text)
    encoded = id.encode("ascii")
    known = containers_find(&tables.containers, encoded, <uint32_t>len(encoded))
    # A look-up that has failed, or is still under way, says nothing against an earlier one.
    if known == NULL or not known.is_known or is_complete:
        known = containers_set(&tables.containers, id, facts)
    container_hold(known)
    tables.told = known
    tables.is_told_removed = is_removed
    tables.is_marked = 1
    return 0


# What the JSON says

def container_of(text: bytes) -> tuple:
    """(id, facts of State.set_container, is_complete) of a description; ValueError and its like."""
    found = json.loads(text.rstrip(b"\0"))["container"]
    id = _text(found.get("id"))
    if not id or not id.isascii() or "\0" in id:
        raise ValueError("no container's id")
    is_complete = found.get("lookup_state", LOOKUP_SUCCEEDED) == LOOKUP_SUCCEEDED
    labels = _labels(found.get("labels"))
    facts = {name: _text(found.get(key)) for name, key in TEXT_KEYS.items()}
    facts["type"] = _type(found.get("type"))
    facts |= {name: labels.get(key) for name, key in POD_LABELS.items()}
    sandbox = _text(found.get("pod_sandbox_id"))
    if sandbox:
        facts |= {"pod_sandbox_id": sandbox[:CONTAINER_ID_SIZE - 1], "pod_full_sandbox_id": sandbox}
    if is_complete:
        facts |= {name: found.get(name) is True for name in FLAG_KEYS}
    created_s = found.get("created_time")
    if isinstance(created_s, int) and 0 < created_s < 1 << 33:
        facts["start_ns"] = created_s * 1_000_000_000
    facts["labels"] = labels
    facts["pod_labels"] = _labels(found.get("pod_sandbox_labels"))
    facts["mounts"] = [_mount(mount) for mount in _items(found.get("Mounts"))]
    facts |= {name: _probe(found.get(key)) for name, key in PROBE_KEYS.items()}
    return id, facts, is_complete


def _text(value) -> str | None:
    """A text that says something, and is none of those nobody would read."""
    return value if isinstance(value, str) and 0 < len(value) <= TEXT_MAX else None


def _type(value) -> str | None:
    """By number in all descriptions but a few."""
    return TYPES.get(value) if isinstance(value, int) else _text(value)


def _items(value) -> list:
    return value[:ITEMS_MAX] if isinstance(value, list) else []


def _labels(value) -> dict:
    if not isinstance(value, dict):
        return {}
    found = {
        key: word
        for key, word in value.items()
        if isinstance(word, str) and len(key) <= TEXT_MAX and len(word) <= TEXT_MAX
    }
    return dict(list(found.items())[:ITEMS_MAX])


def _mount(value: dict) -> tuple:
    texts = [_text(value.get(key)) or "" for key in ("Source", "Destination", "Mode", "Propagation")]
    source, dest, mode, propagation = texts
    return (source, dest, mode, value.get("RW") is True, propagation)


def _probe(value) -> tuple | None:
    if not isinstance(value, dict) or not _text(value.get("exe")):
        return None
    return (value["exe"], [_text(arg) or "" for arg in _items(value.get("args"))])


# Probes

cdef void find_probe(Tables *tables, Thread *thread) noexcept nogil:
    cdef const Container *container
    cdef const Thread *ancestor = thread
    cdef int probe
    cdef int levels
    # What a probe starts is part of it: a clone hands the mark on.
    if thread.probe != PROBE_NONE or thread.container == NULL:
        return
    container = thread.container
    probe = PROBE_HEALTHCHECK
    while probe < PROBES and not is_command(&container.probes[probe], thread):
        probe += 1
    if probe == PROBES:
        return
    # The runtime puts probes beside the container's first process, not under it.
    for levels in range(LEVELS_MAX):
        if ancestor == NULL:
            break
        if ancestor.vpid == 1 and ancestor.container != NULL:
            return
        ancestor = threads_parent(&tables.threads, <Thread *>ancestor)
    thread.probe = probe


cdef bint is_command(const ProbeCommand *command, const Thread *thread) noexcept nogil:
    return is_same(command.exe, thread.exe) and is_same(command.args, thread.args)


cdef bint is_same(const Text *text, const Text *other) noexcept nogil:
    if text == NULL or other == NULL or text.size != other.size:
        return False
    return memcmp(text.data, other.data, text.size) == 0


cdef UpdateRow *UPDATES = [
    UpdateRow(FM_CONTAINER_JSON_2_E, on_container),
    UpdateRow(FM_ASYNCEVENT_E, on_async),
    UpdateRow(0, NULL),
]

# "lookup_state" of Falco's libraries 0.1 to 0.20; its plugin leaves it out.
LOOKUP_SUCCEEDED = 1

# Fact → key in "container".
TEXT_KEYS = {
    "full_id": "full_id",
    "name": "name",
    "image": "image",
    "image_id": "imageid",
    "image_repository": "imagerepo",
    "image_tag": "imagetag",
    "image_digest": "imagedigest",
    "ip": "ip",
    "cni_json": "cni_json",
}
FLAG_KEYS = ("privileged", "host_pid", "host_network", "host_ipc", "is_pod_sandbox")
PROBE_KEYS = {
    "healthcheck": "Healthcheck",
    "liveness_probe": "LivenessProbe",
    "readiness_probe": "ReadinessProbe",
}

# Fact → label that the kubelet gives the containers of a pod.
POD_LABELS = {
    "pod_name": "io.kubernetes.pod.name",
    "pod_namespace": "io.kubernetes.pod.namespace",
    "pod_uid": "io.kubernetes.pod.uid",
}

# Numbers of container types in captures.
TYPES = {
    0: "docker",
    1: "lxc",
    2: "libvirt-lxc",
    3: "mesos",
    4: "rkt",
    5: "custom",
    6: "cri",
    7: "containerd",
    8: "cri-o",
    9: "bpm",
    10: "static",
    11: "podman",
    0xFFFE: "host",
}
