// SPDX-License-Identifier: GPL-2.0-only
/* The tables of all families, by event code. */
#include <linux/cache.h>
#include <linux/kernel.h>

#include "fill.h"

static fm_fill by_code[FM_EVENT_MAX] __read_mostly;

static const struct fm_fill_row *const families[] = {
	fm_fill_process,
	fm_fill_credentials,
	fm_fill_limits,
	fm_fill_memory,
	fm_fill_open,
	fm_fill_file,
	fm_fill_descriptor,
	fm_fill_io,
	fm_fill_socket,
	fm_fill_special,
	fm_fill_system,
};

void fm_fill_init(void)
{
	const struct fm_fill_row *row;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(families); i++)
		for (row = families[i]; row->fill; row++)
			by_code[row->code] = row->fill;
}

fm_fill fm_fill_of(u16 code)
{
	return by_code[code];
}

u16 fm_fill_code(u16 sc)
{
	u16 code = fm_syscall_table[sc].event;

	return by_code[code] ? code : FM_GENERIC_X;
}
