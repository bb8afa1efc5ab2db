// SPDX-License-Identifier: GPL-2.0-only
/* Processes: how they begin, change their program, their session and end; and signals to them. */
#include <linux/binfmts.h>
#include <linux/cred.h>
#include <linux/kernel.h>
#include <linux/pid_namespace.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/uidgid.h>
#include <linux/user_namespace.h>

#include "../compat/compat.h"
#include "../executable.h"
#include "../flags.h"
#include "../task.h"
#include "fill.h"
#include "process.h"

/* tid, pid, ptid, and cwd, which user space follows by itself. */
static void push_numbers(struct fm_record *record, struct task_struct *task)
{
	fm_push_pid(record, task_pid_nr(task));
	fm_push_pid(record, task_tgid_nr(task));
	fm_push_pid(record, fm_task_parent(task));
	fm_push_empty(record);
}

/* Parameters that clone and execve have alike, after exe and args. */
static void push_task(struct fm_record *record, struct task_struct *task)
{
	push_numbers(record, task);
	fm_push_u64(record, task_rlimit(task, RLIMIT_NOFILE));
	fm_push_memory(record, task);
	fm_push_comm(record, task);
	fm_push_cgroups(record, task);
}

static void push_clone(struct fm_record *record, struct task_struct *task, long ret, u32 flags)
{
	struct pid_namespace *namespace = task_active_pid_ns(task);
	const struct cred *cred = __task_cred(task);

	fm_push_res(record, ret);
	if (ret < 0) {
		/* No process has been made that could have a name. */
		fm_push_string(record, "");
		fm_push_empty(record);
	} else {
		fm_push_arguments(record, task);
	}
	push_task(record, task);
	fm_push_u32(record, flags | fm_task_pidns_flag(task));
	fm_push_u32(record, from_kuid(&init_user_ns, cred->euid));
	fm_push_u32(record, from_kgid(&init_user_ns, cred->egid));
	fm_push_pid(record, task_pid_nr_ns(task, namespace));
	fm_push_pid(record, task_tgid_nr_ns(task, namespace));
	fm_push_u64(record, ret ? 0 : fm_task_pidns_start_ns(task));
}

/* fork and vfork */
static void fill_fork(struct fm_record *record, const struct fm_call *call)
{
	push_clone(record, current, call->ret, 0);
}

static void fill_clone(struct fm_record *record, const struct fm_call *call)
{
	push_clone(record, current, call->ret, fm_flags_clone(call->args[0]));
}

/* struct clone_args begins with the flags. */
static void fill_clone3(struct fm_record *record, const struct fm_call *call)
{
	u64 flags = 0;

	if (fm_copy_user(record, &flags, call->args[0], sizeof(flags)))
		flags = 0;
	push_clone(record, current, call->ret, fm_flags_clone(flags));
}

/* The call's flags are not at hand here, so they are told from what child and parent share. */
void fm_fill_child(struct fm_record *record, const struct fm_call *call)
{
	struct task_struct *task = container_of(call, struct fm_child, call)->task;
	u32 flags = 0;

	if (task_pid_nr(task) != task_tgid_nr(task))
		flags |= FM_clone_flags_CLONE_THREAD | FM_clone_flags_CLONE_SIGHAND |
			 FM_clone_flags_CLONE_VM;
	if (task->files == current->files)
		flags |= FM_clone_flags_CLONE_FILES;
	push_clone(record, task, 0, flags);
}

/* Parameters of execve from tty on, but the file name. */
static void push_program(struct fm_record *record)
{
	const struct cred *cred = current_cred();
	struct file *file = fm_executable_get();

	fm_push_u32(record, fm_task_tty());
	fm_push_pid(record, task_pgrp_nr_ns(current, task_active_pid_ns(current)));
	fm_push_u32(record, fm_task_loginuid());
	fm_push_u32(record, fm_executable_flags(file));
	fm_push_u64(record, fm_compat_capabilities(cred->cap_inheritable));
	fm_push_u64(record, fm_compat_capabilities(cred->cap_permitted));
	fm_push_u64(record, fm_compat_capabilities(cred->cap_effective));
	fm_push_executable_inode(record, file);
	fm_push_u32(record, from_kuid(&init_user_ns, cred->euid));
	fm_push_executable_path(record, file);
	fm_push_pid(record, task_pgrp_nr_ns(current, &init_pid_ns));
	fm_push_u32(record, from_kgid(&init_user_ns, cred->egid));
	fm_executable_put(file);
}

