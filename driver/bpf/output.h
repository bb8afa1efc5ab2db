/* SPDX-License-Identifier: GPL-2.0-only */
/* Around a record: the CPU's slot, counting, the ring and the bell. */
#ifndef FM_BPF_OUTPUT_H
#define FM_BPF_OUTPUT_H

#include "bpf/record.h"

/*
 * Adds without asking for the sum: atomic operations that return a value came
 * with Linux 5.12, and kernels before refuse every program that holds one.
 */
static __always_inline void add_atomic(u32 *to, u32 amount)
{
	asm volatile("lock *(u32 *)(%0 + 0) += %1" : : "r"(to), "w"(amount) : "memory");
}

/*
 * How many programs are at work on this CPU, this one included.  Two that meet may both
 * read 2 and give way (kernels from 7.0 on preempt programs of tracepoints); two that
 * both read 1 there cannot be.
 */
static __always_inline u32 step_in(struct fm_bpf_cpu *cpu)
{
	add_atomic(&cpu->depth, 1);
	return *(volatile u32 *)&cpu->depth;
}

static __always_inline void step_out(struct fm_bpf_cpu *cpu)
{
	add_atomic(&cpu->depth, ~0u);
}

/*
 * This CPU's slot, for one record; NULL if another program is building one there:
 * then the record is lost, and counted.
 */
static __always_inline struct fm_bpf_cpu *fm_bpf_enter(u32 loss_class)
{
	struct fm_bpf_cpu *cpu = this_cpu();

	if (!cpu)
		return NULL;
	if (likely(step_in(cpu) == 1))
		return cpu;
	__sync_fetch_and_add(&cpu->lost[FM_LOSS_NESTED][loss_class], 1);
	step_out(cpu);
	return NULL;
}

FM_BPF_FUNCTION int fm_bpf_ring_bell(void)
{
	void *nothing = bpf_ringbuf_reserve(&fm_bell, sizeof(u64), 0);

	if (nothing)
		bpf_ringbuf_discard(nothing, BPF_RB_FORCE_WAKEUP);
	return 0;
}

static __always_inline void wake(void *ring)
{
	u32 armed = *(volatile u32 *)&fm_settings.armed;

	if (likely(armed == FM_BPF_RESTING))
		return;
	if (armed == FM_BPF_ARMED_FULL &&
	    bpf_ringbuf_query(ring, BPF_RB_AVAIL_DATA) < fm_settings.watermark_bytes)
		return;
	*(volatile u32 *)&fm_settings.armed = FM_BPF_RESTING;
	fm_bpf_ring_bell();
}

/* Hands the record over and leaves the slot to the next. */
static __always_inline void fm_bpf_leave(struct fm_bpf_cpu *cpu, struct fm_record *record,
					 u16 code, u32 nparams, u32 loss_class, u64 tid)
{
	u64 ts_ns = bpf_ktime_get_boot_ns() + fm_settings.boot_to_wall_ns;
	u32 size = fm_record_finish(record, code, nparams, ts_ns, tid);
	u32 index = cpu->ring;
	void *ring = bpf_map_lookup_elem(&fm_rings, &index);

	cpu->produced++;
	if (record->faults)
		cpu->faults += record->faults;
	size = fm_bounded(sizeof(struct fm_bpf_sample) + size, 0xffff);
	if (ring && !bpf_ringbuf_output(ring, &cpu->sample, size, BPF_RB_NO_WAKEUP)) {
		cpu->delivered++;
		wake(ring);
	} else {
		cpu->lost[FM_LOSS_FULL][loss_class]++;
	}
	step_out(cpu);
}

/* Is it the owner's own doing, which is left out and counted? */
static __always_inline bool fm_bpf_is_owner(u32 pid)
{
	struct fm_bpf_cpu *cpu;

	if (likely(pid != fm_settings.owner))
		return false;
	cpu = this_cpu();
	if (cpu)
		cpu->filtered++;
	return true;
}

static __always_inline bool fm_bpf_wants(u32 event)
{
	return fm_settings.wanted & event && !fm_bpf_is_owner(bpf_get_current_pid_tgid() >> 32);
}

#endif
