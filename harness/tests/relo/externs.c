// SPDX-License-Identifier: BSD-2-Clause
/* Weak externs, and nothing to relocate by CO-RE; arguments_old.c and arguments_new.c are the kernels. */
#include "words.h"

#include <bpf/bpf_helpers.h>

struct thing {
	__u32 a;
};

extern int takes_one(struct thing *t) __ksym __weak;
extern int takes_another(struct thing *t, int x) __ksym __weak;
extern int takes_none(void) __ksym __weak;
extern const int counted __ksym __weak;
extern const void typeless __ksym __weak;

int sum;

SEC("raw_tp/externs")
int calls_guarded(void *ctx)
{
	if (takes_one && &counted && &typeless)
		sum = takes_one(ctx) + counted;
	return 0;
}

SEC("raw_tp/externs")
int calls_unguarded(void *ctx)
{
	return takes_none();
}

SEC("raw_tp/externs")
int calls_another(void *ctx)
{
	return takes_another ? takes_another(ctx, 1) : 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
