# SPDX-License-Identifier: Apache-2.0
"""Events that tell what threads use: memory calls, context switches, samples of the CPU time.

No driver of this project makes the last two; captures of others have them.
"""

from libc.stdint cimport uint32_t, uint64_t

from falcomod.engine._uapi cimport *
from falcomod.engine.decode.event cimport Event
from falcomod.engine.decode.params cimport param_present, param_u32, param_u64
from falcomod.engine.state.context cimport Context
from falcomod.engine.state.tables cimport CPUS_MAX, Tables, tables_thread
from falcomod.engine.state.threads cimport Thread, threads_main
from falcomod.engine.state.update_row cimport UpdateRow


cdef const UpdateRow *usage_updates() noexcept nogil:
    return UPDATES


cdef bint is_switch(int code) noexcept nogil:
    return code == FM_SCHEDSWITCH_6_E


cdef void on_switch(Context *context) noexcept nogil:
    """The thread that leaves a CPU had it since the switch before; it may be the idle one, tid 0."""
    cdef const Event *event = context.event
    cdef Tables *tables = context.tables
    cdef Thread *leader
    context.thread = tables_thread(tables, event.tid)
    if event.cpu < CPUS_MAX:
        if 0 < tables.switched_ns[event.cpu] < event.ts_ns:
            tables.exec_ns = event.ts_ns - tables.switched_ns[event.cpu]
            tables.is_marked = 1
        tables.switched_ns[event.cpu] = event.ts_ns
    if context.thread == NULL:
        return
    context.thread.exec_ns += tables.exec_ns
    leader = threads_main(&tables.threads, context.thread)
    leader.vm_size_kb = param_u32(event, FM_SCHEDSWITCH_6_E_vm_size, leader.vm_size_kb)
    leader.vm_rss_kb = param_u32(event, FM_SCHEDSWITCH_6_E_vm_rss, leader.vm_rss_kb)
    leader.vm_swap_kb = param_u32(event, FM_SCHEDSWITCH_6_E_vm_swap, leader.vm_swap_kb)
    context.thread.pfmajor = param_u64(event, FM_SCHEDSWITCH_6_E_pgft_maj, context.thread.pfmajor)
    context.thread.pfminor = param_u64(event, FM_SCHEDSWITCH_6_E_pgft_min, context.thread.pfminor)


cdef void on_memory(Context *context) noexcept nogil:
    """brk, mmap and munmap begin alike, with what the process has afterwards."""
    cdef const Event *event = context.event
    cdef Thread *thread = context.thread
    cdef Thread *leader = threads_main(&context.tables.threads, thread)
    thread.vm_size_kb = param_u32(event, FM_BRK_4_X_vm_size, thread.vm_size_kb)
    thread.vm_rss_kb = param_u32(event, FM_BRK_4_X_vm_rss, thread.vm_rss_kb)
    thread.vm_swap_kb = param_u32(event, FM_BRK_4_X_vm_swap, thread.vm_swap_kb)
    leader.vm_size_kb = thread.vm_size_kb
    leader.vm_rss_kb = thread.vm_rss_kb
    leader.vm_swap_kb = thread.vm_swap_kb


cdef void on_procinfo(Context *context) noexcept nogil:
    cdef const Event *event = context.event
    if param_present(event, FM_PROCINFO_E_cpu_usr) and param_present(event, FM_PROCINFO_E_cpu_sys):
        sample(
            &context.thread.cpu_user, &context.thread.cpu_user_used,
            param_u64(event, FM_PROCINFO_E_cpu_usr, 0),
        )
        sample(
            &context.thread.cpu_system, &context.thread.cpu_system_used,
            param_u64(event, FM_PROCINFO_E_cpu_sys, 0),
        )


cdef void sample(uint64_t *last, uint32_t *used, uint64_t ticks) noexcept nogil:
    """The first sample of a thread tells nothing of the time before it."""
    used[0] = 0
    if last[0] and ticks > last[0]:
        used[0] = <uint32_t>(ticks - last[0] if ticks - last[0] < <uint64_t>0xFFFFFFFF else 0xFFFFFFFF)
    last[0] = ticks


cdef UpdateRow *UPDATES = [
    UpdateRow(FM_SCHEDSWITCH_6_E, on_switch),
    UpdateRow(FM_PROCINFO_E, on_procinfo),
    UpdateRow(FM_BRK_4_X, on_memory),
    UpdateRow(FM_MMAP_X, on_memory),
    UpdateRow(FM_MMAP2_X, on_memory),
    UpdateRow(FM_MUNMAP_X, on_memory),
    UpdateRow(0, NULL),
]
