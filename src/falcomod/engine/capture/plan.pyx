# SPDX-License-Identifier: Apache-2.0
"""Conversions in one step: the chains of old_events, followed to their end at import.

An execve of the first generation takes sixteen steps to today's; a record is made once.
"""

from libc.stdint cimport int16_t, uint8_t, uint16_t, uint32_t
from libc.string cimport memset

from falcomod.engine._uapi cimport FM_EVENT_MAX, FM_PARAMS_MAX
from falcomod.engine.capture.old_events import KEPT_AS, OLD_EVENTS, conversions
from falcomod.engine.decode.schema import EF_CONVERTER_MANAGED, EF_LARGE_PAYLOAD, EVENTS

cdef enum:
    PLANS = 256                  # more than there are; checked when they are made

cdef Row ROWS[FM_EVENT_MAX]
cdef Plan PLANNED[PLANS]
cdef int16_t PLAN_AT[FM_EVENT_MAX][PLAN_PARAMS + 1]      # index into PLANNED, -1: none
cdef Plan UNCHANGED[FM_EVENT_MAX]


cdef const Row *plan_rows() noexcept nogil:
    return ROWS


cdef const Plan *plan_of(uint16_t code, uint32_t nparams) noexcept nogil:
    if code >= FM_EVENT_MAX or nparams > PLAN_PARAMS or PLAN_AT[code][nparams] < 0:
        return NULL
    return &PLANNED[PLAN_AT[code][nparams]]


cdef const Plan *plan_unchanged(uint16_t code) noexcept nogil:
    return &UNCHANGED[code]


def accepts(id: str, nparams: int) -> bool:
    """Whether an event of that id and number of parameters is current."""
    event = EVENTS[CODES[id]] if CODES[id] in EVENTS else None
    if event is None:
        return False
    if event.flags & EF_CONVERTER_MANAGED:
        return nparams == len(event.params)
    return nparams <= len(event.params)


def follow(id: str, nparams: int) -> tuple[str, list[tuple], str | None]:
    """What an old event becomes in the end: the id, its sources, and the enter it asks for.

    A source is (kind, index, skip, default type or None).  Raises AssertionError where the
    table leads nowhere.
    """
    steps = conversions()
    sources = [("o", index, 0, None) for index in range(nparams)]
    enter = None
    while not accepts(id, len(sources)):
        if (id, len(sources)) not in steps:
            raise AssertionError(f"old_events: nothing is said about {id}/{len(sources)}")
        result, wanted = steps[id, len(sources)]
        if any(source[0] == "e" for source in wanted):
            if enter not in (None, enter_of(id)):
                raise AssertionError(f"old_events: {id} asks for two enters")
            enter = enter_of(id)
        sources = [
            step_source(source, sources, result, position) for position, source in enumerate(wanted)
        ]
        id = result
    return id, sources, enter


def enter_of(id: str) -> str:
    """The id of an exit's enter."""
    return IDS[CODES[id] - 1]


def step_source(source: str, before: list[tuple], result: str, position: int) -> tuple:
    """One source of old_events, in terms of the record that the chain began with."""
    kind, index = source[0], int("".join(filter(str.isdigit, source)) or 0)
    if kind == "o":
        return before[index]
    if kind == "v":
        return (*before[index][:2], 1, None)
    if kind == "j":
        return ("j", 0, 0, None)
    if kind == "Z" or source.endswith("z"):
        default = None
    else:
        default = EVENTS[CODES[result]].params[position].type
    if default in OWNERS:
        raise AssertionError(f"old_events: the default of {result} is not 0")
    return ("e" if kind == "e" else "-", index, 0, default)


KINDS = {"-": SOURCE_NOTHING, "o": SOURCE_EVENT, "e": SOURCE_ENTER, "j": SOURCE_JSON}
STRINGS = ("CHARBUF", "FSPATH", "FSRELPATH")
OWNERS = ("UID", "GID")          # their default would be (uint32)-1

