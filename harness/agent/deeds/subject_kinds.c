/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of subject.h: a row here is a subject more. */
#include <sched.h>

#include "agent/deeds/subject.h"
#include "wire/user_target.h"

/* A pid namespace is for children only, a network namespace takes long to end, and a user namespace takes rights away.
 */
#define NAMESPACES (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC)

#define EXEC .group = WORKLOAD_EXEC, .triggers = TRIGGER_EXEC
#define FILES .group = WORKLOAD_FILE, .triggers = TRIGGER_FILE, .action = ACTION_FILE, .noisy = true
#define TCP(version) .group = WORKLOAD_TCP, .triggers = TRIGGER_TCP##version, .action = ACTION_TCP##version
#define UDP(version) .group = WORKLOAD_UDP, .triggers = TRIGGER_UDP##version, .action = ACTION_UDP##version
#define EXIT .group = WORKLOAD_FORK, .triggers = TRIGGER_EXIT
#define ON_DEMAND(name) DOES(name), .on_demand = true
#define MESSAGE(version) \
	.group = WORKLOAD_MESSAGE, .triggers = TRIGGER_MESSAGE##version, .action = ACTION_MESSAGE##version, \
	.on_demand = true
#define DOES(name) .group = WORKLOAD_##name, .triggers = TRIGGER_##name, .action = ACTION_##name

/* One more of a group, for what else runs meanwhile. */
#define STIRS(of, does) \
	.group = WORKLOAD_##of, .triggers = TRIGGER_##of, .action = ACTION_##does, .on_demand = true, .stirs = true, \
	.namespaces = CLONE_NEWNS, .noisy = true

#define SYSTEM(name) \
	.group = WORKLOAD_FILESYSTEM, .triggers = TRIGGER_##name, .action = ACTION_##name, .on_demand = true, \
	.namespaces = CLONE_NEWNS, .noisy = true

