# SPDX-License-Identifier: Apache-2.0
"""evt.abspath: the paths of calls that take a directory's descriptor beside them, absolute."""

from libc.stdint cimport int8_t, uint16_t, uint32_t

from falcomod.engine._uapi cimport *
from falcomod.engine.fields.field cimport *
from falcomod.engine.fields.parameter cimport put_path
from falcomod.engine.fields.writer cimport Writer, writer_finish, writer_init
from falcomod.engine.state.context cimport Context
from falcomod.engine.types cimport Arg, Value
from falcomod.errors import FieldError

cdef enum:
    NO_PATH = -1
    CALLS_SIZE = 12

# Parameters that hold the paths of one event.
cdef struct Call:
    uint16_t code
    int8_t source                # the only path, of calls with one
    int8_t dest


cdef int evt_abspath(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef const Call *call = _call(context.event.code)
    cdef Writer writer
    cdef int index
    if call is NULL:
        return 0
    index = call.source
    if arg.text.size == 3 and arg.text.data[0] == c'd':
        index = call.dest
    writer_init(&writer, context.arena)
    if index < 0 or not put_path(&writer, context, <uint32_t>index):
        return 0
    return writer_finish(&writer, out)
bind("evt.abspath", FM_PT_CHARBUF, FIELD_NAMED, ARG_OPTIONAL, evt_abspath,
     "path of a call like openat, absolute; of one with two, evt.abspath.src and evt.abspath.dst")


cdef const Call *_call(int code) noexcept nogil:
    cdef int row
    for row in range(CALLS_SIZE):
        if CALLS[row].code == code:
            return &CALLS[row]
    return NULL


def _check_side(FieldRef ref) -> None:
    if ref.arg.text.data is not NULL and bytes(ref._argument) not in (b"src", b"dst"):
        raise FieldError(f"{ref.name}: a path is evt.abspath, evt.abspath.src or evt.abspath.dst")


on_reference("evt.abspath", _check_side)

cdef Call *CALLS = [
    Call(FM_OPENAT_2_X, FM_OPENAT_2_X_name, NO_PATH),
    Call(FM_OPENAT2_X, FM_OPENAT2_X_name, NO_PATH),
    Call(FM_OPEN_BY_HANDLE_AT_X, FM_OPEN_BY_HANDLE_AT_X_path, NO_PATH),
    Call(FM_MKDIRAT_X, FM_MKDIRAT_X_path, NO_PATH),
    Call(FM_UNLINKAT_2_X, FM_UNLINKAT_2_X_name, NO_PATH),
    Call(FM_FCHMODAT_X, FM_FCHMODAT_X_filename, NO_PATH),
    Call(FM_FCHOWNAT_X, FM_FCHOWNAT_X_pathname, NO_PATH),
    Call(FM_SYMLINKAT_X, FM_SYMLINKAT_X_linkpath, NO_PATH),
    Call(FM_LINKAT_2_X, FM_LINKAT_2_X_oldpath, FM_LINKAT_2_X_newpath),
    Call(FM_RENAMEAT_X, FM_RENAMEAT_X_oldpath, FM_RENAMEAT_X_newpath),
    Call(FM_RENAMEAT2_X, FM_RENAMEAT2_X_oldpath, FM_RENAMEAT2_X_newpath),
    Call(FM_OPENAT_2_E, FM_OPENAT_2_E_name, NO_PATH),
]
