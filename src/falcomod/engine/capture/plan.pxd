# SPDX-License-Identifier: Apache-2.0
"""What to do with a record, by its code and its number of parameters."""

from libc.stdint cimport uint8_t, uint16_t, uint32_t

cdef enum:
    PLAN_PARAMS = 32             # FM_PARAMS_MAX
    PLAN_STRINGS = 8             # strings of one event, of those that are passed as they are

# Where a parameter comes from.
cdef enum SourceKind:
    SOURCE_NOTHING               # the default
    SOURCE_EVENT                 # the event's own parameter
    SOURCE_ENTER                 # the enter's, or the default
    SOURCE_JSON                  # the text of a container event

cdef struct Source:
    uint8_t kind                 # SOURCE_…
    uint8_t index                # of the parameter there
    uint8_t skip                 # bytes left out at its beginning
    uint8_t width                # what is longer is cut; 0: as long as it is
    uint8_t is_string            # 1: the text "(NULL)" is absent
    uint8_t default_size         # bytes, all 0

# How a record is made from one of another generation.
cdef struct Plan:
    uint16_t code                # of the result
    uint16_t enter_code          # the enter must be of this event
    uint8_t uses_enter
    uint8_t nparams              # of the result
    uint8_t length_size          # bytes of one parameter's length in the result
    Source sources[PLAN_PARAMS]

cdef struct Row:
    uint8_t quick_from           # numbers of parameters with which a record is passed unless a
    uint8_t quick_to             # string says "(NULL)": from … to; 1, 0: never
    uint8_t accepts_from         # with which it is current; 1, 0: never
    uint8_t accepts_to
    uint8_t nparams              # that its generation has
    uint8_t length_size          # bytes of one parameter's length
    uint8_t is_known             # 0: such records are dropped unread
    uint8_t is_event             # 0: it is kept for its exit at most
    uint8_t is_managed           # more parameters than nparams are an error
    uint8_t is_kept              # 1: the exit may need it
    uint8_t ends_thread
    uint8_t strings
    uint8_t string[PLAN_STRINGS]             # their indices
    uint16_t kept_as             # code under which the exit will ask for it

# FM_EVENT_MAX rows by code; frozen once the module is imported.
cdef const Row *plan_rows() noexcept nogil
# For a number of parameters that is not accepted; NULL: there is no way.
cdef const Plan *plan_of(uint16_t code, uint32_t nparams) noexcept nogil
# Everything as it is, for a current event.
cdef const Plan *plan_unchanged(uint16_t code) noexcept nogil
