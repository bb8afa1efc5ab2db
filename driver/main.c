// SPDX-License-Identifier: GPL-2.0-only
/*
 * falcomod: system calls of the whole host as records in rings that user space
 * maps.  uapi/falcomod_ioctl.h says how it is used.
 */
#include <linux/module.h>

#include "arch/arch.h"
#include "consumer.h"
#include "device.h"
#include "fill/fill.h"
#include "tracepoints.h"

static int __init falcomod_init(void)
{
	int error;

	fm_arch_init();
	fm_fill_init();
	error = fm_tracepoints_init();
	if (error)
		return error;
	error = fm_consumers_init();
	if (error)
		return error;
	error = fm_device_init();
	if (error)
		goto exit_consumers;
	return 0;

exit_consumers:
	fm_consumers_exit();
	return error;
}

/* No consumer is left: an open device holds the module. */
static void __exit falcomod_exit(void)
{
	fm_device_exit();
	fm_consumers_exit();
}

module_init(falcomod_init);
module_exit(falcomod_exit);

MODULE_DESCRIPTION("System call records for falcomod");
MODULE_VERSION("0.1.0");
MODULE_LICENSE("GPL");
