/* SPDX-License-Identifier: GPL-2.0-only */
/* Maps and settings, see uapi/falcomod_bpf.h. */
#ifndef FM_BPF_MAPS_H
#define FM_BPF_MAPS_H

#include "bpf/kernel.h"
#include "uapi/falcomod_bpf.h"

/* Nobody is the owner until the loader asks. */
struct fm_bpf_settings fm_settings SEC(".data.settings") = { .owner = ~0u };

/* A BPF ring buffer, of a size that the loader knows. */
struct fm_ringbuf {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, FM_RING_SIZE_DEFAULT);
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, u32);
	__array(values, struct fm_ringbuf);
} fm_rings SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct fm_bpf_cpu);
} fm_cpus SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} fm_bell SEC(".maps");

/* What fills an event, by its code. */
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, FM_EVENT_MAX);
	__type(key, u32);
	__type(value, u32);
} fm_programs SEC(".maps");

/*
 * Long loops are functions of their own, global, with numbers for arguments: the
 * verifier looks at each once, not once in every program and state that calls it.
 * (Pointers as arguments came with 5.12.)  They write into the CPU's slot.
 */
#define FM_BPF_FUNCTION __noinline

static __always_inline struct fm_bpf_cpu *this_cpu(void)
{
	u32 number = bpf_get_smp_processor_id();

	return bpf_map_lookup_elem(&fm_cpus, &number);
}

static __always_inline void count_fault(struct fm_bpf_cpu *cpu)
{
	cpu->faults++;
}

#endif
