// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ring's memory, its producer side and the waking of its consumer.
 *
 * Waking: a commit that finds no timer running, or that crosses the watermark,
 * queues irq_work.  The work wakes the consumer at the watermark and else
 * starts the timer; when that ends, everything committed so far is due.  So a
 * record waits wake_delay_us at most, a busy ring causes one interrupt per
 * delay, and an idle one none.
 */
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/topology.h>
#include <linux/vmalloc.h>
#include <asm/local64.h>

#include "compat/compat.h"
#include "ring.h"
#include "ring_math.h"
#include "uapi/falcomod_ioctl.h"

static unsigned long default_size = FM_RING_SIZE_DEFAULT;

static int set_default_size(const char *text, const struct kernel_param *param)
{
	unsigned long size;
	int error;

	error = kstrtoul(text, 0, &size);
	if (error)
		return error;
	if (!fm_ring_size_valid(size))
		return -EINVAL;
	WRITE_ONCE(default_size, size);
	return 0;
}

static const struct kernel_param_ops default_size_ops = {
	.set = set_default_size,
	.get = param_get_ulong,
};

module_param_cb(ring_size, &default_size_ops, &default_size, 0644);
MODULE_PARM_DESC(ring_size, "bytes of a ring for each CPU: a power of two, 1 to 512 MiB");

u64 fm_ring_default_size(void)
{
	return READ_ONCE(default_size);
}

/*
 * An increment that an interrupt on this CPU cannot tear: the nested probe
 * counts in the same words as the one it interrupts.
 */
static void count(u64 *counter, u32 by)
{
	BUILD_BUG_ON(sizeof(local64_t) != sizeof(u64));
	local64_add(by, (local64_t *)counter);
}

static u64 unread(const struct fm_ring *ring, u64 tail)
{
	return fm_ring_used(READ_ONCE(ring->head), tail, ring->size);
}

static void wake(struct fm_ring *ring)
{
	wake_up_interruptible_poll(ring->wait, EPOLLIN | EPOLLRDNORM);
}

static enum hrtimer_restart timer_ended(struct hrtimer *timer)
{
	struct fm_ring *ring = container_of(timer, struct fm_ring, timer);

	/*
	 * Commits run on this CPU, so in program order: a record that comes
	 * after this store starts the timer again, one before it is due now.
	 */
	WRITE_ONCE(ring->armed, false);
	WRITE_ONCE(ring->due, READ_ONCE(ring->head));
	if (fm_ring_readable(ring))
		wake(ring);
	return HRTIMER_NORESTART;
}

static void start_waking(struct irq_work *work)
{
	struct fm_ring *ring = container_of(work, struct fm_ring, work);

	if (fm_ring_readable(ring))
		wake(ring);
	if (READ_ONCE(ring->armed))
		return;
	WRITE_ONCE(ring->armed, true);
	hrtimer_start(&ring->timer, ns_to_ktime(ring->wake_delay_ns), HRTIMER_MODE_REL_PINNED);
}

static void free_pages_of(struct fm_ring *ring)
{
	while (ring->npages)
		__free_page(ring->pages[--ring->npages]);
	kvfree(ring->pages);
}

static int allocate_data(struct fm_ring *ring)
{
	u32 count = ring->size >> PAGE_SHIFT;
	int node = cpu_to_node(ring->cpu);
	struct page *page;

	ring->pages = kvmalloc_array(2 * count, sizeof(*ring->pages), GFP_KERNEL);
	if (!ring->pages)
		return -ENOMEM;
	while (ring->npages < count) {
		/* Better no ring than the OOM killer. */
		page = alloc_pages_node(node, GFP_KERNEL | __GFP_ZERO | __GFP_RETRY_MAYFAIL |
					__GFP_NOWARN, 0);
		if (!page)
			goto fail;
		ring->pages[ring->npages] = page;
		ring->pages[count + ring->npages++] = page;
	}
	ring->data = vmap(ring->pages, 2 * count, VM_MAP, PAGE_KERNEL);
	if (ring->data)
		return 0;
fail:
	free_pages_of(ring);
	return -ENOMEM;
}

static void init_control(struct fm_ring *ring)
{
	ring->control->abi_version = FM_ABI_VERSION;
	ring->control->cpu = ring->cpu;
	ring->control->data_size = ring->size;
}

