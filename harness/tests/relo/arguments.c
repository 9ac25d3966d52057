// SPDX-License-Identifier: BSD-2-Clause
/* Programs that get a function's arguments; arguments_old.c and arguments_new.c are their kernels. */
#include "words.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#define CORE __attribute__((preserve_access_index))

struct thing {
	__u32 a;
	__u32 b;
} CORE;

struct whole_thing {
	struct thing thing;
	__u32 c;
} CORE;

int sum;

#define ARGUMENT(type, n) ((type)(ctx[n]))

SEC("fentry/moves")
int first_as_thing(__u64 *ctx)
{
	return ARGUMENT(struct thing *, 0)->b;
}

/* The address of the field is computed, not loaded through. */
SEC("fentry/moves")
int first_by_probe(__u64 *ctx)
{
	__u32 b = 0;

	bpf_core_read(&b, sizeof(b), &ARGUMENT(struct thing *, 0)->b);
	return b;
}

/* What it begins with is read as what it is a part of. */
SEC("fentry/moves")
int second_as_whole(__u64 *ctx)
{
	return ARGUMENT(struct whole_thing *, 1)->thing.b;
}

SEC("fentry/moves")
int third_is_read(__u64 *ctx)
{
	sum = (int)ctx[2];
	return 0;
}

/* Its result, where it has two arguments. */
SEC("fexit/grows")
int result_of_two(__u64 *ctx)
{
	sum = (int)ctx[2];
	return 0;
}

/* In x86's register for the first; another is none. */
SEC("kprobe/moves")
int probe_first(__u64 *ctx)
{
	__u32 b = 0;

	bpf_core_read(&b, sizeof(b), &ARGUMENT(struct thing *, 14)->b);
	bpf_core_read(&b, sizeof(b), &ARGUMENT(struct thing *, 0)->b);
	return b;
}

SEC("kprobe/moves")
int probe_second(__u64 *ctx)
{
	__u32 b = 0;

	bpf_core_read(&b, sizeof(b), &ARGUMENT(struct thing *, 13)->b);
	return b;
}

/* That a branch knows better cannot be told. */
SEC("kprobe/moves")
int probe_perhaps(__u64 *ctx)
{
	__u32 b = 0;

	if (ctx[5])
		bpf_core_read(&b, sizeof(b), &ARGUMENT(struct thing *, 14)->b);
	return b;
}

SEC("kretprobe/moves")
int probe_at_return(__u64 *ctx)
{
	__u32 b = 0;

	bpf_core_read(&b, sizeof(b), &ARGUMENT(struct thing *, 14)->b);
	return b;
}

SEC("fentry/moves")
int third_perhaps(__u64 *ctx)
{
	if (ctx[1])
		sum = (int)ctx[2];
	return 0;
}

/* Within what it is read as, and behind the end of what the kernel passes. */
SEC("fentry/moves")
int second_beyond(__u64 *ctx)
{
	return ARGUMENT(struct whole_thing *, 1)->c;
}

SEC("fentry/changes")
int stays_under_another_name(__u64 *ctx)
{
	return ARGUMENT(struct thing *, 0)->a;
}

SEC("fentry/changes")
int moves_under_another_name(__u64 *ctx)
{
	return ARGUMENT(struct thing *, 0)->b;
}

SEC("fexit/bpf_lsm_tells")
int no_result_is_read(__u64 *ctx)
{
	sum = (int)ctx[1];
	return 0;
}

SEC("fexit/moves")
int result_is_read(__u64 *ctx)
{
	sum = (int)ctx[2];
	return 0;
}

SEC("fentry/many")
int many_arguments(__u64 *ctx)
{
	return 0;
}

SEC("raw_tp/fib_table_lookup")
int raw_fifth(__u64 *ctx)
{
	sum = (int)ctx[4];
	return 0;
}

SEC("tp_btf/fib_table_lookup")
int untested(__u64 *ctx)
{
	return ARGUMENT(struct thing *, 2)->b;
}

SEC("tp_btf/fib_table_lookup")
int tested(__u64 *ctx)
{
	struct thing *t = ARGUMENT(struct thing *, 2);

	return t ? t->b : 0;
}

SEC("tp_btf/marked")
int untested_by_mark(__u64 *ctx)
{
	return ARGUMENT(struct thing *, 0)->b;
}

SEC("tp_btf/fib_table_lookup")
int through_number(__u64 *ctx)
{
	return *ARGUMENT(int *, 3);
}

SEC("lsm/decides")
int decides_yes(__u64 *ctx)
{
	return 1;
}

SEC("lsm/decides")
int decides_no(__u64 *ctx)
{
	return -1;
}

SEC("lsm/tells")
int tells_one(__u64 *ctx)
{
	return 1;
}

static long each(__u32 i, void *context)
{
	return i;
}

static __attribute__((noinline)) int loops(void)
{
	return bpf_loop(3, each, &sum, 0);
}

SEC("raw_tp/sum")
int calls_back(__u64 *ctx)
{
	return loops();
}

struct calls {
	int (*other)(struct thing *t);
	int (*twice)(struct thing *t, struct thing *u);
};

SEC("struct_ops/calls_second")
int calls_second(__u64 *ctx)
{
	return ARGUMENT(struct thing *, 1)->b;
}

SEC(".struct_ops")
struct calls calls = {.twice = (void *)calls_second};

char LICENSE[] SEC("license") = "Dual BSD/GPL";
