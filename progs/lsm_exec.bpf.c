// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * lsm_exec: an exec as a security module sees it.
 *
 * Shows: LSM programs. That one is loaded and attached does not mean that it is called: the kernel calls the hooks of
 * the modules that are on, and bpf is on only where CONFIG_LSM or lsm= on the command line names it.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct event {
	__u32 pid;
	char comm[16];
	char filename[64];
};

/* Keeps the type in the object's BTF: the reader decodes by it. */
const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

SEC("lsm/bprm_check_security")
int BPF_PROG(on_check, struct linux_binprm *bprm, int result)
{
	struct event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);

	if (!e)
		return result;
	e->pid = bpf_get_current_pid_tgid() >> 32;
	bpf_get_current_comm(e->comm, sizeof(e->comm));
	bpf_probe_read_kernel_str(e->filename, sizeof(e->filename), bprm->filename);
	bpf_ringbuf_submit(e, 0);
	return result;
}
