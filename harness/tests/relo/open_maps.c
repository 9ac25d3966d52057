// SPDX-License-Identifier: BSD-2-Clause
/* Maps of which the object leaves something to its loader, one that leaves nothing, and one that needs no more. */
#include "words.h"

#include <bpf/bpf_helpers.h>

enum { HASH = 1, PERF_EVENT_ARRAY = 4, ARRAY_OF_MAPS = 12 };

struct {
	__uint(type, HASH);
	__uint(key_size, 4);
	__uint(value_size, 4);
} sizeless SEC(".maps");

struct {
	__uint(type, ARRAY_OF_MAPS);
	__uint(key_size, 4);
	__uint(value_size, 4);
	__uint(max_entries, 1);
} shapeless SEC(".maps");

struct inner {
	__uint(type, HASH);
	__uint(key_size, 4);
	__uint(value_size, 4);
	__uint(max_entries, 1);
} whole SEC(".maps");

struct {
	__uint(type, ARRAY_OF_MAPS);
	__uint(key_size, 4);
	__uint(value_size, 4);
	__uint(max_entries, 1);
	__array(values, struct inner);
} shaped SEC(".maps");

struct {
	__uint(type, PERF_EVENT_ARRAY);
	__uint(key_size, 4);
	__uint(value_size, 4);
} events SEC(".maps");

char LICENSE[] SEC("license") = "Dual BSD/GPL";
