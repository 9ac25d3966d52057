// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * kfunc_present: the name of a process after its exec, copied by a loop that newer kernels provide.
 *
 * Shows: weak kfuncs with a fallback. The open-coded iterator bpf_iter_num_* and its state, struct bpf_iter_num, came
 * together with 6.4. The type answers which loop is taken; libbpf leaves the calls of kfuncs that it does not find
 * without a target, and the verifier never comes to them. Where the kernel has the kfuncs, the name is right only if
 * they were called.
 */
#include "vmlinux.h"
/* Headers of libbpf since 1.4 declare the iterator for a vmlinux.h that has it, which this one need not. */
#define bpf_iter_num_new declared_iter_num_new
#define bpf_iter_num_next declared_iter_num_next
#define bpf_iter_num_destroy declared_iter_num_destroy
#include <bpf/bpf_helpers.h>
#undef bpf_iter_num_new
#undef bpf_iter_num_next
#undef bpf_iter_num_destroy
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define COMM_LEN 16

/*
 * As the kernel has it since 6.4; the flavour keeps it apart from a vmlinux.h that has it too. libbpf compares what
 * the kfuncs take by kind, not by name.
 */
struct bpf_iter_num___local {
	__u64 __opaque[1];
} __attribute__((aligned(8), preserve_access_index));

extern int bpf_iter_num_new(struct bpf_iter_num___local *it, int start, int end) __weak __ksym;
extern int *bpf_iter_num_next(struct bpf_iter_num___local *it) __weak __ksym;
extern void bpf_iter_num_destroy(struct bpf_iter_num___local *it) __weak __ksym;

struct event {
	__u32 pid;
	char comm[COMM_LEN];
};

/* Keeps the type in the object's BTF: the reader decodes by it. */
const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

static __always_inline void copy_by_kfunc(char *to, const char *from)
{
	struct bpf_iter_num___local state, *it = &state;
	int *i;

	bpf_iter_num_new(it, 0, COMM_LEN);
	while ((i = bpf_iter_num_next(it))) {
		__u32 at = *i;

		if (at < COMM_LEN)
			to[at] = from[at];
	}
	bpf_iter_num_destroy(it);
}

SEC("tp/sched/sched_process_exec")
int on_exec(void *ctx)
{
	struct event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);
	char comm[COMM_LEN];

	if (!e)
		return 0;
	e->pid = bpf_get_current_pid_tgid() >> 32;
	bpf_get_current_comm(comm, sizeof(comm));
	__builtin_memset(e->comm, 0, sizeof(e->comm));
	if (bpf_core_type_exists(struct bpf_iter_num___local)) {
		copy_by_kfunc(e->comm, comm);
	} else {
#pragma unroll
		for (int i = 0; i < COMM_LEN; i++)
			e->comm[i] = comm[i];
	}
	bpf_ringbuf_submit(e, 0);
	return 0;
}
