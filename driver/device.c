// SPDX-License-Identifier: GPL-2.0-only
/* File operations of /dev/falcomod: everything from user space is checked here. */
#include <linux/capability.h>
#include <linux/compat.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/nospec.h>
#include <linux/poll.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "consumer.h"
#include "device.h"
#include "ring_math.h"

#define WAKE_DELAY_US_MAX (60 * USEC_PER_SEC)

static int device_open(struct inode *inode, struct file *file)
{
	struct fm_consumer *consumer;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	consumer = fm_consumer_create();
	if (IS_ERR(consumer))
		return PTR_ERR(consumer);
	file->private_data = consumer;
	return nonseekable_open(inode, file);
}

static int device_release(struct inode *inode, struct file *file)
{
	fm_consumer_destroy(file->private_data);
	return 0;
}

static int device_mmap(struct file *file, struct vm_area_struct *vma)
{
	u64 offset = (u64)vma->vm_pgoff << PAGE_SHIFT;
	u64 cpu = offset >> FM_RING_CPU_SHIFT;
	u32 area = offset & ((1ull << FM_RING_CPU_SHIFT) - 1);
	struct fm_ring *ring;

	if (cpu >= nr_cpu_ids)
		return -EINVAL;
	ring = fm_consumer_ring(file->private_data, array_index_nospec(cpu, nr_cpu_ids));
	if (!ring)
		return -ENODEV;
	return fm_ring_mmap(ring, area, vma);
}

static __poll_t device_poll(struct file *file, poll_table *table)
{
	struct fm_consumer *consumer = file->private_data;

	poll_wait(file, &consumer->wait, table);
	return fm_consumer_readable(consumer) ? EPOLLIN | EPOLLRDNORM : 0;
}

static int ioctl_version(struct fm_consumer *consumer, void __user *argument)
{
	struct fm_ioc_version version = {
		.abi_version = FM_ABI_VERSION,
		.events_hash = fm_events_hash(),
	};

	strscpy_pad((char *)version.driver_version, THIS_MODULE->version ?: "",
		    sizeof(version.driver_version));
	return copy_to_user(argument, &version, sizeof(version)) ? -EFAULT : 0;
}

static int ioctl_configure(struct fm_consumer *consumer, void __user *argument)
{
	struct fm_ioc_configure configure;
	struct fm_ring_options options;
	u64 size;

	if (copy_from_user(&configure, argument, sizeof(configure)))
		return -EFAULT;
	size = configure.ring_size ?: fm_ring_default_size();
	if (!fm_ring_size_valid(size) || configure.watermark_bytes > size ||
	    configure.snaplen > FM_SNAPLEN_MAX ||
	    configure.wake_delay_us > WAKE_DELAY_US_MAX || configure.reserved)
		return -EINVAL;
	options.size = size;
	options.watermark = configure.watermark_bytes;
	options.wake_delay_us = configure.wake_delay_us;
	return fm_consumer_configure(consumer, &options, configure.snaplen);
}

static int ioctl_select(struct fm_consumer *consumer, void __user *argument)
{
	struct fm_ioc_select select;
	int error;

	if (copy_from_user(&select, argument, sizeof(select)))
		return -EFAULT;
	error = fm_filter_check(&select);
	if (!error)
		fm_consumer_select(consumer, &select);
	return error;
}

static int ioctl_status(struct fm_consumer *consumer, void __user *argument)
{
	struct fm_ioc_status status = {};

	fm_consumer_status(consumer, &status);
	return copy_to_user(argument, &status, sizeof(status)) ? -EFAULT : 0;
}

static long device_ioctl(struct file *file, unsigned int command, unsigned long argument)
{
	struct fm_consumer *consumer = file->private_data;
	void __user *pointer = (void __user *)argument;

	switch (command) {
	case FM_IOC_VERSION:
		return ioctl_version(consumer, pointer);
	case FM_IOC_CONFIGURE:
		return ioctl_configure(consumer, pointer);
	case FM_IOC_SELECT:
		return ioctl_select(consumer, pointer);
	/* These two have no argument; a C caller passes whatever the register held. */
	case FM_IOC_START:
		return fm_consumer_start(consumer);
	case FM_IOC_STOP:
		fm_consumer_stop(consumer);
		return 0;
	case FM_IOC_STATUS:
		return ioctl_status(consumer, pointer);
	default:
		return -ENOTTY;
	}
}

/* .owner: an open device keeps the module. */
static const struct file_operations device_operations = {
	.owner = THIS_MODULE,
	.open = device_open,
	.release = device_release,
	.mmap = device_mmap,
	.poll = device_poll,
	.unlocked_ioctl = device_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static struct miscdevice device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = FM_DEVICE_NAME,
	.mode = 0600,
	.fops = &device_operations,
};

int fm_device_init(void)
{
	return misc_register(&device);
}

void fm_device_exit(void)
{
	misc_deregister(&device);
}
