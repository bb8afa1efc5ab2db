// SPDX-License-Identifier: GPL-2.0-only
/*
 * The consumers, and a ring for each of their CPUs.
 *
 * Two locks, control_lock outside:
 *	control_lock	what a consumer is asked to do, and whether the probes are
 *			attached.  Attaching takes the CPU hot-plug lock, so hot-plug
 *			callbacks must not take this one.
 *	rings_lock	the list, the union of filters and the arrays of rings; taken
 *			by hot-plug callbacks.
 * Probes take neither: they walk the list under RCU with preemption off.
 */
#include <linux/cpu.h>
#include <linux/cpuhotplug.h>
#include <linux/err.h>
#include <linux/mutex.h>
#include <linux/rculist.h>
#include <linux/slab.h>

#include "consumer.h"
#include "tracepoints.h"

#define CONSUMERS_MAX 8
#define WAKE_DELAY_US_DEFAULT 10000

LIST_HEAD(fm_consumers);

static DEFINE_MUTEX(control_lock);
static DEFINE_MUTEX(rings_lock);
static u32 consumers;			/* that exist; under control_lock */
static int hotplug_state;

static int add_ring(struct fm_consumer *consumer, u32 cpu)
{
	struct fm_ring *ring;

	if (consumer->rings[cpu])
		return 0;
	ring = fm_ring_create(&consumer->options, cpu, &consumer->wait);
	if (!ring)
		return -ENOMEM;
	/* Pairs with the acquire in fm_consumer_ring(): the ring is whole when seen. */
	smp_store_release(&consumer->rings[cpu], ring);
	consumer->cpus_generation++;
	return 0;
}

/* A CPU is about to come up: it gets rings first, or stays down for lack of memory. */
static int cpu_prepare(unsigned int cpu)
{
	struct fm_consumer *consumer;
	int error = 0;

	mutex_lock(&rings_lock);
	list_for_each_entry(consumer, &fm_consumers, entry) {
		error = add_ring(consumer, cpu);
		if (error)
			break;
	}
	mutex_unlock(&rings_lock);
	return error;
}

/* A CPU is gone: its timers will not end, so what it left is readable now. */
static int cpu_dead(unsigned int cpu)
{
	struct fm_consumer *consumer;

	mutex_lock(&rings_lock);
	list_for_each_entry(consumer, &fm_consumers, entry)
		if (consumer->rings[cpu])
			fm_ring_flush(consumer->rings[cpu]);
	mutex_unlock(&rings_lock);
	return 0;
}

int fm_consumers_init(void)
{
	int state = cpuhp_setup_state_nocalls(CPUHP_BP_PREPARE_DYN, "falcomod:rings",
					      cpu_prepare, cpu_dead);

	if (state < 0)
		return state;
	hotplug_state = state;
	return 0;
}

void fm_consumers_exit(void)
{
	cpuhp_remove_state_nocalls(hotplug_state);
}

/* rings_lock is held. */
static void publish_filters(void)
{
	static struct fm_filter_union wanted;	/* too big for the stack */
	struct fm_consumer *consumer;

	memset(&wanted, 0, sizeof(wanted));
	list_for_each_entry(consumer, &fm_consumers, entry)
		fm_filter_add(&wanted, &consumer->filter);
	fm_filter_publish(&wanted);
}

struct fm_consumer *fm_consumer_create(void)
{
	struct fm_consumer *consumer;

	consumer = kvzalloc(struct_size(consumer, rings, nr_cpu_ids), GFP_KERNEL);
	if (!consumer)
		return ERR_PTR(-ENOMEM);
	mutex_lock(&control_lock);
	if (consumers == CONSUMERS_MAX) {
		mutex_unlock(&control_lock);
		kvfree(consumer);
		return ERR_PTR(-EBUSY);
	}
	consumers++;
	mutex_unlock(&control_lock);

	consumer->owner = get_task_pid(current, PIDTYPE_TGID);
	consumer->snaplen = FM_SNAPLEN_DEFAULT;
	init_waitqueue_head(&consumer->wait);
	return consumer;
}

void fm_consumer_destroy(struct fm_consumer *consumer)
{
	u32 cpu;

	fm_consumer_stop(consumer);
	for (cpu = 0; cpu < nr_cpu_ids; cpu++)
		fm_ring_destroy(consumer->rings[cpu]);
	put_pid(consumer->owner);
	kvfree(consumer);
	mutex_lock(&control_lock);
	consumers--;
	mutex_unlock(&control_lock);
}

