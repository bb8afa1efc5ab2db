# SPDX-License-Identifier: Apache-2.0
"""The container that an event is about, and its labels as text."""

from falcomod.engine.fields.writer cimport Writer
from falcomod.engine.state.containers cimport Container
from falcomod.engine.state.context cimport Context
from falcomod.engine.state.labels cimport Labels
from falcomod.engine.types cimport Value

# Its id: of the event's thread, or of the event itself if it tells of a container; "" on the
# host, NULL for events without a thread.
cdef const char *container_id_of(Context *context) noexcept nogil
# The container; NULL: the host. What its control group does not tell may not be known.
cdef const Container *container_of(Context *context) noexcept nogil
# The same, but NULL too where nobody has described it.
cdef const Container *known_container_of(Context *context) noexcept nogil
# A fact that is a ContainerText: 1, or 0 where it is not known.
cdef int give_container_text(Context *context, int text, Value *out) noexcept nogil
# Both without those labels that runtimes give for themselves: the first joins them to what is
# written already, the second is "key:value, key:value".
cdef void put_labels(Writer *writer, const Labels *labels) noexcept nogil
cdef int give_labels(Context *context, const Labels *labels, Value *out) except -1 nogil
