# SPDX-License-Identifier: Apache-2.0
"""fs.path.*: the paths that a call worked on, of calls that succeeded.

A call has either one path or a source and a target (rename, link, mount).
Plain ones are absolute, the raw ones as the call was given them.
"""

from libc.stdint cimport int8_t, int64_t, uint16_t, uint32_t

from falcomod.engine._uapi cimport *
from falcomod.engine.decode.params cimport param_str
from falcomod.engine.fields.descriptor cimport put_fd_name
from falcomod.engine.fields.field cimport *
from falcomod.engine.fields.parameter cimport put_path, return_value
from falcomod.engine.fields.writer cimport Writer, writer_finish, writer_init
from falcomod.engine.state.context cimport Context
from falcomod.engine.types cimport Arg, Value

cdef enum:
    NO_PATH = -1
    OF_FD = -2                   # the path is that of the descriptor

# Parameters that hold the paths of one event.
cdef struct Paths:
    uint16_t code
    int8_t name
    int8_t source
    int8_t target


begin_class("fs.path", "Paths", "Paths that a call on the file system is given.", ("syscall",))


cdef int fs_path_name(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef const Paths *paths = _paths(context)
    return _absolute(context, paths.name, out) if paths is not NULL else 0
bind("fs.path.name", FM_PT_CHARBUF, 0, ARG_NONE, fs_path_name, "path that the call worked on, absolute")


cdef int fs_path_nameraw(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef const Paths *paths = _paths(context)
    return _raw(context, paths.name, out) if paths is not NULL else 0
bind("fs.path.nameraw", FM_PT_CHARBUF, 0, ARG_NONE, fs_path_nameraw, "the same as the call was given it")


cdef int fs_path_source(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef const Paths *paths = _paths(context)
    return _absolute(context, paths.source, out) if paths is not NULL else 0
bind("fs.path.source", FM_PT_CHARBUF, 0, ARG_NONE, fs_path_source,
     "path that was renamed, linked to or mounted, absolute")


cdef int fs_path_sourceraw(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef const Paths *paths = _paths(context)
    return _raw(context, paths.source, out) if paths is not NULL else 0
bind("fs.path.sourceraw", FM_PT_CHARBUF, 0, ARG_NONE, fs_path_sourceraw, "the same as the call was given it")


cdef int fs_path_target(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef const Paths *paths = _paths(context)
    return _absolute(context, paths.target, out) if paths is not NULL else 0
bind("fs.path.target", FM_PT_CHARBUF, 0, ARG_NONE, fs_path_target,
     "path that a rename, link or mount made, absolute")


cdef int fs_path_targetraw(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef const Paths *paths = _paths(context)
    return _raw(context, paths.target, out) if paths is not NULL else 0
bind("fs.path.targetraw", FM_PT_CHARBUF, 0, ARG_NONE, fs_path_targetraw, "the same as the call was given it")


cdef const Paths *_paths(Context *context) noexcept nogil:
    """The row of the event; NULL: it is no such call, or one that failed."""
    cdef int64_t result
    cdef int row
    if not return_value(context.event, &result) or result < 0:
        return NULL
    for row in range(CALLS_SIZE):
        if CALLS[row].code == context.event.code:
            return &CALLS[row]
    return NULL


cdef int _absolute(Context *context, int index, Value *out) except -1 nogil:
    cdef Writer writer
    writer_init(&writer, context.arena)
    if index >= 0 and put_path(&writer, context, <uint32_t>index):
        return writer_finish(&writer, out)
    if index == OF_FD and context.fd is not NULL and put_fd_name(&writer, context.fd):
        return writer_finish(&writer, out)
    return 0


cdef int _raw(Context *context, int index, Value *out) except -1 nogil:
    if index == OF_FD:
        return _absolute(context, index, out)
    if index < 0:
        return 0
    out.text = param_str(context.event, <uint32_t>index)
    return out.text.data is not NULL


cdef enum:
    CALLS_SIZE = 27

cdef Paths *CALLS = [
    Paths(FM_OPEN_X, FM_OPEN_X_name, NO_PATH, NO_PATH),
    Paths(FM_OPENAT_2_X, FM_OPENAT_2_X_name, NO_PATH, NO_PATH),
    Paths(FM_OPENAT2_X, FM_OPENAT2_X_name, NO_PATH, NO_PATH),
    Paths(FM_CREAT_X, FM_CREAT_X_name, NO_PATH, NO_PATH),
    Paths(FM_MKDIR_2_X, FM_MKDIR_2_X_path, NO_PATH, NO_PATH),
    Paths(FM_MKDIRAT_X, FM_MKDIRAT_X_path, NO_PATH, NO_PATH),
    Paths(FM_RMDIR_2_X, FM_RMDIR_2_X_path, NO_PATH, NO_PATH),
    Paths(FM_UNLINK_2_X, FM_UNLINK_2_X_path, NO_PATH, NO_PATH),
    Paths(FM_UNLINKAT_2_X, FM_UNLINKAT_2_X_name, NO_PATH, NO_PATH),
    Paths(FM_CHMOD_X, FM_CHMOD_X_filename, NO_PATH, NO_PATH),
    Paths(FM_FCHMOD_X, OF_FD, NO_PATH, NO_PATH),
    Paths(FM_FCHMODAT_X, FM_FCHMODAT_X_filename, NO_PATH, NO_PATH),
    Paths(FM_CHOWN_X, FM_CHOWN_X_path, NO_PATH, NO_PATH),
    Paths(FM_LCHOWN_X, FM_LCHOWN_X_path, NO_PATH, NO_PATH),
    Paths(FM_FCHOWN_X, OF_FD, NO_PATH, NO_PATH),
    Paths(FM_FCHOWNAT_X, FM_FCHOWNAT_X_pathname, NO_PATH, NO_PATH),
    Paths(FM_UMOUNT_1_X, FM_UMOUNT_1_X_name, NO_PATH, NO_PATH),
    Paths(FM_UMOUNT2_X, FM_UMOUNT2_X_name, NO_PATH, NO_PATH),
    Paths(FM_QUOTACTL_X, FM_QUOTACTL_X_quotafilepath, NO_PATH, NO_PATH),
    Paths(FM_MOUNT_X, NO_PATH, FM_MOUNT_X_dev, FM_MOUNT_X_dir),
    Paths(FM_RENAME_X, NO_PATH, FM_RENAME_X_oldpath, FM_RENAME_X_newpath),
    Paths(FM_RENAMEAT_X, NO_PATH, FM_RENAMEAT_X_oldpath, FM_RENAMEAT_X_newpath),
    Paths(FM_RENAMEAT2_X, NO_PATH, FM_RENAMEAT2_X_oldpath, FM_RENAMEAT2_X_newpath),
    Paths(FM_LINK_2_X, NO_PATH, FM_LINK_2_X_oldpath, FM_LINK_2_X_newpath),
    Paths(FM_LINKAT_2_X, NO_PATH, FM_LINKAT_2_X_oldpath, FM_LINKAT_2_X_newpath),
    Paths(FM_SYMLINK_X, NO_PATH, FM_SYMLINK_X_target, FM_SYMLINK_X_linkpath),
    Paths(FM_SYMLINKAT_X, NO_PATH, FM_SYMLINKAT_X_target, FM_SYMLINKAT_X_linkpath),
]
