# SPDX-License-Identifier: Apache-2.0
"""What events change: applies one event with the function that its family names for it.

    update_process   clone, exec, exit
    update_ids       users, groups, sessions, names, limits, directories
    update_file      open, close, dup, pipe, and what else makes descriptors
    update_socket    sockets and their ends
    update_container what is told about containers
    update_usage     CPU time
    update_user      what is told about users and groups

Two arrays by event code are filled from the event table and from the families'
tables when the module is loaded, and only read from then on.
"""

from libc.stdint cimport int8_t, uint16_t
from libc.string cimport memset

from falcomod.engine._uapi cimport *
from falcomod.engine.decode.event cimport FAULT_NONE, Event, decode
from falcomod.engine.decode.params cimport param_i64
from falcomod.engine.decode.schema cimport event_info
from falcomod.engine.state.context cimport Context
from falcomod.engine.state.fds cimport fd_release, fds_find
from falcomod.engine.state.tables cimport State, Tables, tables_expire, tables_thread, tables_unmark
from falcomod.engine.state.threads cimport Thread, threads_remove
from falcomod.engine.state.update_container cimport container_updates, is_container_event
from falcomod.engine.state.update_file cimport file_updates
from falcomod.engine.state.update_ids cimport ids_updates
from falcomod.engine.state.update_process cimport is_process_event, process_updates
from falcomod.engine.state.update_row cimport UpdateFn, UpdateRow
from falcomod.engine.state.update_socket cimport socket_updates
from falcomod.engine.state.update_usage cimport is_switch, usage_updates
from falcomod.engine.state.update_user cimport is_user_event, user_updates
from falcomod.engine.types cimport Arena, arena_free, arena_init, arena_reset

cdef enum:
    CODES = 512                  # more than there are; checked when the arrays are filled

cdef UpdateFn UPDATES[CODES]     # NULL: the event changes nothing
cdef int8_t FD_PARAM[CODES]      # the parameter that names the event's descriptor, -1: none
cdef int8_t FINDS_THREAD[CODES]  # 1: the update function looks the thread up itself


cdef int apply(Context *context) except -1 nogil:
    cdef const Event *event = context.event
    cdef Tables *tables = context.tables
    cdef UpdateFn update = UPDATES[event.code]
    cdef int index = FD_PARAM[event.code]
    if tables.first_ns == 0:
        tables.first_ns = tables.current_ns = event.ts_ns
    tables.previous_ns = tables.current_ns
    tables.current_ns = event.ts_ns
    if tables.closed.number >= 0:
        fd_release(&tables.closed)
    if tables.is_marked:
        tables_unmark(tables)
    if tables.ended_due_ns <= event.ts_ns:
        tables_expire(tables, event.ts_ns)
    context.fd = NULL
    context.fd_number = -1
    context.thread = NULL
    if FINDS_THREAD[event.code]:
        update(context)
        return 0
    context.thread = thread_of(tables, event)
    if context.thread == NULL:
        return 0
    if index >= 0:
        context.fd_number = param_i64(event, index, -1)
        if context.fd_number < 0:
            # AT_FDCWD and wrong numbers are no descriptors.
            context.fd_number = -1
        else:
            context.fd = fds_find(context.thread.fds, context.fd_number)
    if update != NULL:
        update(context)
    return 0


cdef inline Thread *thread_of(Tables *tables, const Event *event) noexcept nogil:
    cdef Thread *thread = tables_thread(tables, event.tid)
    if thread != NULL and thread.exit_ns != 0 and event.ts_ns > thread.exit_ns:
        # The dead make no calls: the tid is in use again, and its clone was lost.
        threads_remove(&tables.threads, event.tid)
        thread = tables_thread(tables, event.tid)
    return thread


# Filling the arrays

cdef int fill() except -1:
    cdef uint16_t code
    if <int>FM_EVENT_MAX > <int>CODES:
        raise AssertionError(f"CODES must be at least {FM_EVENT_MAX}")
    memset(UPDATES, 0, sizeof(UPDATES))
    memset(FINDS_THREAD, 0, sizeof(FINDS_THREAD))
    memset(FD_PARAM, -1, sizeof(FD_PARAM))
    for code in range(FM_EVENT_MAX):
        if event_info(code) != NULL:
            FD_PARAM[code] = fd_param(event_info(code))
    fill_from(process_updates())
    fill_from(ids_updates())
    fill_from(file_updates())
    fill_from(socket_updates())
    fill_from(container_updates())
    fill_from(usage_updates())
    fill_from(user_updates())
    return 0


cdef int fill_from(const UpdateRow *row) except -1:
    while row.function != NULL:
        if UPDATES[row.code] != NULL:
            raise AssertionError(f"two update functions for event {row.code}")
        UPDATES[row.code] = row.function
        FINDS_THREAD[row.code] = (
            is_process_event(row.code)
            or is_container_event(row.code)
            or is_switch(row.code)
            or is_user_event(row.code)
        )
        row += 1
    return 0


cdef int fd_param(const fm_event_info *info) except -2:
    """The first parameter that is a descriptor, but for the result of a call.

    Of calls with two that is the one that the call names first.
    """
    cdef int index
    if not info.flags & (FM_EF_USES_FD | FM_EF_DESTROYS_FD):
        return -1
    for index in range(info.nparams):
        if info.params[index].type == FM_PT_FD and info.params[index].name[:3] != b"res":
            return index
    return -1


def update_codes() -> frozenset:
    """Codes of the events that have an update function."""
    return frozenset(code for code in range(CODES) if UPDATES[code] != NULL)


def fd_params() -> dict:
    """By event code: the index of the parameter that names the event's descriptor."""
    return {code: FD_PARAM[code] for code in range(CODES) if FD_PARAM[code] >= 0}


def apply_record(State state, bytes record) -> dict:
    """Applies one record to *state* and tells what a rule would see; for tests and benches.

    tid and fd_number as in the context; fd_name and fd_type of its descriptor, None where
    there is none.  ValueError: the record is refused.
    """
    return apply_records(state, [record])


def apply_records(State state, list records) -> dict:
    """The same for one record after the other; tells of the last."""
    cdef Context context
    cdef Event event
    cdef Arena arena
    cdef bytes record
    seen = {}
    arena_init(&arena)
    memset(&context, 0, sizeof(context))
    context.event = &event
    context.tables = &state.tables
    context.arena = &arena
    try:
        for record in records:
            fault = decode(record, len(record), &event)
            if fault != FAULT_NONE:
                raise ValueError(f"record refused, fault {fault}")
            arena_reset(&arena)
            with nogil:
                apply(&context)
        seen["tid"] = None if context.thread == NULL else context.thread.tid
        seen["fd_number"] = context.fd_number
        seen["fd_type"] = None if context.fd == NULL else context.fd.type
        seen["fd_name"] = None
        if context.fd != NULL and context.fd.name != NULL:
            seen["fd_name"] = context.fd.name.data[:context.fd.name.size]
        return seen
    finally:
        arena_free(&arena)


fill()
