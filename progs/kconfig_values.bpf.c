// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * kconfig_values: what the kernel was built with, and which it is.
 *
 * Shows: externs in .kconfig, which libbpf fills from /boot/config-RELEASE, or /proc/config.gz, before it loads the
 * object: a number, yes or no, yes, no or module, one of the letters, a text; strong ones, without which the load
 * fails, and weak ones, which are 0 where the option is not set; and what libbpf makes up: the kernel's version, and
 * whether system calls take their arguments in registers of the caller.
 *
 * The values are constants to the verifier: code behind an option that is off is never looked at.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

extern int LINUX_KERNEL_VERSION __kconfig;
extern bool LINUX_HAS_SYSCALL_WRAPPER __kconfig __weak;
extern int CONFIG_HZ __kconfig;
extern unsigned long CONFIG_PHYSICAL_START __kconfig;
extern bool CONFIG_BPF_SYSCALL __kconfig;
extern enum libbpf_tristate CONFIG_VETH __kconfig;
extern char CONFIG_BTRFS_FS __kconfig;
extern char CONFIG_LSM[24] __kconfig __weak;
/* PREEMPT_RT kernels alone */
extern bool CONFIG_PREEMPT_RT __kconfig __weak;
/* no kernel */
extern int CONFIG_NOT_THERE __kconfig __weak;

struct event {
	__u64 config_physical_start;
	__u32 pid;
	__u32 linux_kernel_version;
	__u32 config_hz;
	__u32 config_veth;
	__u32 config_not_there;
	__u8 linux_has_syscall_wrapper;
	__u8 config_bpf_syscall;
	__u8 config_preempt_rt;
	char config_btrfs_fs;
	char config_lsm[24];
	char comm[16];
};

/* Keeps the type in the BTF: events are decoded by it. */
const struct event *unused_event __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

SEC("tp/sched/sched_process_exec")
int on_exec(void *ctx)
{
	struct event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);

	if (!e)
		return 0;
	e->pid = bpf_get_current_pid_tgid() >> 32;
	bpf_get_current_comm(e->comm, sizeof(e->comm));
	e->linux_kernel_version = LINUX_KERNEL_VERSION;
	e->linux_has_syscall_wrapper = LINUX_HAS_SYSCALL_WRAPPER;
	e->config_hz = CONFIG_HZ;
	e->config_physical_start = CONFIG_PHYSICAL_START;
	e->config_bpf_syscall = CONFIG_BPF_SYSCALL;
	e->config_veth = CONFIG_VETH;
	e->config_btrfs_fs = CONFIG_BTRFS_FS;
	e->config_preempt_rt = CONFIG_PREEMPT_RT;
	e->config_not_there = CONFIG_NOT_THERE;
	for (int i = 0; i < sizeof(e->config_lsm); i++)
		e->config_lsm[i] = CONFIG_LSM[i];
	bpf_ringbuf_submit(e, 0);
	return 0;
}
