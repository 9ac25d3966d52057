/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trigger: which workloads a program has to notice, told from where it is attached: one table from attach points to
 * what makes them fire. Pure. A point that is not in the table promises nothing.
 */
#ifndef COREMATRIX_AGENT_DEEDS_TRIGGER_H
#define COREMATRIX_AGENT_DEEDS_TRIGGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What fires an attach point. One workload group may consist of several, for a hook may see one of them only. */
enum trigger {
	TRIGGER_EXEC = 1u << 0,
	TRIGGER_FILE = 1u << 1,
	TRIGGER_TCP4 = 1u << 2,
	TRIGGER_TCP6 = 1u << 3,
	TRIGGER_FORK = 1u << 4,
	TRIGGER_EXIT = 1u << 5,
	TRIGGER_UDP4 = 1u << 6,
	TRIGGER_UDP6 = 1u << 7,
	TRIGGER_SIGNAL = 1u << 8,
	TRIGGER_MMAP = 1u << 9,
	TRIGGER_MOUNT = 1u << 10,
	TRIGGER_SETUID = 1u << 11,
	TRIGGER_TIMER = 1u << 12,
	TRIGGER_CGROUP = 1u << 13,
	TRIGGER_DISK = 1u << 14,
	TRIGGER_MESSAGE4 = 1u << 15,
	TRIGGER_MESSAGE6 = 1u << 16,
	TRIGGER_SOCKOPT = 1u << 17,
	TRIGGER_SOCKMAP = 1u << 18,
	TRIGGER_REUSEPORT = 1u << 19,
	TRIGGER_CONGESTION = 1u << 20,
	TRIGGER_DEVICE = 1u << 21,
	TRIGGER_SYSCTL = 1u << 22,
	TRIGGER_LOOP = 1u << 23,
	TRIGGER_CALL = 1u << 24,
	TRIGGER_PROGRAM = 1u << 25,
	TRIGGER_WIRE = 1u << 26,
	TRIGGER_OOM = 1u << 27,
	TRIGGER_FUTEX = 1u << 28,
	TRIGGER_SYNC = 1u << 29,
	TRIGGER_ROUTE = 1u << 30,
};

/* Which of a subject's two truths an event speaks of: an exec changes name and thread id. */
enum trigger_moment { MOMENT_UNKNOWN, MOMENT_BEFORE, MOMENT_AFTER };

struct trigger_summary {
	uint32_t triggers;          /* bits of enum trigger, here and below */
	uint32_t drives;            /* what makes programs run too, that may have good reason to report nothing of it */
	enum trigger_moment moment; /* of execs; known only when all programs agree */
	bool moment_set;
	bool unknown; /* some program is attached to what nothing is known of */
};

enum trigger_family { FAMILY_TRACEPOINT, FAMILY_RAW, FAMILY_FUNCTION, FAMILY_SYSCALL, FAMILY_LSM };

/* One attach point of the table. */
struct trigger_point {
	enum trigger_family family;
	const char *target;
	uint32_t triggers;
	enum trigger_moment moment, return_moment;
};

const struct trigger_point *trigger_points(size_t *count);

/*
 * Add one attached program. `section` is its ELF section's name; `target` what it is attached to instead of what the
 * section says, or NULL.
 */
void trigger_summary_add(struct trigger_summary *summary, const char *section, const char *target);

#endif
