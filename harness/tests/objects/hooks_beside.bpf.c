// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* hooks_beside: hooks that no workload is known to fire by name: each has a deed all the same, told from its part of
 * the kernel. */
#include "vmlinux.h"

#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define HOOK(section, name) \
	SEC(section) \
	int name(void *ctx) \
	{ \
		return 0; \
	}

HOOK("tp/io_uring/io_uring_create", queue)
HOOK("tp/module/module_load", module_loaded)
HOOK("tp/module/module_free", module_freed)
HOOK("tp/cgroup/cgroup_freeze", frozen)
HOOK("tp/sock/sock_exceed_buf_limit", socket_memory)
HOOK("tp/sched/sched_pi_setprio", priority_lent)
HOOK("tp/oom/oom_score_adj_update", score)
HOOK("kprobe/throttle_cfs_rq", held_back)
HOOK("kprobe/fib6_run_gc", routes)
HOOK("kprobe/neigh_remove_one", neighbour)
HOOK("kprobe/do_swap_page", swapped_in)
HOOK("kprobe/vfs_fsync", synced)
HOOK("kprobe/hrtimer_nanosleep", slept)
HOOK("kprobe/ptrace_attach", traced)
HOOK("kprobe/xfs_file_fsync", xfs)
HOOK("lsm/settime", clock_set)
HOOK("lsm/socket_shutdown", shut)
