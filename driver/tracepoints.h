/* SPDX-License-Identifier: GPL-2.0-only */
/* The probes: where in the kernel events come from. */
#ifndef FM_TRACEPOINTS_H
#define FM_TRACEPOINTS_H

/* Finds the tracepoints; -ENOENT on a kernel without one of them. */
int fm_tracepoints_init(void);

/* All of them, or none and an error. */
int fm_tracepoints_attach(void);
/* When it returns, no probe runs. */
void fm_tracepoints_detach(void);

#endif
