/* SPDX-License-Identifier: BSD-2-Clause */
/* Programs that sample: on the kernel's own clock, of each CPU, as profilers have it. */
#include <errno.h>
#include <linux/perf_event.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "agent/attach/attachment.h"
#include "base/cleanup.h"

/* Profilers ask for 49 or 99 a second, and watch for minutes. */
#define FREQUENCY 1000

static int clock_open(int cpu, uint64_t frequency)
{
	struct perf_event_attr attr = {
	        .type = PERF_TYPE_SOFTWARE,
	        .config = PERF_COUNT_SW_CPU_CLOCK,
	        .size = sizeof(attr),
	        .freq = 1,
	        .sample_freq = frequency,
	};

	return (int)syscall(SYS_perf_event_open, &attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
}

int attach_perf_event(const struct bpf_program *prog, const struct attach_place *place, struct attachment *a,
                      struct error *err)
{
	uint64_t frequency = place->frequency ? strtoull(place->frequency, NULL, 0) : FREQUENCY;
	int cpus = libbpf_num_possible_cpus();

	for (int cpu = 0; cpu < cpus; cpu++) {
		cleanup_close int fd = clock_open(cpu, frequency);
		struct bpf_link *link;

		if (fd < 0 && errno == ENODEV) /* not online */
			continue;
		if (fd < 0)
			return attach_failed(err, errno, "a CPU's clock cannot be opened");
		link = bpf_program__attach_perf_event(prog, fd);
		if (!link)
			return attach_failed(err, errno, "to a CPU's clock");
		(void)steal_fd(&fd); /* the link's now */
		attachment_hold_link(a, link);
	}
	return 0;
}
