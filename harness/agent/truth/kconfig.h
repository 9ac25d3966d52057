/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kconfig: what the __kconfig externs of an object have to be on this kernel, by the text of its configuration and by
 * what the kernel's vDSO says of its version, and whether event fields that are named for them are. It reads the text
 * by itself: it is the truth that libbpf's reading is held against. Pure but for the vDSO.
 */
#ifndef COREMATRIX_AGENT_TRUTH_KCONFIG_H
#define COREMATRIX_AGENT_TRUTH_KCONFIG_H

#include <bpf/btf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/truth/compare.h"
#include "agent/truth/event.h"

struct kconfig_value {
	const char *name; /* in the object's BTF */
	bool known;       /* the text or the vDSO tells */
	bool is_text;
	uint64_t number;
	char *text;    /* cut to the room that the extern has */
	uint32_t bits; /* of a number's extern */
};

struct kconfig {
	struct kconfig_value *at;
	size_t count;
};

/* The externs of an object whose types are `btf` (may be NULL); `text` is a configuration, "" when it is not known. */
void kconfig_read(struct kconfig *k, const struct btf *btf, const char *text);
void kconfig_free(struct kconfig *k);

/* Whether `btf` has such externs at all. */
bool kconfig_is_used(const struct btf *btf);

/* Whether a field of this path is named for an extern whose value is known: its own name, in capitals or not. */
bool kconfig_field(const struct kconfig *k, const char *path);

/* Add one fact per value of `e` that is. Returns how many of them are not ok. */
size_t kconfig_event(const struct kconfig *k, const struct event *e, const char *workload, struct fact_list *out);

#endif
