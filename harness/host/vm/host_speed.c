/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/vm/host_speed.h"

#include <sched.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/io.h"

#define WORK 2000000u
/* Milliseconds WORK takes on the machine vm_deadlines_default was chosen on (2.6 GHz, emulating a boot in 1.5 s). */
#define REFERENCE_MS 4.0
/* QEMU's own memory beside the guest's. */
#define QEMU_MB 96u

/* Work like a translator's: dependent arithmetic, unpredictable branches, memory beyond the first cache. */
static double work_ms(void)
{
	enum { WORDS = 1 << 16 };
	uint32_t *words = xcalloc(WORDS, sizeof(*words)), state = 1;
	uint64_t start = clock_ns(CLOCK_THREAD_CPUTIME_ID), end;

	for (uint32_t i = 0; i < WORK; i++) {
		state = state * 1664525u + 1013904223u;
		if (state & 0x10000u)
			words[state >> 16] += state;
		else
			state ^= words[state >> 16];
	}
	words[0] += state;
	*(volatile uint32_t *)words = words[0];
	end = clock_ns(CLOCK_THREAD_CPUTIME_ID);
	free(words);
	return (double)(end - start) / 1e6;
}

static int64_t stretch(int64_t ms, double factor)
{
	return factor > 1 ? (int64_t)((double)ms * factor) : ms;
}

struct vm_deadlines host_speed_deadlines(unsigned jobs, unsigned processors)
{
	double sharing = (double)jobs / (double)(processors ? processors : 1);
	double factor = work_ms() / REFERENCE_MS * (sharing > 1 ? sharing : 1);
	struct vm_deadlines d = vm_deadlines_default();

	return (struct vm_deadlines){
	        .boot_ms = stretch(d.boot_ms, factor),
	        .ready_ms = stretch(d.ready_ms, factor),
	        .cell_ms = stretch(d.cell_ms, factor),
	        .end_ms = stretch(d.end_ms, factor),
	};
}

unsigned host_speed_processors(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof(set), &set) ? 1 : (unsigned)CPU_COUNT(&set);
}

unsigned long host_speed_available_mb(void)
{
	struct buf text = {0};
	const char *line;
	unsigned long kb = 0;

	if (!io_read_file("/proc/meminfo", 65536, &text, NULL) && (line = strstr(buf_str(&text), "MemAvailable:")))
		kb = strtoul(line + strlen("MemAvailable:"), NULL, 10);
	buf_free(&text);
	return kb / 1024;
}

unsigned host_speed_jobs(unsigned processors, unsigned memory_mb, unsigned long available_mb)
{
	unsigned long fit = available_mb / (memory_mb + QEMU_MB);
	unsigned busy = processors + (processors + 1) / 2;

	if (available_mb && fit < busy)
		busy = (unsigned)fit;
	return busy ? busy : 1;
}
