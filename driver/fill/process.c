// SPDX-License-Identifier: GPL-2.0-only
/* Processes: how they begin, change their program, their session and end; and signals to them. */
#include "../executable.h"
#include "../flags.h"
#include "../task.h"
#include "fill.h"
#include "process.h"

/* tid, pid, ptid, and cwd, which user space follows by itself. */
static void push_numbers(struct fm_record *record, struct task_struct *task)
{
	fm_push_pid(record, fm_task_tid(task));
	fm_push_pid(record, fm_task_pid(task));
	fm_push_pid(record, fm_task_parent(task));
	fm_push_empty(record);
}

/* Parameters that clone and execve have alike, after exe and args. */
static void push_task(struct fm_record *record, struct task_struct *task)
{
	push_numbers(record, task);
	fm_push_u64(record, fm_task_descriptors_max(task));
	fm_push_memory(record, task);
	fm_push_comm(record, task);
	fm_push_cgroups(record, task);
}

static void push_clone(struct fm_record *record, struct task_struct *task, long ret, u32 flags)
{
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
	fm_push_u32(record, fm_task_euid(task));
	fm_push_u32(record, fm_task_egid(task));
	fm_push_pid(record, fm_task_vtid(task));
	fm_push_pid(record, fm_task_vpid(task));
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

	if (fm_task_tid(task) != fm_task_pid(task))
		flags |= FM_clone_flags_CLONE_THREAD | FM_clone_flags_CLONE_SIGHAND |
			 FM_clone_flags_CLONE_VM;
	if (fm_peek(task, files) == fm_peek(current, files))
		flags |= FM_clone_flags_CLONE_FILES;
	push_clone(record, task, 0, flags);
}

/* Parameters of execve from tty on, but the file name. */
static void push_program(struct fm_record *record)
{
	struct file *file = fm_executable_get();

	fm_push_u32(record, fm_task_tty());
	fm_push_pid(record, fm_task_vpgid(current));
	fm_push_u32(record, fm_task_loginuid());
	fm_push_u32(record, fm_executable_flags(file));
	fm_push_capabilities(record);
	fm_push_executable_inode(record, file);
	fm_push_u32(record, fm_task_euid(current));
	fm_push_executable_path(record, file);
	fm_push_pid(record, fm_task_pgid(current));
	fm_push_u32(record, fm_task_egid(current));
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
	fm_push_string(record, fm_peek(bprm, filename));
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
	long status = fm_task_exit_status(current);

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

FM_FILL_TABLE(process)
	FM_FILL(CLONE_20_X, fill_clone)
	FM_FILL(FORK_20_X, fill_fork)
	FM_FILL(VFORK_20_X, fill_fork)
	FM_FILL(CLONE3_X, fill_clone3)
	FM_FILL(EXECVE_19_X, fill_execve)
	FM_FILL(EXECVEAT_X, fill_execveat)
	FM_FILL(SETSID_X, fill_setsid)
	FM_FILL(PRCTL_X, fill_prctl)
	FM_FILL(PTRACE_X, fm_fill_ptrace)
	FM_FILL(KILL_X, fill_kill)
	FM_FILL(TKILL_X, fill_kill)
	FM_FILL(TGKILL_X, fill_tgkill)
FM_FILL_TABLE_END

FM_FILL_EXEC(EXECVE_19_X, fm_fill_exec)
FM_FILL_PROCEXIT(PROCEXIT_1_E, fm_fill_procexit)
FM_FILL_CHILD(CLONE_20_X, fm_fill_child)
