// SPDX-License-Identifier: BSD-2-Clause
/* A fake kernel for arguments.c as kernels are today, with other arguments. */
#include "words.h"

struct thing {
	__u32 a;
	__u32 b;
};

struct whole_thing {
	struct thing thing;
	__u32 c;
};

struct other {
	__u64 x;
};

/* What was a thing once: one member is where it was. */
struct renamed {
	__u32 a;
	__u32 filler;
	__u32 b;
};

struct calls {
	int filler;
	int (*twice)(struct thing *t, struct thing *u);
} calls;

enum bpf_func_id { BPF_FUNC_unspec, BPF_FUNC_for_each_map_elem = 164, BPF_FUNC_loop = 181 } func_id;

struct bpf_verifier_env {
	int x;
} env;
enum bpf_link_type { BPF_LINK_TYPE_TRACING = 2, BPF_LINK_TYPE_UPROBE_MULTI = 12 } link_type;
struct bpf_raw_tp_null_args {
	const char *func;
	__u64 mask;
} null_args;

typedef void (*btf_trace_fib_table_lookup)(void *, int, struct thing *, struct thing *, int, int);
typedef void (*btf_trace_marked)(void *, struct thing *);
typedef void (*btf_trace_externs)(void *);
btf_trace_fib_table_lookup trace_lookup;
btf_trace_marked trace_marked;
btf_trace_externs trace_externs;

struct whole_thing whole;
struct thing counted;

void __bpf_trace_marked(void *data, struct thing *thing__nullable)
{
	thing__nullable->a = 0;
}

int bpf_lsm_get_retval_range(int x)
{
	return x;
}

int moves(struct other *one, struct thing *two, int three)
{
	return (int)one->x + (int)two->a + three;
}

int grows(struct thing *one, struct thing *two, struct thing **three)
{
	return one->a + two->a + (*three)->a;
}

int changes(struct renamed *one)
{
	return (int)one->b;
}

int bpf_lsm_decides(struct thing *t)
{
	return t->a;
}

void bpf_lsm_tells(struct thing *t)
{
	t->a = 0;
}

int takes_one(struct thing *t)
{
	return t->a;
}

int takes_another(int x)
{
	return x;
}
