// SPDX-License-Identifier: GPL-2.0-only
/* Calls that make descriptors of things other than files, pipes and sockets; io_uring. */
#include "../flags.h"
#include "fill.h"

static void fill_memfd_create(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_string_user(record, call->args[0]);
	fm_push_u32(record, fm_flags_memfd(call->args[1]));
}

static void fill_eventfd(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_u64(record, (u32)call->args[0]);
	fm_push_u32(record, 0);		/* a call without flags */
}

static void fill_eventfd2(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_u16(record, fm_flags_descriptor(call->args[1]));
	fm_push_u64(record, (u32)call->args[0]);
}

static void fill_epoll_create(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_u32(record, call->args[0]);
}

static void fill_epoll_create1(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_u32(record, fm_flags_epoll_create1(call->args[0]));
}

/* The flags do not fit the parameter: existing drivers write 0 too. */
static void fill_timerfd_create(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_u8(record, call->args[0]);
	fm_push_u8(record, 0);
}

static void fill_inotify_init(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_u8(record, 0);		/* a call without flags */
}

static void fill_inotify_init1(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_u16(record, fm_flags_descriptor(call->args[0]));
}

/* The first 32 signals of a set; those that exist on every architecture. */
static void push_signals(struct fm_record *record, unsigned long pointer)
{
	u32 mask;

	if (!pointer || fm_copy_user(record, &mask, pointer, sizeof(mask)))
		fm_push_empty(record);
	else
		fm_push_u32(record, mask);
}

static void fill_signalfd(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_fd(record, call->args[0]);
	push_signals(record, call->args[1]);
	fm_push_u8(record, 0);		/* a call without flags */
}

static void fill_signalfd4(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_u16(record, fm_flags_descriptor(call->args[3]));
	fm_push_fd(record, call->args[0]);
	push_signals(record, call->args[1]);
}

static void fill_userfaultfd(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_u32(record, fm_flags_descriptor(call->args[0]));
}

static void fill_pidfd_open(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_pid(record, (s32)call->args[0]);
	fm_push_u32(record, fm_flags_pidfd_open(call->args[1]));
}

static void fill_pidfd_getfd(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_fd(record, call->args[0]);
	fm_push_fd(record, call->args[1]);
	fm_push_u32(record, call->args[2]);
}

/* The kernel has written what it granted into the caller's structure. */
static void fill_io_uring_setup(struct fm_record *record, const struct fm_call *call)
{
	struct io_uring_params params = { 0 };
	int i;

	fm_push_res(record, call->ret);
	fm_push_u32(record, call->args[0]);
	if (fm_copy_user(record, &params, call->args[1], sizeof(params))) {
		for (i = FM_IO_URING_SETUP_X_sq_entries; i < FM_IO_URING_SETUP_X_NPARAMS; i++)
			fm_push_empty(record);
		return;
	}
	fm_push_u32(record, params.sq_entries);
	fm_push_u32(record, params.cq_entries);
	fm_push_u32(record, fm_flags_io_uring_setup(params.flags));
	fm_push_u32(record, params.sq_thread_cpu);
	fm_push_u32(record, params.sq_thread_idle);
	fm_push_u32(record, fm_flags_io_uring_features(params.features));
}

/* Existing drivers record the pointer to the signal set; the set itself is meant. */
static void fill_io_uring_enter(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_fd(record, call->args[0]);
	fm_push_u32(record, call->args[1]);
	fm_push_u32(record, call->args[2]);
	fm_push_u32(record, fm_flags_io_uring_enter(call->args[3]));
	if (call->args[3] & FM_io_uring_enter_flags_IORING_ENTER_EXT_ARG)
		fm_push_empty(record);
	else
		push_signals(record, call->args[4]);
}

static void fill_io_uring_register(struct fm_record *record, const struct fm_call *call)
{
	fm_push_res(record, call->ret);
	fm_push_fd(record, call->args[0]);
	fm_push_u16(record, call->args[1]);
	fm_push_u64(record, call->args[2]);
	fm_push_u32(record, call->args[3]);
}

FM_FILL_TABLE(special)
	FM_FILL(MEMFD_CREATE_X, fill_memfd_create)
	FM_FILL(EVENTFD_X, fill_eventfd)
	FM_FILL(EVENTFD2_X, fill_eventfd2)
	FM_FILL(EPOLL_CREATE_X, fill_epoll_create)
	FM_FILL(EPOLL_CREATE1_X, fill_epoll_create1)
	FM_FILL(TIMERFD_CREATE_X, fill_timerfd_create)
	FM_FILL(INOTIFY_INIT_X, fill_inotify_init)
	FM_FILL(INOTIFY_INIT1_X, fill_inotify_init1)
	FM_FILL(SIGNALFD_X, fill_signalfd)
	FM_FILL(SIGNALFD4_X, fill_signalfd4)
	FM_FILL(USERFAULTFD_X, fill_userfaultfd)
	FM_FILL(PIDFD_OPEN_X, fill_pidfd_open)
	FM_FILL(PIDFD_GETFD_X, fill_pidfd_getfd)
	FM_FILL(IO_URING_SETUP_X, fill_io_uring_setup)
	FM_FILL(IO_URING_ENTER_X, fill_io_uring_enter)
	FM_FILL(IO_URING_REGISTER_X, fill_io_uring_register)
FM_FILL_TABLE_END
