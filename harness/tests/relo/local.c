// SPDX-License-Identifier: BSD-2-Clause
/* The object under test: every kind of record, in main programs, subprograms and a callback. target.c is its kernel. */
#include "words.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#define CORE __attribute__((preserve_access_index))

struct inner {
	__u32 first;
	__u32 second;
} CORE;

struct probe {
	__u32 same;
	__u32 moved;
	__u32 resized;
	__u32 gone;
	__u32 plain; /* a bit-field in target.c */
	__u32 bits : 5;
	__u32 flags : 3;
	__s32 sign; /* unsigned in target.c */
	struct inner inner;
	struct inner many[4];
	char comm[16];
	union {
		__u64 hidden;
		void *pointer;
	};
	struct probe *next;
} CORE;

struct probe___flavour {
	__u32 renamed;
} CORE;

/* Unsigned in target.c. */
struct signs {
	__s64 whole;
	__s32 half;
} CORE;

struct gone_type {
	__u32 x;
} CORE;

typedef struct {
	__u32 x;
} probe_t;

enum color { COLOR_RED = 1, COLOR_BLUE = 2, COLOR_GONE = 3 };

/* Loads: offset in the instruction. */
SEC("raw_tp/loads")
int loads(struct probe *const *ctx)
{
	struct probe *p = *ctx;

	return p->same + p->moved + p->inner.second + p->many[2].first;
}

SEC("raw_tp/resize")
int resize(struct probe *const *ctx)
{
	return (*ctx)->resized;
}

SEC("raw_tp/narrow")
int narrow(struct probe *const *ctx)
{
	/* A load of what is a bit-field in the target: libbpf poisons it. */
	return (*ctx)->plain;
}

/* Addresses: offset in an ALU immediate. */
SEC("raw_tp/addresses")
int addresses(struct probe *const *ctx)
{
	struct probe *p = *ctx;
	__u64 sum = 0;

	sum += BPF_CORE_READ(p, moved);
	sum += BPF_CORE_READ(p, resized);
	sum += BPF_CORE_READ(p, plain);
	sum += BPF_CORE_READ(p, sign);
	sum += BPF_CORE_READ(p, next, hidden);
	sum += BPF_CORE_READ_BITFIELD_PROBED(p, bits);
	return (int)sum;
}

/* All bits of the one are read, and the other's sign is lost with what is added in front. */
SEC("raw_tp/signs")
int signs(struct signs *const *ctx)
{
	return (int)(BPF_CORE_READ(*ctx, whole) + BPF_CORE_READ(*ctx, half));
}

SEC("raw_tp/guarded")
int guarded(struct probe *const *ctx)
{
	struct probe *p = *ctx;

	if (bpf_core_field_exists(p->gone))
		return BPF_CORE_READ(p, gone);
	return bpf_core_field_exists(p->moved);
}

SEC("raw_tp/flavours")
int flavours(struct probe___flavour *const *ctx)
{
	return BPF_CORE_READ(*ctx, renamed);
}

SEC("raw_tp/types")
int types(void *ctx)
{
	return bpf_core_type_exists(struct probe) + bpf_core_type_exists(struct gone_type) +
	       bpf_core_type_size(struct inner) + bpf_core_type_size(struct gone_type) + bpf_core_type_exists(probe_t) +
	       bpf_core_field_size(struct probe, many);
}

SEC("raw_tp/ids")
int ids(void *ctx)
{
	return bpf_core_type_id_local(struct probe) + bpf_core_type_id_kernel(struct inner) +
	       bpf_core_type_id_kernel(struct gone_type);
}

SEC("raw_tp/enums")
int enums(void *ctx)
{
	int sum = bpf_core_enum_value_exists(enum color, COLOR_RED) + bpf_core_enum_value(enum color, COLOR_BLUE);

	if (bpf_core_enum_value_exists(enum color, COLOR_GONE))
		sum += bpf_core_enum_value(enum color, COLOR_GONE);
	return sum;
}

/* Subprograms. */
static __attribute__((noinline)) int leaf(struct probe *p)
{
	return BPF_CORE_READ(p, many[1].second);
}

static __attribute__((noinline)) int middle(struct probe *p)
{
	return BPF_CORE_READ(p, moved) + leaf(p) * 3;
}

__attribute__((noinline)) int exported(struct probe *p)
{
	return BPF_CORE_READ(p, inner.first) + 7;
}

static int callback(__u32 index, void *context)
{
	return BPF_CORE_READ((struct probe *)context, same) == index;
}

static __attribute__((noinline)) int unused_by_tail(struct probe *p)
{
	return BPF_CORE_READ(p, inner.second) ^ 5;
}

SEC("raw_tp/calls")
int calls(struct probe *const *ctx)
{
	struct probe *p = *ctx;
	int sum = p->moved;

	sum += middle(p);
	sum += exported(p);
	sum += leaf(p);
	bpf_loop(4, callback, p, 0);
	return sum + unused_by_tail(p);
}

/* A second program in the section of another. */
SEC("raw_tp/calls")
int shares_section(struct probe *const *ctx)
{
	return (*ctx)->moved + leaf(*ctx);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