int fm_consumer_configure(struct fm_consumer *consumer, const struct fm_ring_options *options,
			  u32 snaplen)
{
	int error = -EBUSY;

	mutex_lock(&control_lock);
	if (!consumer->has_rings) {
		consumer->options = *options;
		consumer->snaplen = snaplen;
		error = 0;
	}
	mutex_unlock(&control_lock);
	return error;
}

void fm_consumer_select(struct fm_consumer *consumer, const struct fm_ioc_select *select)
{
	mutex_lock(&control_lock);
	mutex_lock(&rings_lock);
	fm_filter_set(&consumer->filter, select);
	publish_filters();
	mutex_unlock(&rings_lock);
	mutex_unlock(&control_lock);
}

/* Values that were left to the driver. */
static void complete_options(struct fm_ring_options *options)
{
	if (!options->size)
		options->size = fm_ring_default_size();
	if (!options->watermark)
		options->watermark = options->size / 8;
	if (!options->wake_delay_us)
		options->wake_delay_us = WAKE_DELAY_US_DEFAULT;
}

/* Rings for the CPUs that are up; with the list entry, so that hot-plug misses none. */
static int add_rings_and_list(struct fm_consumer *consumer)
{
	int error = 0;
	u32 cpu;

	cpus_read_lock();
	mutex_lock(&rings_lock);
	for_each_online_cpu(cpu) {
		error = add_ring(consumer, cpu);
		if (error)
			break;
	}
	if (!error) {
		list_add_tail_rcu(&consumer->entry, &fm_consumers);
		publish_filters();
	}
	mutex_unlock(&rings_lock);
	cpus_read_unlock();
	return error;
}

int fm_consumer_start(struct fm_consumer *consumer)
{
	int error = 0;

	mutex_lock(&control_lock);
	if (consumer->started)
		goto out;
	if (!consumer->has_rings)
		complete_options(&consumer->options);
	consumer->has_rings = true;
	if (list_empty(&fm_consumers)) {
		error = fm_tracepoints_attach();
		if (error)
			goto out;
	}
	error = add_rings_and_list(consumer);
	if (!error)
		consumer->started = true;
	else if (list_empty(&fm_consumers))
		fm_tracepoints_detach();
out:
	mutex_unlock(&control_lock);
	return error;
}

void fm_consumer_stop(struct fm_consumer *consumer)
{
	u32 cpu;

	mutex_lock(&control_lock);
	if (!consumer->started)
		goto out;
	consumer->started = false;
	mutex_lock(&rings_lock);
	list_del_rcu(&consumer->entry);
	publish_filters();
	mutex_unlock(&rings_lock);

	if (list_empty(&fm_consumers))
		fm_tracepoints_detach();
	/* Probes hold off preemption while they look at a consumer. */
	synchronize_rcu();
	for (cpu = 0; cpu < nr_cpu_ids; cpu++)
		if (consumer->rings[cpu])
			fm_ring_flush(consumer->rings[cpu]);
out:
	mutex_unlock(&control_lock);
}

void fm_consumer_status(struct fm_consumer *consumer, struct fm_ioc_status *status)
{
	u32 cpu;

	mutex_lock(&control_lock);
	mutex_lock(&rings_lock);
	status->ring_size = consumer->options.size;
	if (!status->ring_size)
		status->ring_size = fm_ring_default_size();
	status->cpus_generation = consumer->cpus_generation;
	status->consumers = consumers;
	for (cpu = 0; cpu < min_t(u32, nr_cpu_ids, FM_CPUS_MAX); cpu++)
		if (consumer->rings[cpu])
			status->cpus[cpu / 64] |= 1ull << (cpu % 64);
	mutex_unlock(&rings_lock);
	mutex_unlock(&control_lock);
}

struct fm_ring *fm_consumer_ring(const struct fm_consumer *consumer, u32 cpu)
{
	if (cpu >= nr_cpu_ids)
		return NULL;
	/* Pairs with the release in add_ring(). */
	return smp_load_acquire(&consumer->rings[cpu]);
}

bool fm_consumer_readable(const struct fm_consumer *consumer)
{
	struct fm_ring *ring;
	u32 cpu;

	for (cpu = 0; cpu < nr_cpu_ids; cpu++) {
		ring = fm_consumer_ring(consumer, cpu);
		if (ring && fm_ring_readable(ring))
			return true;
	}
	return false;
}
