/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A consumer: an open of the device, its wishes and its rings.
 *
 * Configure, select, start, stop and destroy may sleep and serialise
 * themselves; probes walk the started consumers under RCU.
 */
#ifndef FM_CONSUMER_H
#define FM_CONSUMER_H

#include <linux/list.h>
#include <linux/pid.h>
#include <linux/wait.h>

#include "filter.h"
#include "ring.h"

struct fm_consumer {
	struct list_head entry;		/* in fm_consumers while started */
	struct pid *owner;		/* thread group whose own calls are left out */
	struct fm_filter filter;
	u32 snaplen;
	struct fm_ring_options options;
	bool started;
	bool has_rings;			/* options are fixed */
	u32 cpus_generation;
	wait_queue_head_t wait;
	struct fm_ring *rings[];	/* by CPU; appear once, stay until destroy */
};

/* The started ones.  Written under the lists' lock, walked under RCU. */
extern struct list_head fm_consumers;

int fm_consumers_init(void);
void fm_consumers_exit(void);

/* An ERR_PTR: -EBUSY when there are too many. */
struct fm_consumer *fm_consumer_create(void);
void fm_consumer_destroy(struct fm_consumer *consumer);

/* -EBUSY once there are rings. */
int fm_consumer_configure(struct fm_consumer *consumer, const struct fm_ring_options *options,
			  u32 snaplen);
void fm_consumer_select(struct fm_consumer *consumer, const struct fm_ioc_select *select);
int fm_consumer_start(struct fm_consumer *consumer);
void fm_consumer_stop(struct fm_consumer *consumer);
void fm_consumer_status(struct fm_consumer *consumer, struct fm_ioc_status *status);

/* The ring of a CPU, or NULL. */
struct fm_ring *fm_consumer_ring(const struct fm_consumer *consumer, u32 cpu);
bool fm_consumer_readable(const struct fm_consumer *consumer);

#endif
