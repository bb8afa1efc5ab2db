# SPDX-License-Identifier: Apache-2.0
"""Events that tell of users and groups which came and went.

Captures have them; no driver makes them.  One that names a container is about the names in
that container.
"""

from libc.stdint cimport uint16_t, uint32_t

from falcomod.engine._uapi cimport *
from falcomod.engine.decode.event cimport Event
from falcomod.engine.decode.params cimport param_present, param_str, param_u32
from falcomod.engine.state.containers cimport Container, containers_find
from falcomod.engine.state.context cimport Context
from falcomod.engine.state.update_row cimport UpdateRow
from falcomod.engine.state.users cimport NameTable, names_put, names_remove
from falcomod.engine.types cimport Str


cdef const UpdateRow *user_updates() noexcept nogil:
    return UPDATES


cdef bint is_user_event(uint16_t code) noexcept nogil:
    return (
        code == FM_USER_ADDED_E or code == FM_USER_DELETED_E
        or code == FM_GROUP_ADDED_E or code == FM_GROUP_DELETED_E
    )


cdef Container *container_of(Context *context, Str id) noexcept nogil:
    """The container whose names an event is about; NULL: the host, or one that nobody knows."""
    cdef Container *container = containers_find(&context.tables.containers, id.data, id.size)
    if container != NULL:
        container.has_names = 1
    return container


cdef NameTable *users_of(Context *context, uint32_t id, uint32_t container) noexcept nogil:
    """The users that an event changes; NULL: none that are known."""
    cdef Str name = param_str(context.event, container)
    cdef Container *found
    if not param_present(context.event, id):
        return NULL
    if name.size == 0:
        return &context.tables.users
    found = container_of(context, name)
    return &found.users if found != NULL else NULL


cdef NameTable *groups_of(Context *context, uint32_t id, uint32_t container) noexcept nogil:
    cdef Str name = param_str(context.event, container)
    cdef Container *found
    if not param_present(context.event, id):
        return NULL
    if name.size == 0:
        return &context.tables.groups
    found = container_of(context, name)
    return &found.groups if found != NULL else NULL


cdef void on_user_added(Context *context) noexcept nogil:
    cdef const Event *event = context.event
    cdef NameTable *names = users_of(
        context, FM_USER_ADDED_E_uid, FM_USER_ADDED_E_container_id
    )
    if names != NULL:
        names_put(
            names, param_u32(event, FM_USER_ADDED_E_uid, 0),
            param_str(event, FM_USER_ADDED_E_name), param_str(event, FM_USER_ADDED_E_home),
            param_str(event, FM_USER_ADDED_E_shell),
        )


cdef void on_user_deleted(Context *context) noexcept nogil:
    cdef const Event *event = context.event
    cdef NameTable *names = users_of(
        context, FM_USER_DELETED_E_uid, FM_USER_DELETED_E_container_id
    )
    if names != NULL:
        names_remove(names, param_u32(event, FM_USER_DELETED_E_uid, 0))


cdef void on_group_added(Context *context) noexcept nogil:
    cdef const Event *event = context.event
    cdef Str none
    cdef NameTable *names = groups_of(
        context, FM_GROUP_ADDED_E_gid, FM_GROUP_ADDED_E_container_id
    )
    none.data = NULL
    none.size = 0
    if names != NULL:
        names_put(
            names, param_u32(event, FM_GROUP_ADDED_E_gid, 0),
            param_str(event, FM_GROUP_ADDED_E_name), none, none,
        )


cdef void on_group_deleted(Context *context) noexcept nogil:
    cdef const Event *event = context.event
    cdef NameTable *names = groups_of(
        context, FM_GROUP_DELETED_E_gid, FM_GROUP_DELETED_E_container_id
    )
    if names != NULL:
        names_remove(names, param_u32(event, FM_GROUP_DELETED_E_gid, 0))


cdef UpdateRow *UPDATES = [
    UpdateRow(FM_USER_ADDED_E, on_user_added),
    UpdateRow(FM_USER_DELETED_E, on_user_deleted),
    UpdateRow(FM_GROUP_ADDED_E, on_group_added),
    UpdateRow(FM_GROUP_DELETED_E, on_group_deleted),
    UpdateRow(0, NULL),
]
