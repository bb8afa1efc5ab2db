// SPDX-License-Identifier: GPL-2.0-only
/*
 * x32: 64-bit code with 32-bit pointers, on kernels that allow it.  Its calls
 * have a bit in their number; most are those of x86_64, and those from 512 on
 * (arch/x86/entry/syscalls/syscall_64.tbl) stand for one with other structs.
 * Left out, x32 would be a way past every rule.
 */
#include "kernel.h"

#ifndef __bpf__
#include <asm/unistd.h>
#include "arch/arch.h"
#endif

#define X32_FIRST 512

static const u16 x32_numbers[] = {
	__NR_rt_sigaction, __NR_rt_sigreturn, __NR_ioctl, __NR_readv,		/* 512 */
	__NR_writev, __NR_recvfrom, __NR_sendmsg, __NR_recvmsg,			/* 516 */
	__NR_execve, __NR_ptrace, __NR_rt_sigpending, __NR_rt_sigtimedwait,	/* 520 */
	__NR_rt_sigqueueinfo, __NR_sigaltstack, __NR_timer_create, __NR_mq_notify, /* 524 */
	__NR_kexec_load, __NR_waitid, __NR_set_robust_list, __NR_get_robust_list, /* 528 */
	__NR_vmsplice, __NR_move_pages, __NR_preadv, __NR_pwritev,		/* 532 */
	__NR_rt_tgsigqueueinfo, __NR_recvmmsg, __NR_sendmmsg, __NR_process_vm_readv, /* 536 */
	__NR_process_vm_writev, __NR_setsockopt, __NR_getsockopt, __NR_io_setup, /* 540 */
	__NR_io_submit, __NR_execveat, __NR_preadv2, __NR_pwritev2,		/* 544 */
};

u32 fm_arch_rare_number(u32 number)
{
	/* A negative number: a tracer's or seccomp's way to skip the call. */
	if ((s32)number < 0 || !(number & __X32_SYSCALL_BIT))
		return FM_ARCH_SLOT_NONE;
	number &= ~__X32_SYSCALL_BIT;
	if (number < X32_FIRST)
		return number;
	number -= X32_FIRST;
	if (number >= ARRAY_SIZE(x32_numbers))
		return FM_ARCH_SLOT_NONE;
	return x32_numbers[array_index_nospec(number, ARRAY_SIZE(x32_numbers))];
}

bool fm_arch_compat_layout(long number)
{
	return number & __X32_SYSCALL_BIT && (number & ~__X32_SYSCALL_BIT) >= X32_FIRST;
}
