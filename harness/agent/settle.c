/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/settle.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"

#define DEADLINE_MS 5000
#define POLL_NS 5000000L
/* What small objects and the agent's own work make it go up and down by. */
#define SLACK_KB 8192

static long marked;

long settle_available(const char *meminfo)
{
	static const char name[] = "MemAvailable:";
	const char *line = strstr(meminfo, name);

	return line ? strtol(line + strlen(name), NULL, 10) : -1;
}

static long available_now(void)
{
	cleanup_buf struct buf text = {0};

	return io_read_file("/proc/meminfo", 1 << 16, &text, NULL) ? -1 : settle_available(buf_str(&text));
}

void settle_mark(void)
{
	marked = available_now();
}

void settle_wait(void)
{
	const struct timespec pause = {.tv_nsec = POLL_NS};
	int64_t deadline = clock_ms() + DEADLINE_MS;
	long now;

	while ((now = available_now()) < marked - SLACK_KB && clock_ms() < deadline)
		nanosleep(&pause, NULL);
	if (now < marked - SLACK_KB)
		marked = now;
}
