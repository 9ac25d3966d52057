/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/deeds/action.h"

#include <signal.h>

#include "agent/deeds/action_deed.h"

static const struct deed {
	void (*perform)(const char *directory, struct action_result *out);
	int (*end)(void);
	int wait_status;
} deeds[ACTION_COUNT] = {
        [ACTION_FILE] = {action_file, action_file_end, 0},
        [ACTION_TCP4] = {action_tcp4, action_net_end, 0},
        [ACTION_TCP6] = {action_tcp6, action_net_end, 0},
        [ACTION_UDP4] = {action_udp4, action_net_end, 0},
        [ACTION_UDP6] = {action_udp6, action_net_end, 0},
        [ACTION_FORK] = {action_fork, action_fork_end, 0},
        [ACTION_EXIT_STATUS] = {action_exit_status, action_exit_status_end, ACTION_END_STATUS << 8},
        [ACTION_EXIT_SIGNAL] = {action_exit_signal, action_exit_signal_end, ACTION_END_SIGNAL},
        [ACTION_SIGNAL] = {action_signal, NULL, 0},
        [ACTION_MMAP] = {action_mmap, NULL, 0},
        [ACTION_MOUNT] = {action_mount, NULL, 0},
        [ACTION_SETUID] = {action_setuid, NULL, 0},
        [ACTION_TIMER] = {action_timer, NULL, 0},
        [ACTION_CGROUP] = {action_cgroup, action_cgroup_end, 0},
        [ACTION_DISK] = {action_disk, NULL, 0},
        [ACTION_MESSAGE4] = {action_message4, NULL, 0},
        [ACTION_MESSAGE6] = {action_message6, NULL, 0},
        [ACTION_SOCKOPT] = {action_sockopt, NULL, 0},
        [ACTION_SOCKMAP] = {action_sockmap, action_net_end, 0},
        [ACTION_REUSEPORT] = {action_reuseport, NULL, 0},
        [ACTION_CONGESTION] = {action_congestion, action_net_end, 0},
        [ACTION_DEVICE] = {action_device, NULL, 0},
        [ACTION_SYSCTL] = {action_sysctl, NULL, 0},
        [ACTION_LOOP] = {action_loop, NULL, 0},
        [ACTION_CALL] = {action_call, NULL, 0},
        [ACTION_PROGRAM] = {action_program, NULL, 0},
        [ACTION_WIRE] = {action_wire, NULL, 0},
        [ACTION_ROUTE] = {action_route, NULL, 0},
        [ACTION_OOM] = {action_oom, NULL, 0},
        [ACTION_FUTEX] = {action_futex, NULL, 0},
        [ACTION_SYNC] = {action_sync, NULL, 0},
        [ACTION_COMMAND] = {action_command, action_command_end, 0},
        [ACTION_DISK_WRITE] = {action_disk_write, NULL, 0},
        [ACTION_DISK_CACHE] = {action_disk_cache, NULL, 0},
        [ACTION_RECLAIM] = {action_reclaim, NULL, 0},
        [ACTION_SCHED] = {action_sched, NULL, 0},
        [ACTION_LOSS] = {action_loss, NULL, 0},
        [ACTION_TERMINAL] = {action_terminal, NULL, 0},
        [ACTION_SYSCALL] = {action_syscall, NULL, 0},
        [ACTION_WAIT] = {action_wait, NULL, 0},
        [ACTION_KERNEL] = {action_kernel, NULL, 0},
        [ACTION_PACKETS] = {action_packets, NULL, 0},
        [ACTION_THROTTLE] = {action_throttle, NULL, 0},
        [ACTION_SWAP] = {action_swap, NULL, 0},
        [ACTION_EXT4] = {action_ext4, NULL, 0},
        [ACTION_XFS] = {action_xfs, NULL, 0},
        [ACTION_BTRFS] = {action_btrfs, NULL, 0},
        [ACTION_OVERLAY] = {action_overlay, NULL, 0},
        [ACTION_UNIX] = {action_unix, action_unix_end, 0},
        [ACTION_NETLINK] = {action_netlink, action_netlink_end, 0},
        [ACTION_BPF] = {action_bpf, action_bpf_end, 0},
        [ACTION_DMABUF] = {action_dmabuf, action_dmabuf_end, 0},
        [ACTION_SEGMENT] = {action_segment, NULL, 0},
        [ACTION_MIGRATE] = {action_migrate, NULL, 0},
};

const char *action_other_name(enum action_other other)
{
	static const char *const names[OTHER_COUNT] = {
	        [OTHER_ADDRESS] = "other address",
	        [OTHER_VALUE] = "other value",
	        [OTHER_BYTES] = "other bytes",
	        [OTHER_PATH] = "other path",
	};

	return (unsigned)other < OTHER_COUNT ? names[other] : NULL;
}

bool action_is_deed(enum action action)
{
	return action == ACTION_LIBRARY || ((unsigned)action < ACTION_COUNT && deeds[action].perform);
}

void action_perform(enum action action, const char *directory, struct action_result *out)
{
	*out = (struct action_result){0};
	if ((unsigned)action < ACTION_COUNT && deeds[action].perform)
		deeds[action].perform(directory, out);
	action_result_seal(out);
}

int action_end(enum action action)
{
	return (unsigned)action < ACTION_COUNT && deeds[action].end ? deeds[action].end() : 0;
}

int action_wait_status(enum action action)
{
	return (unsigned)action < ACTION_COUNT ? deeds[action].wait_status : 0;
}