void fm_fill_exec(struct fm_record *record, const struct fm_call *call)
{
	const struct linux_binprm *bprm = container_of(call, struct fm_exec, call)->bprm;

	fm_push_res(record, 0);
	fm_push_arguments(record, current);
	push_task(record, current);
	fm_push_environment(record, current);
	push_program(record);
	fm_push_string(record, bprm->filename);
}

/* A call that failed: the arguments are in the caller's memory, the rest is the caller's. */
static void push_failed_exec(struct fm_record *record, const struct fm_call *call,
			     unsigned long argv, unsigned long envp)
{
	fm_push_res(record, call->ret);
	fm_push_arguments_user(record, call, argv);
	push_task(record, current);
	fm_push_environment_user(record, call, envp);
	push_program(record);
}

static void fill_execve(struct fm_record *record, const struct fm_call *call)
{
	push_failed_exec(record, call, call->args[1], call->args[2]);
	fm_push_string_user(record, call->args[0]);
}

static void fill_execveat(struct fm_record *record, const struct fm_call *call)
{
	push_failed_exec(record, call, call->args[2], call->args[3]);
}

/* Exit codes are those of wait(2). */
void fm_fill_procexit(struct fm_record *record, const struct fm_call *unused)
{
	long status = current->exit_code;

	fm_push_res(record, status);
	fm_push_res(record, status >> 8 & 0xff);
	fm_push_u8(record, status & 0x7f);
	fm_push_u8(record, !!(status & 0x80));
	fm_push_pid(record, fm_task_reaper(current));
}

static void fill_setsid(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
}

/* The second argument is a name, a place for a number, or a number. */
static void fill_prctl(struct fm_record *record, const struct fm_call *call)
{
	s32 number = 0;

	fm_push_res(record, call->ret);
	fm_push_u32(record, call->args[0]);
	switch ((u32)call->args[0]) {
	case PR_SET_NAME:
	case PR_GET_NAME:
		fm_push_string_user(record, call->args[1]);
		fm_push_u64(record, 0);
		break;
	case PR_GET_CHILD_SUBREAPER:
		if (fm_copy_user(record, &number, call->args[1], sizeof(number)))
			number = 0;
		fm_push_empty(record);
		fm_push_u64(record, number);
		break;
	default:
		fm_push_empty(record);
		fm_push_u64(record, call->args[1]);
	}
}

/* kill and tkill */
static void fill_kill(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_pid(record, (s32)call->args[0]);
	fm_push_u8(record, call->args[1]);
}

static void fill_tgkill(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_pid(record, (s32)call->args[0]);
	fm_push_pid(record, (s32)call->args[1]);
	fm_push_u8(record, call->args[2]);
}

const struct fm_fill_row fm_fill_process[] = {
	{ FM_CLONE_20_X, fill_clone },
	{ FM_FORK_20_X, fill_fork },
	{ FM_VFORK_20_X, fill_fork },
	{ FM_CLONE3_X, fill_clone3 },
	{ FM_EXECVE_19_X, fill_execve },
	{ FM_EXECVEAT_X, fill_execveat },
	{ FM_SETSID_X, fill_setsid },
	{ FM_PRCTL_X, fill_prctl },
	{ FM_PTRACE_X, fm_fill_ptrace },
	{ FM_KILL_X, fill_kill },
	{ FM_TKILL_X, fill_kill },
	{ FM_TGKILL_X, fill_tgkill },
	{ 0, NULL }
};
