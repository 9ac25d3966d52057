/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/settle.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/sysinfo.h>
#include <time.h>

#include <bpf/bpf.h>

#include "base/clock.h"

/* A map of all of the guest's memory is taken apart within a second where the guest is emulated. */
#define SETTLE_MS 10000
#define POLL_NS 2000000
/* What the kernel keeps for itself once it was needed is less than this part of all. */
#define MEMORY_PART 8

static bool noted;
static uint32_t last_program; /* ids grow */
static uint64_t memory_free;

static uint64_t memory_part(const struct sysinfo *s)
{
	return (uint64_t)s->totalram * s->mem_unit / MEMORY_PART;
}

void settle_begin(void)
{
	struct sysinfo s = {0};

	while (!bpf_prog_get_next_id(last_program, &last_program))
		;
	noted = !sysinfo(&s);
	memory_free = (uint64_t)s.freeram * s.mem_unit;
}

/* That the kernel does not say so is an object's doing that is still there. */
static bool is_settled(void)
{
	struct sysinfo s;
	uint32_t id;

	if (!bpf_prog_get_next_id(last_program, &id) || errno != ENOENT)
		return false;
	return sysinfo(&s) || (uint64_t)s.freeram * s.mem_unit + memory_part(&s) >= memory_free;
}

void settle_wait(void)
{
	const struct timespec pause = {.tv_nsec = POLL_NS};
	int64_t deadline = clock_ms() + SETTLE_MS;

	while (noted && !is_settled() && clock_ms() < deadline)
		nanosleep(&pause, NULL);
}
