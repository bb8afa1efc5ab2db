/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What the eBPF programs and their loader share.
 *
 * Records go into BPF ring buffers (map "rings", one for so many CPUs), each as
 * a sample:
 *
 *	struct fm_bpf_sample	which CPU
 *	record			falcomod_record.h, the same bytes as in the module's ring
 *
 * The loader writes struct fm_bpf_settings (map ".data.settings") and reads the
 * counters of struct fm_bpf_cpu (map "cpus", an entry for each possible CPU); both
 * are mapped.  For every CPU
 *
 *	produced == delivered + the sum of lost[][]
 *
 * holds whenever no program is running there, lost[FM_LOSS_NESTED] left out:
 * those are counted on the side, because a program that comes within another
 * must not touch the words that the other is writing.
 *
 * Waking: the loader sets armed before it waits, looks at the rings once more and
 * polls the map "bell".  A program that finds it armed, and the ring as full
 * as that asks for, clears it and rings.  Busy rings cause no wake-ups: a reader
 * that is not waiting is not armed.
 */
#ifndef FALCOMOD_BPF_H
#define FALCOMOD_BPF_H

#include "falcomod_record.h"
#include "falcomod_ring.h"

#define FM_BPF_NUMBERS 512u		/* native numbers lie below */
#define FM_BPF_SLOTS (2 * FM_BPF_NUMBERS)	/* of 64-bit tasks, then of 32-bit ones */
#define FM_BPF_CALLS 512u		/* of enum fm_syscall */
#define FM_BPF_CONTROLLERS 16u		/* cgroup controllers that a kernel may have */
#define FM_BPF_CONTROLLER_NAME 16u

/* A record is built in here before it goes out; all writes are bounded to half of it. */
#define FM_BPF_BUILD_SIZE (2u * FM_RECORD_MAX)

enum fm_bpf_armed {
	FM_BPF_RESTING,			/* do not ring */
	FM_BPF_ARMED_ANY,		/* ring at a record */
	FM_BPF_ARMED_FULL		/* ring at the watermark */
};

/* Events that no system call's end gives. */
#define FM_BPF_WANT_EXEC (1u << 0)
#define FM_BPF_WANT_CHILD (1u << 1)
#define FM_BPF_WANT_PROCEXIT (1u << 2)

struct fm_bpf_slot {
	uint16_t sc;			/* enum fm_syscall */
	uint16_t code;			/* of the event, 0: nobody wants it */
};

struct fm_bpf_settings {
	uint64_t boot_to_wall_ns;	/* what CLOCK_BOOTTIME lacks to the epoch */
	uint64_t knock;			/* see owner */
	uint32_t owner;			/* process that is left out; 0: who calls close(knock) */
	uint32_t snaplen;
	uint32_t armed;			/* enum fm_bpf_armed */
	uint32_t watermark_bytes;
	uint32_t wanted;		/* FM_BPF_WANT_ */
	uint32_t controllers;		/* names that follow */
	char controller[FM_BPF_CONTROLLERS][FM_BPF_CONTROLLER_NAME];	/* by number, "cpuset=" */
	struct fm_bpf_slot slots[FM_BPF_SLOTS];
	uint16_t codes[FM_BPF_CALLS];	/* the same by enum fm_syscall, for socketcall(2) */
};

struct fm_bpf_sample {
	uint32_t cpu;			/* written by the loader */
	uint32_t reserved;
};

struct fm_bpf_cpu {
	uint64_t produced;		/* records begun */
	uint64_t delivered;
	uint64_t filtered;		/* selected calls of the owner */
	uint64_t faults;		/* parameters left empty because memory was unreadable */
	uint64_t lost[FM_LOSS_REASON_MAX][FM_CLASS_MAX];
	uint32_t depth;			/* programs at work */
	uint32_t ring;			/* index into the map "rings" */
	uint8_t pad[624];
	struct fm_bpf_sample sample;	/* followed by the record, in one piece */
	uint8_t record[FM_BPF_BUILD_SIZE];
};

_Static_assert(sizeof(struct fm_bpf_sample) == 8, "records stay where they are aligned");
_Static_assert(__builtin_offsetof(struct fm_bpf_cpu, sample) == 1016, "counters, then the record");
_Static_assert(__builtin_offsetof(struct fm_bpf_cpu, record) % 64 == 0, "on its own lines");

#endif
