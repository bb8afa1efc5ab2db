/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One ring: a consumer's records of one CPU.  Layout and rules of the shared
 * part: uapi/falcomod_ring.h.
 *
 * Reserve, commit, discard and the counters are for the owning CPU with
 * preemption off; the rest may be called from anywhere that may sleep.
 */
#ifndef FM_RING_H
#define FM_RING_H

#include <linux/cache.h>
#include <linux/hrtimer.h>
#include <linux/irq_work.h>
#include <linux/mm_types.h>
#include <linux/wait.h>

#include "uapi/falcomod_record.h"
#include "uapi/falcomod_ring.h"

struct fm_ring_options {
	u64 size;		/* bytes of data, a power of two */
	u32 watermark;		/* unread bytes that wake the consumer */
	u32 wake_delay_us;	/* longest wait of a record */
};

struct fm_ring {
	/* Of the owning CPU.  The control page is writable to user space, so nothing there is read
	 * back but the tail.
	 */
	u64 head;
	u64 tail_seen;			/* at the last reserve */
	u64 size;
	u8 *data;			/* the data pages twice, back to back */
	struct fm_ring_control *control;
	u32 watermark;
	bool armed;			/* the timer runs */

	/* Waking up; written on the owning CPU, read by poll. */
	u64 due ____cacheline_aligned;	/* records before this position have waited long enough */
	u64 wake_delay_ns;
	struct irq_work work;
	struct hrtimer timer;
	wait_queue_head_t *wait;

	u32 cpu;
	u32 npages;			/* of data, counted once */
	struct page **pages;		/* npages pointers, twice */
};

/* The default size: module parameter ring_size. */
u64 fm_ring_default_size(void);

/* NULL without memory.  Wakes the queue when there is something to read. */
struct fm_ring *fm_ring_create(const struct fm_ring_options *options, u32 cpu,
			       wait_queue_head_t *wait);
/* No probe may reach the ring any more.  Mappings keep their pages. */
void fm_ring_destroy(struct fm_ring *ring);

/* Room for a record: up to FM_RECORD_MAX bytes, *capacity says how many, perhaps none. */
u8 *fm_ring_reserve(struct fm_ring *ring, u32 *capacity);
/* Hands the first size bytes of the reserved room to the consumer. */
void fm_ring_commit(struct fm_ring *ring, u32 size, u32 faults);
/* Counts a record that is not delivered; the room it had is free again. */
void fm_ring_discard(struct fm_ring *ring, enum fm_loss_reason reason, enum fm_loss_class class);
/* Counts an event that was selected and left out on purpose. */
void fm_ring_count_filtered(struct fm_ring *ring);

/* Is there something to read now? */
bool fm_ring_readable(const struct fm_ring *ring);
/* Makes all that is unread readable now; no probe may be running on the ring. */
void fm_ring_flush(struct fm_ring *ring);
/* Maps FM_RING_AREA_CONTROL or FM_RING_AREA_DATA. */
int fm_ring_mmap(struct fm_ring *ring, u32 area, struct vm_area_struct *vma);

#endif