struct fm_ring *fm_ring_create(const struct fm_ring_options *options, u32 cpu,
			       wait_queue_head_t *wait)
{
	struct fm_ring *ring;

	ring = kzalloc_node(sizeof(*ring), GFP_KERNEL, cpu_to_node(cpu));
	if (!ring)
		return NULL;
	ring->cpu = cpu;
	ring->size = options->size;
	ring->watermark = options->watermark;
	ring->wake_delay_ns = options->wake_delay_us * (u64)NSEC_PER_USEC;
	ring->wait = wait;
	init_irq_work(&ring->work, start_waking);
	hrtimer_setup(&ring->timer, timer_ended, CLOCK_MONOTONIC, HRTIMER_MODE_REL_PINNED);

	ring->control = (void *)get_zeroed_page(GFP_KERNEL);
	if (!ring->control)
		goto fail_ring;
	init_control(ring);
	if (allocate_data(ring))
		goto fail_control;
	return ring;

fail_control:
	free_page((unsigned long)ring->control);
fail_ring:
	kfree(ring);
	return NULL;
}

void fm_ring_destroy(struct fm_ring *ring)
{
	if (!ring)
		return;
	/* The work starts the timer, so it goes first. */
	irq_work_sync(&ring->work);
	hrtimer_cancel(&ring->timer);
	vunmap(ring->data);
	free_pages_of(ring);
	free_page((unsigned long)ring->control);
	kfree(ring);
}

u8 *fm_ring_reserve(struct fm_ring *ring, u32 *capacity)
{
	u64 free;

	/*
	 * Pairs with the consumer's store-release of tail: what it has read is
	 * read before it is overwritten.
	 */
	ring->tail_seen = smp_load_acquire(&ring->control->tail);
	free = fm_ring_free(ring->head, ring->tail_seen, ring->size);
	*capacity = min_t(u64, free, FM_RECORD_MAX);
	return ring->data + fm_ring_index(ring->head, ring->size);
}

void fm_ring_commit(struct fm_ring *ring, u32 size, u32 faults)
{
	u64 before = unread(ring, ring->tail_seen);
	u64 head = ring->head + size;

	count(&ring->control->produced, 1);
	count(&ring->control->delivered, 1);
	if (faults)
		count(&ring->control->faults, faults);
	WRITE_ONCE(ring->head, head);
	/*
	 * Pairs with the consumer's load-acquire of head: the record and its
	 * counts are there before the head says so.
	 */
	smp_store_release(&ring->control->head, head);
	if (!READ_ONCE(ring->armed) || fm_ring_crosses(before, before + size, ring->watermark))
		irq_work_queue(&ring->work);
}

void fm_ring_discard(struct fm_ring *ring, enum fm_loss_reason reason, enum fm_loss_class class)
{
	count(&ring->control->produced, 1);
	count(&ring->control->lost[reason][class], 1);
}

void fm_ring_count_filtered(struct fm_ring *ring)
{
	count(&ring->control->filtered, 1);
}

bool fm_ring_readable(const struct fm_ring *ring)
{
	u64 tail = READ_ONCE(ring->control->tail);

	return unread(ring, tail) >= ring->watermark ||
	       fm_ring_overdue(READ_ONCE(ring->due), tail);
}

void fm_ring_flush(struct fm_ring *ring)
{
	irq_work_sync(&ring->work);
	hrtimer_cancel(&ring->timer);
	WRITE_ONCE(ring->armed, false);
	WRITE_ONCE(ring->due, READ_ONCE(ring->head));
	if (fm_ring_readable(ring))
		wake(ring);
}

static int map_control(struct fm_ring *ring, struct vm_area_struct *vma)
{
	if (vma->vm_end - vma->vm_start != FM_RING_CONTROL_SIZE)
		return -EINVAL;
	return vm_insert_page(vma, vma->vm_start, virt_to_page(ring->control));
}

static int map_data(struct fm_ring *ring, struct vm_area_struct *vma)
{
	if (vma->vm_end - vma->vm_start != 2 * ring->size)
		return -EINVAL;
	if (vma->vm_flags & VM_WRITE)
		return -EACCES;
	/* Nor may mprotect() make it writable later. */
	vm_flags_clear(vma, VM_MAYWRITE);
	return vm_map_pages_zero(vma, ring->pages, 2 * ring->npages);
}

int fm_ring_mmap(struct fm_ring *ring, u32 area, struct vm_area_struct *vma)
{
	BUILD_BUG_ON(FM_RING_CONTROL_SIZE > PAGE_SIZE);
	if (!(vma->vm_flags & VM_SHARED))
		return -EINVAL;
	if (vma->vm_flags & VM_EXEC)
		return -EACCES;
	vm_flags_set(vma, VM_DONTCOPY | VM_DONTEXPAND | VM_DONTDUMP);
	vm_flags_clear(vma, VM_MAYEXEC);
	switch (area) {
	case FM_RING_AREA_CONTROL:
		return map_control(ring, vma);
	case FM_RING_AREA_DATA:
		return map_data(ring, vma);
	default:
		return -EINVAL;
	}
}
