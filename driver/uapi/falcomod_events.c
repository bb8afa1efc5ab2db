// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The one instantiation of the event, vocabulary and system call tables.
 * Every program that needs them links this file once.
 */
#include "falcomod_events.h"
#ifndef __KERNEL__
#include <stddef.h>
#endif

#define FM_VOCABULARY(group) static const struct fm_flag_info fm_vocabulary_##group[] = {
#define FM_FLAG(group, name, value) { #name, (uint32_t)(value) },
#define FM_VOCABULARY_END(group) { NULL, 0 } };
#include "falcomod_flags.def"

/* Every array ends in an empty row, so that none is empty itself. */
#define FM_EVENT(id, code, name, category, origin, loss, flags) \
	static const struct fm_param_info fm_params_##id[] = {
#define FM_PARAM(id, name, type, format) \
	{ #name, NULL, FM_PT_##type, FM_FORMAT_##format, -1 },
#define FM_PARAM_FLAGS(id, name, type, format, vocabulary) \
	{ #name, fm_vocabulary_##vocabulary, FM_PT_##type, FM_FORMAT_##format, -1 },
#define FM_PARAM_PATH(id, name, type, format, dirfd) \
	{ #name, NULL, FM_PT_##type, FM_FORMAT_##format, FM_##id##_##dirfd },
#define FM_EVENT_END(id) { NULL, NULL, FM_PT_NONE, FM_FORMAT_NA, -1 } };
#include "falcomod_events.def"

const struct fm_event_info fm_event_table[FM_EVENT_MAX] = {
#define FM_EVENT(id, code, name_, category_, origin_, loss, flags_) \
	[code] = { \
		.name = name_, \
		.params = fm_params_##id, \
		.flags = flags_, \
		.nparams = FM_##id##_NPARAMS, \
		.category = FM_CATEGORY_##category_, \
		.origin = FM_ORIGIN_##origin_, \
		.loss_class = FM_CLASS_##loss, \
	},
#include "falcomod_events.def"
};

const struct fm_syscall_info fm_syscall_table[FM_SC_MAX] = {
#define FM_SYSCALL(name_, sc, x86_64_, ia32_, arm64_, event_, class_) \
	[sc] = { \
		.name = #name_, \
		.event = FM_##event_, \
		.capture_class = FM_SYSCALL_##class_, \
		.x86_64 = x86_64_, \
		.ia32 = ia32_, \
		.arm64 = arm64_, \
	},
#include "falcomod_syscalls.def"
};

static uint64_t hash_byte(uint64_t hash, uint8_t byte)
{
	return (hash ^ byte) * 0x100000001b3ull;
}

static uint64_t hash_text(uint64_t hash, const char *text)
{
	while (*text)
		hash = hash_byte(hash, (uint8_t)*text++);
	return hash_byte(hash, 0);
}

uint64_t fm_events_hash(void)
{
	uint64_t hash = 0xcbf29ce484222325ull;
	const struct fm_param_info *param;
	uint32_t code;

	for (code = 0; code < FM_EVENT_MAX; code++) {
		if (!fm_event_table[code].name)
			continue;
		hash = hash_byte(hash_byte(hash, code & 0xff), code >> 8);
		hash = hash_text(hash, fm_event_table[code].name);
		for (param = fm_event_table[code].params; param->name; param++)
			hash = hash_byte(hash_text(hash, param->name), param->type);
	}
	return hash;
}
