/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/load/run_stats.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "base/cleanup.h"
#include "base/io.h"

#define SYSCTL "/proc/sys/kernel/bpf_stats_enabled"

bool run_stats_enable(void)
{
	cleanup_close int fd = -1;

	/* Its descriptor is what keeps them on. */
	if (bpf_enable_stats(BPF_STATS_RUN_TIME) >= 0)
		return true;
	fd = open(SYSCTL, O_WRONLY | O_CLOEXEC);
	return fd >= 0 && !io_write_all(fd, "1", 1);
}

uint64_t run_stats_recursion_misses(int program_fd)
{
	struct bpf_prog_info info = {0};
	uint32_t size = sizeof(info);

	return bpf_obj_get_info_by_fd(program_fd, &info, &size) ? 0 : info.recursion_misses;
}

/*
 * struct bpf_link_info of include/uapi/linux/bpf.h, as far as it is needed: headers older than the kernel lack the
 * members. The kernel says how much of it it wrote.
 */
struct kprobe_multi_info {
	uint32_t type, id, program_id, : 32;
	uint64_t addrs;
	uint32_t count, flags;
	uint64_t missed;
};

struct kprobe_info {
	uint32_t type, id, program_id, : 32;
	uint32_t event, : 32;
	uint64_t name;
	uint32_t name_len, offset;
	uint64_t addr, missed;
};

enum { LINK_PERF_EVENT = 7, LINK_KPROBE_MULTI = 8 };
enum { EVENT_KPROBE = 3, EVENT_KRETPROBE = 4 }; /* enum bpf_perf_event_type */

uint64_t run_stats_link_missed(const void *info, size_t size)
{
	struct kprobe_multi_info multi;
	struct kprobe_info kprobe;

	if (size >= sizeof(multi)) {
		memcpy(&multi, info, sizeof(multi));
		if (multi.type == LINK_KPROBE_MULTI)
			return multi.missed;
	}
	if (size >= sizeof(kprobe)) {
		memcpy(&kprobe, info, sizeof(kprobe));
		if (kprobe.type == LINK_PERF_EVENT && (kprobe.event == EVENT_KPROBE || kprobe.event == EVENT_KRETPROBE))
			return kprobe.missed;
	}
	return 0;
}

uint64_t run_stats_missed(int link_fd)
{
	/* larger than any kernel's, whose size it answers with */
	uint64_t info[32] = {0};
	uint32_t size = sizeof(info);

	return bpf_obj_get_info_by_fd(link_fd, info, &size) ? 0 : run_stats_link_missed(info, size);
}