/* The odd name has all that breaks a naive reader of stat, within the 15 bytes that are kept of it. */
static const struct subject_kind kinds[] = {
        {.name = "exec", EXEC, .file = "cm-exec"},
        {.name = "exec-thread", EXEC, .file = "cm-exec-thread", .from_thread = true},
        {.name = "exec-child", EXEC, .file = "cm-exec-child", .under_parent = true},
        {.name = "exec-thread-child", EXEC, .file = "cm-thread-child", .under_parent = true, .parent_thread = true},
        {.name = "exec-comm", EXEC, .file = "cm) R 1 2 (x-and-more", .odd_name = true},
        {.name = "exec-uid", EXEC, .file = "cm-exec-uid", .uid = 4242, .gid = 4343, .namespaces = NAMESPACES},
        {.name = "exec-traced", EXEC, .file = "cm-exec-traced", .under_parent = true, .traced = true},
        {.name = "file", FILES, .file = "cm-file"},
        {.name = "file-uid", FILES, .file = "cm-file-uid", .uid = 4242, .gid = 4343, .under_parent = true},
        {.name = "tcp4", TCP(4), .file = "cm-tcp4"},
        {.name = "tcp6", TCP(6), .file = "cm-tcp6", .uid = 4242, .gid = 4343},
        {.name = "fork", DOES(FORK), .file = "cm-fork", .under_parent = true},
        {.name = "exit", EXIT, .file = "cm-exit", .action = ACTION_EXIT_STATUS, .uid = 4242, .gid = 4343},
        {.name = "exit-signal", EXIT, .file = "cm-exit-signal", .action = ACTION_EXIT_SIGNAL},
        {.name = "udp4", UDP(4), .file = "cm-udp4"},
        {.name = "udp6", UDP(6), .file = "cm-udp6", .uid = 4242, .gid = 4343},
        {.name = "signal", DOES(SIGNAL), .file = "cm-signal", .under_parent = true},
        {.name = "mmap", DOES(MMAP), .file = "cm-mmap", .noisy = true},
        {.name = "mount", DOES(MOUNT), .file = "cm-mount", .namespaces = CLONE_NEWNS},
        {.name = "setuid", DOES(SETUID), .file = "cm-setuid"},
        {.name = "timer", DOES(TIMER), .file = "cm-timer", .noisy = true},
        {.name = "cgroup", DOES(CGROUP), .file = "cm-cgroup", .noisy = true},
        {.name = "disk", DOES(DISK), .file = "cm-disk"},
        {.name = "message4", MESSAGE(4), .file = "cm-message4"},
        {.name = "message6", MESSAGE(6), .file = "cm-message6", .uid = 4242, .gid = 4343},
        {.name = "sockopt", ON_DEMAND(SOCKOPT), .file = "cm-sockopt"},
        {.name = "sockmap", ON_DEMAND(SOCKMAP), .file = "cm-sockmap"},
        {.name = "reuseport", ON_DEMAND(REUSEPORT), .file = "cm-reuseport"},
        {.name = "congestion", ON_DEMAND(CONGESTION), .file = "cm-congestion"},
        {.name = "device", ON_DEMAND(DEVICE), .file = "cm-device"},
        {.name = "sysctl", ON_DEMAND(SYSCTL), .file = "cm-sysctl"},
        {.name = "loop", ON_DEMAND(LOOP), .file = "cm-loop", .noisy = true},
        {.name = "call", ON_DEMAND(CALL), .file = "cm-call"},
        {.name = "oom", ON_DEMAND(OOM), .file = "cm-oom", .noisy = true},
        {.name = "futex", ON_DEMAND(FUTEX), .file = "cm-futex"},
        {.name = "sync", ON_DEMAND(SYNC), .file = "cm-sync"},
        {.name = "route", ON_DEMAND(ROUTE), .file = "cm-route"},
        {.name = "wire", ON_DEMAND(WIRE), .file = "cm-wire"},
        {.name = "program", ON_DEMAND(PROGRAM), .file = "cm-program"},
        {.name = "unix", ON_DEMAND(UNIX), .file = "cm-unix"},
        {.name = "netlink", ON_DEMAND(NETLINK), .file = "cm-netlink"},
        {.name = "bpf", ON_DEMAND(BPF), .file = "cm-bpf"},
        {.name = "dmabuf", ON_DEMAND(DMABUF), .file = "cm-dmabuf"},
        {.name = "segment", ON_DEMAND(SEGMENT), .file = "cm-segment"},
        {.name = "migrate", ON_DEMAND(MIGRATE), .file = "cm-migrate"},
        {.name = "library", ON_DEMAND(LIBRARY), .file = "cm-library", .image = CALLER_PATH},
        {.name = "command", ON_DEMAND(COMMAND), .file = "cm-command"},
        {.name = "disk-write",
         .group = WORKLOAD_BLOCK,
         .triggers = TRIGGER_DISK_WRITE,
         .action = ACTION_DISK_WRITE,
         .on_demand = true,
         .stirs = true,
         .file = "cm-disk-write"},
        {.name = "disk-cache",
         .group = WORKLOAD_BLOCK,
         .triggers = TRIGGER_DISK_CACHE,
         .action = ACTION_DISK_CACHE,
         .on_demand = true,
         .stirs = true,
         .file = "cm-disk-cache",
         .noisy = true},
        {.name = "reclaim", ON_DEMAND(RECLAIM), .stirs = true, .file = "cm-reclaim", .noisy = true},
        {.name = "sched", ON_DEMAND(SCHED), .stirs = true, .file = "cm-sched", .noisy = true},
        {.name = "loss", ON_DEMAND(LOSS), .stirs = true, .file = "cm-loss", .noisy = true},
        {.name = "terminal",
         ON_DEMAND(TERMINAL),
         .stirs = true,
         .file = "cm-terminal",
         .namespaces = CLONE_NEWNS,
         .noisy = true},
        {.name = "syscall",
         ON_DEMAND(SYSCALL),
         .stirs = true,
         .file = "cm-syscall",
         .namespaces = CLONE_NEWNS,
         .noisy = true},
        {.name = "wait", STIRS(SYSCALL, WAIT), .file = "cm-wait"},
        {.name = "kernel", STIRS(SYSCALL, KERNEL), .file = "cm-kernel"},
        {.name = "packets", STIRS(LOSS, PACKETS), .file = "cm-packets"},
        {.name = "throttle", STIRS(SCHED, THROTTLE), .file = "cm-throttle"},
        {.name = "swap", STIRS(RECLAIM, SWAP), .file = "cm-swap"},
        {.name = "ext4", SYSTEM(EXT4), .stirs = true, .file = "cm-ext4"},
        {.name = "xfs", SYSTEM(XFS), .stirs = true, .file = "cm-xfs"},
        {.name = "btrfs", SYSTEM(BTRFS), .stirs = true, .file = "cm-btrfs"},
        {.name = "overlay", SYSTEM(OVERLAY), .stirs = true, .file = "cm-overlay"},
};
#define KIND_COUNT (sizeof(kinds) / sizeof(kinds[0]))

const struct subject_kind *subject_kinds(size_t *count)
{
	*count = KIND_COUNT;
	return kinds;
}

uint64_t subject_kinds_triggers(uint64_t groups)
{
	uint64_t triggers = 0;

	for (size_t i = 0; i < KIND_COUNT; i++)
		if (groups & WORKLOAD_BIT(kinds[i].group))
			triggers |= kinds[i].triggers;
	return triggers;
}
