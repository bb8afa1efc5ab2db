# SPDX-License-Identifier: Apache-2.0
"""Events that tell of users and groups which came and went.

Captures have them; no driver makes them.  Those of a container are passed over: names
are the host's for every process.
"""

from libc.stdint cimport uint16_t, uint32_t

from falcomod.engine._uapi cimport *
from falcomod.engine.decode.event cimport Event
from falcomod.engine.decode.params cimport param_present, param_str, param_u32
from falcomod.engine.state.context cimport Context
from falcomod.engine.state.update_row cimport UpdateRow
from falcomod.engine.state.users cimport names_put, names_remove
from falcomod.engine.types cimport Str


cdef const UpdateRow *user_updates() noexcept nogil:
    return UPDATES


cdef bint is_user_event(uint16_t code) noexcept nogil:
    return (
        code == FM_USER_ADDED_E or code == FM_USER_DELETED_E
        or code == FM_GROUP_ADDED_E or code == FM_GROUP_DELETED_E
    )


cdef inline bint is_of_host(const Event *event, uint32_t id, uint32_t container) noexcept nogil:
    return param_present(event, id) and param_str(event, container).size == 0


cdef void on_user_added(Context *context) noexcept nogil:
    cdef const Event *event = context.event
    if is_of_host(event, FM_USER_ADDED_E_uid, FM_USER_ADDED_E_container_id):
        names_put(
            &context.tables.users, param_u32(event, FM_USER_ADDED_E_uid, 0),
            param_str(event, FM_USER_ADDED_E_name), param_str(event, FM_USER_ADDED_E_home),
            param_str(event, FM_USER_ADDED_E_shell),
        )


cdef void on_user_deleted(Context *context) noexcept nogil:
    cdef const Event *event = context.event
    if is_of_host(event, FM_USER_DELETED_E_uid, FM_USER_DELETED_E_container_id):
        names_remove(&context.tables.users, param_u32(event, FM_USER_DELETED_E_uid, 0))


cdef void on_group_added(Context *context) noexcept nogil:
    cdef const Event *event = context.event
    cdef Str none
    none.data = NULL
    none.size = 0
    if is_of_host(event, FM_GROUP_ADDED_E_gid, FM_GROUP_ADDED_E_container_id):
        names_put(
            &context.tables.groups, param_u32(event, FM_GROUP_ADDED_E_gid, 0),
            param_str(event, FM_GROUP_ADDED_E_name), none, none,
        )


cdef void on_group_deleted(Context *context) noexcept nogil:
    cdef const Event *event = context.event
    if is_of_host(event, FM_GROUP_DELETED_E_gid, FM_GROUP_DELETED_E_container_id):
        names_remove(&context.tables.groups, param_u32(event, FM_GROUP_DELETED_E_gid, 0))


cdef UpdateRow *UPDATES = [
    UpdateRow(FM_USER_ADDED_E, on_user_added),
    UpdateRow(FM_USER_DELETED_E, on_user_deleted),
    UpdateRow(FM_GROUP_ADDED_E, on_group_added),
    UpdateRow(FM_GROUP_DELETED_E, on_group_deleted),
    UpdateRow(0, NULL),
]
