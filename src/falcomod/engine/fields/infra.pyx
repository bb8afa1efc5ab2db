# SPDX-License-Identifier: Apache-2.0
"""evt.infra.docker.*: events of Docker that old captures carry.

Their description is a list like "Event: start; ID: 0123456789ab; Name: web".
"""

from libc.stdint cimport uint32_t
from libc.string cimport memcmp, strlen

from falcomod.engine._uapi cimport *
from falcomod.engine.decode.params cimport param_str
from falcomod.engine.fields.field cimport *
from falcomod.engine.state.context cimport Context
from falcomod.engine.types cimport Arg, Str, Value

cdef enum:
    SHORT_ID_SIZE = 12


cdef int evt_infra_docker_name(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _item(context, b"Event", out)
bind("evt.infra.docker.name", FM_PT_CHARBUF, FIELD_TABLE_ONLY, ARG_NONE, evt_infra_docker_name,
     "what happened, by an event of Docker in an old capture")


cdef int evt_infra_docker_container_id(Context *context, const Arg *arg, Value *out) except -1 nogil:
    if not _item(context, b"ID", out):
        return 0
    if out.text.size > SHORT_ID_SIZE:
        out.text.size = SHORT_ID_SIZE
    return 1
bind("evt.infra.docker.container.id", FM_PT_CHARBUF, FIELD_TABLE_ONLY, ARG_NONE,
     evt_infra_docker_container_id, "id of the container that it happened to")


cdef int evt_infra_docker_container_name(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _item(context, b"Name", out)
bind("evt.infra.docker.container.name", FM_PT_CHARBUF, FIELD_TABLE_ONLY, ARG_NONE,
     evt_infra_docker_container_name, "name of that container")


cdef int evt_infra_docker_container_image(Context *context, const Arg *arg, Value *out) except -1 nogil:
    return _item(context, b"Image", out)
bind("evt.infra.docker.container.image", FM_PT_CHARBUF, FIELD_TABLE_ONLY, ARG_NONE,
     evt_infra_docker_container_image, "image of that container")


cdef int _item(Context *context, const char *key, Value *out) noexcept nogil:
    cdef Str rest
    cdef Str item
    if context.event.code != FM_INFRASTRUCTURE_EVENT_E:
        return 0
    rest = param_str(context.event, FM_INFRASTRUCTURE_EVENT_E_description)
    while rest.size:
        item = _until(&rest, c';')
        if _is_word(_until(&item, c':'), key):
            out.text = _trimmed(item)
            return 1
    return 0


cdef Str _until(Str *rest, char end) noexcept nogil:
    """What stands before the next *end*, trimmed; *rest* is what stands behind it."""
    cdef Str part
    part.data = rest.data
    part.size = 0
    while part.size < rest.size and rest.data[part.size] != end:
        part.size += 1
    rest.data += part.size
    rest.size -= part.size
    if rest.size:
        rest.data += 1
        rest.size -= 1
    return _trimmed(part)


cdef Str _trimmed(Str text) noexcept nogil:
    while text.size and text.data[0] == c' ':
        text.data += 1
        text.size -= 1
    while text.size and text.data[text.size - 1] == c' ':
        text.size -= 1
    return text


cdef bint _is_word(Str text, const char *word) noexcept nogil:
    return text.size == strlen(word) and memcmp(text.data, word, text.size) == 0
