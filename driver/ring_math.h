/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Arithmetic of ring positions, apart from the ring so that it is tested in
 * user space.  Positions count bytes and never wrap in practice; all
 * differences are taken modulo 2^64 all the same.
 */
#ifndef FM_RING_MATH_H
#define FM_RING_MATH_H

#include "uapi/falcomod_ring.h"

/* What FM_IOC_CONFIGURE and the module parameter accept. */
static inline int fm_ring_size_valid(uint64_t size)
{
	return size >= FM_RING_SIZE_MIN && size <= FM_RING_SIZE_MAX && !(size & (size - 1));
}

/*
 * Bytes that are still to be read.  The tail comes from user space: one that
 * is ahead of the head, or further behind than the ring is long, counts as a
 * full ring, so that nothing is written on its word.
 */
static inline uint64_t fm_ring_used(uint64_t head, uint64_t tail, uint64_t size)
{
	uint64_t used = head - tail;

	return used <= size ? used : size;
}

static inline uint64_t fm_ring_free(uint64_t head, uint64_t tail, uint64_t size)
{
	return size - fm_ring_used(head, tail, size);
}

/* Where a position lies in the first mapping of the data. */
static inline uint64_t fm_ring_index(uint64_t position, uint64_t size)
{
	return position & (size - 1);
}

/* Does the step from before to after unread bytes cross the watermark? */
static inline int fm_ring_crosses(uint64_t before, uint64_t after, uint64_t watermark)
{
	return before < watermark && after >= watermark;
}

/* Is anything before the position due still unread? */
static inline int fm_ring_overdue(uint64_t due, uint64_t tail)
{
	return (int64_t)(due - tail) > 0;
}

#endif
