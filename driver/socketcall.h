/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * socketcall(2): all calls on sockets behind one number, the way 32-bit x86
 * programs made them before Linux 4.3 and still may.  Records show the call
 * that was meant; else an old binary would pass every rule about connections.
 */
#ifndef FM_SOCKETCALL_H
#define FM_SOCKETCALL_H

#include "record.h"

#ifndef __bpf__
#include "filter.h"

/* Whether a filter wants any of the calls that may come this way. */
bool fm_socketcall_wanted(const struct fm_filter *filter);
#endif

/* Turns socketcall into the call meant; leaves it if that cannot be read. */
FM_API void fm_socketcall_expand(struct fm_call *call);

#ifdef __bpf__
#include "socketcall.c"
#endif

#endif
