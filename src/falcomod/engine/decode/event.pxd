# SPDX-License-Identifier: Apache-2.0
"""One event: a record whose bounds have been checked, once."""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t

from falcomod.engine._uapi cimport fm_event_info

cdef enum:
    PARAMS_MAX = 32              # FM_PARAMS_MAX; compared by a test

# Why a record was refused; the names are counters (corrupt_length …).
cdef enum Fault:
    FAULT_NONE = 0
    FAULT_LENGTH                 # shorter than a header, or longer than what is there
    FAULT_TYPE                   # no such event
    FAULT_COUNT                  # more parameters than the event has
    FAULT_SIZES                  # the lengths do not add up to the record's
    FAULT_WIDTH                  # a parameter of fixed width with another length
    FAULT_STRING                 # a string without its NUL, or with one inside
    FAULT_MAX

cdef struct Event:
    uint64_t ts_ns               # end of the call, ns since the epoch
    int64_t tid                  # in the initial pid namespace; -1: none
    uint64_t number              # evt.num: counts from 1 in order of delivery
    const fm_event_info *info    # row of the event table
    uint16_t code                # enum fm_event_code
    uint16_t cpu                 # that wrote the record
    uint32_t nparams             # present ones; the rest of param[] is empty
    const uint8_t *record        # the whole record, valid until the next advance()
    uint32_t record_size         # bytes
    const uint8_t *param[PARAMS_MAX]       # where each parameter begins
    uint32_t param_size[PARAMS_MAX]        # bytes; 0: absent

# Checks the record at data and fills event (but for number and cpu). Never reads
# beyond data + size. Returns FAULT_NONE or why the record is refused; on every fault
# but FAULT_LENGTH, record_size says how much to skip.
cdef Fault decode(const uint8_t *data, uint64_t size, Event *event) noexcept nogil
