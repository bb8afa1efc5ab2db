# SPDX-License-Identifier: Apache-2.0
"""user.* and group.*: as whom the thread acts.

Names in a container are those of its own files, where they could be read, else the
host's.
"""

from libc.stdint cimport int64_t

from falcomod.engine._uapi cimport *
from falcomod.engine.fields.field cimport *
from falcomod.engine.state.context cimport Context
from falcomod.engine.state.users cimport Name, NameTable, names_find
from falcomod.engine.types cimport Arg, Value

cdef enum:
    NO_ID = 0xFFFFFFFF


begin_class("user", "Users", "The user that the thread acts as.", ("syscall",))


cdef int user_uid(Context *context, const Arg *arg, Value *out) except -1 nogil:
    if context.thread is NULL or context.thread.uid == NO_ID:
        return 0
    return give_number(out, context.thread.uid)
bind("user.uid", FM_PT_UINT32, 0, ARG_NONE, user_uid, "effective user id")


cdef int user_name(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef const Name *user = _user(context)
    return give_text(out, user.name if user is not NULL else NULL)
bind("user.name", FM_PT_CHARBUF, 0, ARG_NONE, user_name, "name of the effective user")


cdef int user_homedir(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef const Name *user = _user(context)
    return give_text(out, user.home if user is not NULL else NULL)
bind("user.homedir", FM_PT_CHARBUF, 0, ARG_NONE, user_homedir, "home directory of the effective user")


cdef int user_shell(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef const Name *user = _user(context)
    return give_text(out, user.shell if user is not NULL else NULL)
bind("user.shell", FM_PT_CHARBUF, 0, ARG_NONE, user_shell, "login shell of the effective user")


cdef int user_loginuid(Context *context, const Arg *arg, Value *out) except -1 nogil:
    # -1 is a value here: it says that nobody has logged in to start this.
    if context.thread is NULL or context.thread.is_stub:
        return 0
    return give_number(out, -1 if context.thread.loginuid == NO_ID else <int64_t>context.thread.loginuid)
bind("user.loginuid", FM_PT_INT64, 0, ARG_NONE, user_loginuid,
     "id of the user that logged in, whatever the thread has become since; -1 for none")


cdef int user_loginname(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef const Name *user
    if context.thread is NULL or context.thread.loginuid == NO_ID:
        return 0
    user = names_find(_users(context), context.thread.loginuid)
    if user is NULL:
        # Who logged in to the host has no need of an account in the container.
        user = names_find(&context.tables.users, context.thread.loginuid)
    return give_text(out, user.name if user is not NULL else NULL)
bind("user.loginname", FM_PT_CHARBUF, 0, ARG_NONE, user_loginname, "name of user.loginuid")


begin_class("group", "Groups", "The group that the thread acts as.", ("syscall",))


cdef int group_gid(Context *context, const Arg *arg, Value *out) except -1 nogil:
    if context.thread is NULL or context.thread.gid == NO_ID:
        return 0
    return give_number(out, context.thread.gid)
bind("group.gid", FM_PT_UINT32, 0, ARG_NONE, group_gid, "effective group id")


cdef int group_name(Context *context, const Arg *arg, Value *out) except -1 nogil:
    cdef const Name *group
    if context.thread is NULL or context.thread.gid == NO_ID:
        return 0
    if _has_names(context):
        group = names_find(&context.thread.container.groups, context.thread.gid)
    else:
        group = names_find(&context.tables.groups, context.thread.gid)
    return give_text(out, group.name if group is not NULL else NULL)
bind("group.name", FM_PT_CHARBUF, 0, ARG_NONE, group_name, "name of the effective group")


cdef const Name *_user(Context *context) noexcept nogil:
    if context.thread is NULL or context.thread.uid == NO_ID:
        return NULL
    return names_find(_users(context), context.thread.uid)


cdef const NameTable *_users(Context *context) noexcept nogil:
    return &context.thread.container.users if _has_names(context) else &context.tables.users


cdef bint _has_names(Context *context) noexcept nogil:
    return context.thread.container is not NULL and context.thread.container.has_names
