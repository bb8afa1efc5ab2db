// SPDX-License-Identifier: Apache-2.0
/*
 * Prints sizes and offsets of everything that crosses the seam, from C alone.
 * The engine prints the same text (decode.schema.abi_text), tests/golden/abi.txt
 * keeps it: a layout cannot change unseen.
 *
 *	cc -I driver/uapi tools/abi_layout.c driver/uapi/falcomod_events.c
 */
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/ioctl.h>

#include "falcomod_bpf.h"
#include "falcomod_ioctl.h"
#include "falcomod_record.h"

#define IOCTL(name) printf("ioctl " #name " 0x%08lx\n", (unsigned long)FM_IOC_##name)
#define STRUCT(type) printf("struct " #type " %zu\n", sizeof(struct type))
#define MEMBER(type, member) \
	printf("    " #member " %zu %zu\n", offsetof(struct type, member), \
	       sizeof(((struct type *)0)->member))

static void print_numbers(void)
{
	printf("abi_version %u\n", FM_ABI_VERSION);
	printf("events_hash 0x%016" PRIx64 "\n", fm_events_hash());
	printf("event_max %d\n", FM_EVENT_MAX);
	printf("syscall_max %d\n", FM_SC_MAX);
	IOCTL(VERSION);
	IOCTL(CONFIGURE);
	IOCTL(SELECT);
	IOCTL(START);
	IOCTL(STOP);
	IOCTL(STATUS);
}

static void print_memory(void)
{
	STRUCT(fm_record_header);
	MEMBER(fm_record_header, ts);
	MEMBER(fm_record_header, tid);
	MEMBER(fm_record_header, len);
	MEMBER(fm_record_header, type);
	MEMBER(fm_record_header, nparams);
	STRUCT(fm_ring_control);
	MEMBER(fm_ring_control, head);
	MEMBER(fm_ring_control, produced);
	MEMBER(fm_ring_control, delivered);
	MEMBER(fm_ring_control, filtered);
	MEMBER(fm_ring_control, faults);
	MEMBER(fm_ring_control, tail);
	MEMBER(fm_ring_control, abi_version);
	MEMBER(fm_ring_control, cpu);
	MEMBER(fm_ring_control, data_size);
	MEMBER(fm_ring_control, lost);
}

static void print_arguments(void)
{
	STRUCT(fm_ioc_version);
	MEMBER(fm_ioc_version, abi_version);
	MEMBER(fm_ioc_version, events_hash);
	MEMBER(fm_ioc_version, driver_version);
	STRUCT(fm_ioc_configure);
	MEMBER(fm_ioc_configure, ring_size);
	MEMBER(fm_ioc_configure, snaplen);
	MEMBER(fm_ioc_configure, watermark_bytes);
	MEMBER(fm_ioc_configure, wake_delay_us);
	STRUCT(fm_ioc_select);
	MEMBER(fm_ioc_select, syscalls);
	MEMBER(fm_ioc_select, tracepoints);
	STRUCT(fm_ioc_status);
	MEMBER(fm_ioc_status, ring_size);
	MEMBER(fm_ioc_status, cpus_generation);
	MEMBER(fm_ioc_status, consumers);
	MEMBER(fm_ioc_status, cpus);
}

static void print_bpf(void)
{
	STRUCT(fm_bpf_slot);
	MEMBER(fm_bpf_slot, sc);
	MEMBER(fm_bpf_slot, code);
	STRUCT(fm_bpf_settings);
	MEMBER(fm_bpf_settings, boot_to_wall_ns);
	MEMBER(fm_bpf_settings, knock);
	MEMBER(fm_bpf_settings, owner);
	MEMBER(fm_bpf_settings, snaplen);
	MEMBER(fm_bpf_settings, armed);
	MEMBER(fm_bpf_settings, watermark_bytes);
	MEMBER(fm_bpf_settings, wanted);
	MEMBER(fm_bpf_settings, controllers);
	MEMBER(fm_bpf_settings, controller);
	MEMBER(fm_bpf_settings, slots);
	MEMBER(fm_bpf_settings, codes);
	STRUCT(fm_bpf_sample);
	MEMBER(fm_bpf_sample, cpu);
	MEMBER(fm_bpf_sample, reserved);
	STRUCT(fm_bpf_cpu);
	MEMBER(fm_bpf_cpu, produced);
	MEMBER(fm_bpf_cpu, delivered);
	MEMBER(fm_bpf_cpu, filtered);
	MEMBER(fm_bpf_cpu, faults);
	MEMBER(fm_bpf_cpu, lost);
	MEMBER(fm_bpf_cpu, depth);
	MEMBER(fm_bpf_cpu, ring);
	MEMBER(fm_bpf_cpu, sample);
}

int main(void)
{
	print_numbers();
	print_memory();
	print_arguments();
	print_bpf();
	return 0;
}
