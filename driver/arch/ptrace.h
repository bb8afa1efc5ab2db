/* SPDX-License-Identifier: GPL-2.0-only */
/* Requests of ptrace(2) that not every processor has. */
#ifndef FM_ARCH_PTRACE_H
#define FM_ARCH_PTRACE_H

#include "kernel.h"
#include "uapi/falcomod_events.h"

struct fm_ptrace_request {
	u16 native;
	u16 portable;
};

static const struct fm_ptrace_request fm_arch_ptrace_requests[] = {
#if defined(CONFIG_X86_64)
	{ PTRACE_GETREGS, FM_ptrace_requests_PTRACE_GETREGS },
	{ PTRACE_SETREGS, FM_ptrace_requests_PTRACE_SETREGS },
	{ PTRACE_GETFPREGS, FM_ptrace_requests_PTRACE_GETFPREGS },
	{ PTRACE_SETFPREGS, FM_ptrace_requests_PTRACE_SETFPREGS },
	{ PTRACE_GETFPXREGS, FM_ptrace_requests_PTRACE_GETFPXREGS },
	{ PTRACE_SETFPXREGS, FM_ptrace_requests_PTRACE_SETFPXREGS },
	{ PTRACE_OLDSETOPTIONS, FM_ptrace_requests_PTRACE_OLDSETOPTIONS },
	{ PTRACE_GET_THREAD_AREA, FM_ptrace_requests_PTRACE_GET_THREAD_AREA },
	{ PTRACE_SET_THREAD_AREA, FM_ptrace_requests_PTRACE_SET_THREAD_AREA },
	{ PTRACE_ARCH_PRCTL, FM_ptrace_requests_PTRACE_ARCH_PRCTL },
	{ PTRACE_SINGLEBLOCK, FM_ptrace_requests_PTRACE_SINGLEBLOCK },
#endif
	{ PTRACE_SYSEMU, FM_ptrace_requests_PTRACE_SYSEMU },
	{ PTRACE_SYSEMU_SINGLESTEP, FM_ptrace_requests_PTRACE_SYSEMU_SINGLESTEP },
};

#endif