IDS = {code: id for code, id, _ in OLD_EVENTS} | {code: row.id for code, row in EVENTS.items()}
CODES = {id: code for code, id in IDS.items()}


cdef int fill_source(Source *source, tuple origin, object param) except -1:
    kind, source.index, source.skip, default = origin
    source.kind = KINDS[kind]
    source.width = param.width
    source.is_string = param.type in STRINGS
    if default is not None:
        source.default_size = param.width
    return 0


cdef int fill_plan(Plan *plan, str id, list sources, object enter) except -1:
    event = EVENTS[CODES[id]]
    memset(plan, 0, sizeof(Plan))
    plan.code = event.code
    plan.nparams = len(sources)
    plan.length_size = length_size(event)
    plan.uses_enter = enter is not None
    plan.enter_code = CODES[enter] if enter is not None else 0
    for index, origin in enumerate(sources):
        fill_source(&plan.sources[index], origin, event.params[index])
    return 0


def length_size(event: object) -> int:
    return 4 if event.flags & EF_LARGE_PAYLOAD else 2


cdef int fill_current(object event) except -1:
    cdef Row *row = &ROWS[event.code]
    cdef uint32_t index
    count = len(event.params)
    strings = [index for index, param in enumerate(event.params) if param.type in STRINGS]
    if len(strings) > PLAN_STRINGS:
        raise AssertionError(f"PLAN_STRINGS must be at least {len(strings)}")
    row.is_known = row.is_event = 1
    row.is_managed = bool(event.flags & EF_CONVERTER_MANAGED)
    row.nparams = row.accepts_to = row.quick_to = count
    row.accepts_from = row.quick_from = count if row.is_managed else 0
    row.length_size = length_size(event)
    row.strings = len(strings)
    for index in range(row.strings):
        row.string[index] = strings[index]
    unchanged = [("o", index, 0, None) for index in range(count)]
    fill_plan(&UNCHANGED[event.code], event.id, unchanged, None)
    for index in range(count):
        # What is passed is passed as it is; the decoder judges it.
        UNCHANGED[event.code].sources[index].width = 0
    return 0


cdef int fill_old(int code, int nparams) except -1:
    cdef Row *row = &ROWS[code]
    row.is_managed = 1
    row.accepts_from = row.quick_from = 1
    row.nparams = nparams
    row.length_size = 2
    return 0


cdef int fill_kept(set ids) except -1:
    cdef Row *row
    for id in ids:
        row = &ROWS[CODES[id]]
        row.is_known = row.is_kept = 1
        row.kept_as = CODES[KEPT_AS.get(id, id)]
        row.quick_from, row.quick_to = 1, 0
    return 0


cdef int fill() except -1:
    cdef uint32_t made = 0
    memset(ROWS, 0, sizeof(ROWS))
    memset(PLAN_AT, -1, sizeof(PLAN_AT))
    memset(UNCHANGED, 0, sizeof(UNCHANGED))
    for code in range(FM_EVENT_MAX):
        ROWS[code].accepts_from = ROWS[code].quick_from = 1
    for code, _, nparams in OLD_EVENTS:
        fill_old(code, nparams)
    for event in EVENTS.values():
        fill_current(event)
    kept = set(KEPT_AS)
    for id, nparams in conversions():
        if made == PLANS:
            raise AssertionError("PLANS must be larger")
        result, sources, enter = follow(id, nparams)
        if enter is not None:
            kept.add(enter)
        fill_plan(&PLANNED[made], result, sources, enter)
        PLAN_AT[CODES[id]][nparams] = made
        ROWS[CODES[id]].is_known = ROWS[CODES[id]].is_event = 1
        made += 1
    fill_kept(kept)
    for id in ("PROCEXIT_E", "PROCEXIT_1_E"):
        ROWS[CODES[id]].ends_thread = 1
        ROWS[CODES[id]].quick_from, ROWS[CODES[id]].quick_to = 1, 0
    return 0


if FM_PARAMS_MAX != PLAN_PARAMS:
    raise AssertionError("plan.pxd disagrees with falcomod_record.h")
fill()
