// SPDX-License-Identifier: BSD-2-Clause
/* A fake kernel for arguments.c as kernels were before 6.6. */
#include "words.h"

struct thing {
	__u32 a;
	__u32 b;
};

struct whole_thing {
	struct thing thing;
	__u32 c;
};

struct calls {
	int filler;
	int (*twice)(struct thing *t);
} calls;

enum bpf_func_id { BPF_FUNC_unspec, BPF_FUNC_loop = 181 } func_id;

struct bpf_verifier_env {
	int x;
} env;
enum bpf_link_type { BPF_LINK_TYPE_TRACING = 2 } link_type;

typedef void (*btf_trace_fib_table_lookup)(void *, int, struct thing *, struct thing *, int);
typedef void (*btf_trace_marked)(void *, struct thing *);
typedef void (*btf_trace_externs)(void *);
btf_trace_fib_table_lookup trace_lookup;
btf_trace_marked trace_marked;
btf_trace_externs trace_externs;

struct whole_thing whole;
int counted;

int moves(struct thing *one, struct thing *two)
{
	return one->a + two->a;
}

int grows(struct thing *one, struct thing *two)
{
	return one->a + two->a;
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

int takes_another(struct thing *t, int x)
{
	return t->a + x;
}
