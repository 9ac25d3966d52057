// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * rss_stat: how many pages a process has in memory, before and after 6.2.
 *
 * Shows: a member that changed its type. Until 6.2 mm_struct.rss_stat is a struct with an array of counters; since
 * then it is an array of per-CPU counters: the sum is the counter and what each CPU holds back, and the guest has one
 * CPU. Which of the counters it is, is known at run time only, so the array's offset and the elements' size are asked
 * for, and the place is computed. The tracepoint of the same name says what the kernel takes the sum for.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define PAGE_SHIFT 12

/* What an address of a per-CPU variable lacks to be this CPU's. */
extern const unsigned long this_cpu_off __ksym __weak;

struct mm_rss_stat___before_6_2 {
	atomic_long_t count[4];
} __attribute__((preserve_access_index));

struct mm_struct___before_6_2 {
	struct mm_rss_stat___before_6_2 rss_stat;
} __attribute__((preserve_access_index));

struct percpu_counter___since_6_2 {
	__s64 count;
	__s32 *counters;
} __attribute__((preserve_access_index));

struct mm_struct___since_6_2 {
	struct percpu_counter___since_6_2 rss_stat[4];
} __attribute__((preserve_access_index));

struct event {
	__u32 pid;
	__s64 pages;
	__s64 pages_expected;
};

/* Keeps the type in the object's BTF: the reader decodes by it. */
const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

/* What a per-CPU counter's sum is on a machine with one CPU. */
static __always_inline __s64 counter_sum(const struct percpu_counter___since_6_2 *counter)
{
	const unsigned long *offset = bpf_this_cpu_ptr(&this_cpu_off);
	__s32 held_back = 0;

	bpf_probe_read_kernel(&held_back, sizeof(held_back), (const char *)BPF_CORE_READ(counter, counters) + *offset);
	return BPF_CORE_READ(counter, count) + held_back;
}

/* `member` says which sort of pages: MM_FILEPAGES, … */
static __always_inline __s64 pages_of(const void *mm, __u32 member)
{
	const struct mm_struct___since_6_2 *newer = mm;
	const struct mm_struct___before_6_2 *older = mm;
	const char *at = mm;
	__s64 count = 0;

	if (!bpf_core_field_exists(older->rss_stat.count))
		return counter_sum((const void *)(at + bpf_core_field_offset(newer->rss_stat) +
		                                  member * bpf_core_type_size(struct percpu_counter___since_6_2)));
	bpf_probe_read_kernel(&count, sizeof(count),
	                      at + bpf_core_field_offset(older->rss_stat.count) + member * sizeof(count));
	return count;
}

SEC("tp/kmem/rss_stat")
int on_rss_stat(struct trace_event_raw_rss_stat *ctx)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct event *e;

	/* another process's memory can change too, when it is swapped or reclaimed */
	if (!ctx->curr)
		return 0;
	e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);
	if (!e)
		return 0;
	e->pid = bpf_get_current_pid_tgid() >> 32;
	e->pages = pages_of(BPF_CORE_READ(task, mm), ctx->member);
	e->pages_expected = ctx->size >> PAGE_SHIFT;
	bpf_ringbuf_submit(e, 0);
	return 0;
}
