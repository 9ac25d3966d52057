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
	TRIGGER_EXEC = 1ull << 0,
	TRIGGER_FILE = 1ull << 1,
	TRIGGER_TCP4 = 1ull << 2,
	TRIGGER_TCP6 = 1ull << 3,
	TRIGGER_FORK = 1ull << 4,
	TRIGGER_EXIT = 1ull << 5,
	TRIGGER_UDP4 = 1ull << 6,
	TRIGGER_UDP6 = 1ull << 7,
	TRIGGER_SIGNAL = 1ull << 8,
	TRIGGER_MMAP = 1ull << 9,
	TRIGGER_MOUNT = 1ull << 10,
	TRIGGER_SETUID = 1ull << 11,
	TRIGGER_TIMER = 1ull << 12,
	TRIGGER_CGROUP = 1ull << 13,
	TRIGGER_DISK = 1ull << 14,
	TRIGGER_MESSAGE4 = 1ull << 15,
	TRIGGER_MESSAGE6 = 1ull << 16,
	TRIGGER_SOCKOPT = 1ull << 17,
	TRIGGER_SOCKMAP = 1ull << 18,
	TRIGGER_REUSEPORT = 1ull << 19,
	TRIGGER_CONGESTION = 1ull << 20,
	TRIGGER_DEVICE = 1ull << 21,
	TRIGGER_SYSCTL = 1ull << 22,
	TRIGGER_LOOP = 1ull << 23,
	TRIGGER_CALL = 1ull << 24,
	TRIGGER_PROGRAM = 1ull << 25,
	TRIGGER_WIRE = 1ull << 26,
	TRIGGER_OOM = 1ull << 27,
	TRIGGER_FUTEX = 1ull << 28,
	TRIGGER_SYNC = 1ull << 29,
	TRIGGER_ROUTE = 1ull << 30,
	TRIGGER_LIBRARY = 1ull << 31,
	TRIGGER_COMMAND = 1ull << 32,
	TRIGGER_DISK_WRITE = 1ull << 33,
	TRIGGER_DISK_CACHE = 1ull << 34,
	TRIGGER_RECLAIM = 1ull << 35,
	TRIGGER_SCHED = 1ull << 36,
	TRIGGER_LOSS = 1ull << 37,
	TRIGGER_TERMINAL = 1ull << 38,
	TRIGGER_SYSCALL = 1ull << 39,
	TRIGGER_EXT4 = 1ull << 40,
	TRIGGER_OVERLAY = 1ull << 41,
	TRIGGER_XFS = 1ull << 42,
	TRIGGER_BTRFS = 1ull << 43,
	TRIGGER_UNIX = 1ull << 44,
	TRIGGER_NETLINK = 1ull << 45,
	TRIGGER_BPF = 1ull << 46,
	TRIGGER_DMABUF = 1ull << 47,
	TRIGGER_MIGRATE = 1ull << 48,
	TRIGGER_SEGMENT = 1ull << 49,
};

/* Which of a subject's two truths an event speaks of: an exec changes name and thread id. */
enum trigger_moment { MOMENT_UNKNOWN, MOMENT_BEFORE, MOMENT_AFTER };

struct trigger_summary {
	uint64_t triggers;          /* bits of enum trigger, here and below */
	uint64_t drives;            /* what makes programs run too, that may have good reason to report nothing of it */
	enum trigger_moment moment; /* of execs; known only when all programs agree */
	bool moment_set;
	bool unknown; /* some program is attached to what nothing is known of */
};

enum trigger_family { FAMILY_TRACEPOINT, FAMILY_RAW, FAMILY_FUNCTION, FAMILY_SYSCALL, FAMILY_LSM };

/* One attach point of the table. */
struct trigger_point {
	enum trigger_family family;
	const char *target;
	uint64_t triggers;
	enum trigger_moment moment, return_moment;
};

const struct trigger_point *trigger_points(size_t *count);

/*
 * Add one attached program. `section` is its ELF section's name; `target` what it is attached to instead of what the
 * section says, or NULL.
 */
void trigger_summary_add(struct trigger_summary *summary, const char *section, const char *target);

#endif
