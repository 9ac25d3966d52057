/* SPDX-License-Identifier: BSD-2-Clause */
/* action_deed: the deeds behind action's table, one or two to a file action_*.c. */
#ifndef COREMATRIX_AGENT_DEEDS_ACTION_DEED_H
#define COREMATRIX_AGENT_DEEDS_ACTION_DEED_H

#include "agent/deeds/action.h"
#include "agent/deeds/action_result.h"

/* Note what was read from or written to a block device; `sector` in units of 512 bytes. */
void action_disk_view(struct action_result *out, const char *name, dev_t dev, uint64_t sector, uint64_t len);

/* Put both into every map of sockets that there is and that takes their kind, at 0 and 1; returns 0, or -1 noted. */
int action_sockets_place(int first, int second, struct action_result *out);

/*
 * Two sockets that share a port: give them the BPF program that chooses, where there is one, and put them into every
 * map of such sockets; returns 0, or -1 noted.
 */
int action_group_prepare(int first, int second, struct action_result *out);

void action_file(const char *directory, struct action_result *out);
void action_tcp4(const char *directory, struct action_result *out);
void action_tcp6(const char *directory, struct action_result *out);
void action_udp4(const char *directory, struct action_result *out);
void action_udp6(const char *directory, struct action_result *out);
void action_fork(const char *directory, struct action_result *out);
void action_exit_status(const char *directory, struct action_result *out);
void action_exit_signal(const char *directory, struct action_result *out);
void action_signal(const char *directory, struct action_result *out);
void action_mmap(const char *directory, struct action_result *out);
void action_mount(const char *directory, struct action_result *out);
void action_setuid(const char *directory, struct action_result *out);
void action_timer(const char *directory, struct action_result *out);
void action_cgroup(const char *directory, struct action_result *out);
void action_disk(const char *directory, struct action_result *out);
void action_message4(const char *directory, struct action_result *out);
void action_message6(const char *directory, struct action_result *out);
void action_sockopt(const char *directory, struct action_result *out);
void action_sockmap(const char *directory, struct action_result *out);
void action_reuseport(const char *directory, struct action_result *out);
void action_congestion(const char *directory, struct action_result *out);
void action_device(const char *directory, struct action_result *out);
void action_sysctl(const char *directory, struct action_result *out);
void action_loop(const char *directory, struct action_result *out);
void action_call(const char *directory, struct action_result *out);
void action_program(const char *directory, struct action_result *out);
void action_oom(const char *directory, struct action_result *out);
void action_futex(const char *directory, struct action_result *out);
void action_sync(const char *directory, struct action_result *out);
void action_route(const char *directory, struct action_result *out);
void action_disk_write(const char *directory, struct action_result *out);
void action_disk_cache(const char *directory, struct action_result *out);
void action_reclaim(const char *directory, struct action_result *out);
void action_sched(const char *directory, struct action_result *out);
void action_loss(const char *directory, struct action_result *out);
void action_terminal(const char *directory, struct action_result *out);
void action_syscall(const char *directory, struct action_result *out);
void action_wait(const char *directory, struct action_result *out);
void action_kernel(const char *directory, struct action_result *out);
void action_packets(const char *directory, struct action_result *out);
void action_throttle(const char *directory, struct action_result *out);
void action_swap(const char *directory, struct action_result *out);
void action_ext4(const char *directory, struct action_result *out);
void action_xfs(const char *directory, struct action_result *out);
void action_btrfs(const char *directory, struct action_result *out);
void action_overlay(const char *directory, struct action_result *out);
void action_unix(const char *directory, struct action_result *out);
void action_netlink(const char *directory, struct action_result *out);
void action_bpf(const char *directory, struct action_result *out);
void action_dmabuf(const char *directory, struct action_result *out);
void action_segment(const char *directory, struct action_result *out);
void action_migrate(const char *directory, struct action_result *out);
void action_wire(const char *directory, struct action_result *out);
void action_command(const char *directory, struct action_result *out);

/* Each returns the exit status. */
int action_file_end(void);
int action_net_end(void);
int action_fork_end(void);
int action_exit_status_end(void);
int action_exit_signal_end(void);
int action_cgroup_end(void);
int action_command_end(void);
int action_unix_end(void);
int action_netlink_end(void);
int action_bpf_end(void);
int action_dmabuf_end(void);

#endif
