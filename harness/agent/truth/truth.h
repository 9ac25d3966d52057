/* SPDX-License-Identifier: BSD-2-Clause */
/* truth: what /proc says about one thread that holds still. The parsers are pure. It never waits and never writes. */
#ifndef COREMATRIX_AGENT_TRUTH_TRUTH_H
#define COREMATRIX_AGENT_TRUTH_TRUTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

/* TASK_COMM_LEN (include/linux/sched.h) counts the NUL. */
#define TRUTH_COMM_MAX 15

/* bpf_ktime_get_boot_ns and task_struct.start_boottime count ns; /proc counts USER_HZ, 100 on every architecture. */
#define TRUTH_NS_PER_TICK 10000000u

/* What is known of a thread; every key has a number but TRUTH_COMM. */
enum truth_key {
	TRUTH_TGID,       /* process id */
	TRUTH_TID,        /* thread id */
	TRUTH_PPID,       /* real_parent->tgid */
	TRUTH_PARENT_TID, /* thread id of the thread that forked it */
	TRUTH_TRACER,     /* process that traces it, 0 when none */
	TRUTH_COMM,
	TRUTH_UID,
	TRUTH_GID,
	TRUTH_EUID,
	TRUTH_EGID,
	TRUTH_START, /* start_boottime in ticks of USER_HZ */
	TRUTH_STATE, /* 0: TASK_RUNNING, which every task is while it runs a program on its own behalf */
	TRUTH_PGID,  /* process group */
	TRUTH_SID,   /* session */
	TRUTH_CAP_EFFECTIVE,
	TRUTH_CGROUP, /* inode number of its directory in the unified hierarchy, which is the cgroup's id */
	TRUTH_MNT_NS, /* inode numbers, here and below */
	TRUTH_PID_NS,
	TRUTH_NET_NS,
	TRUTH_UTS_NS,
	TRUTH_IPC_NS,
	TRUTH_USER_NS,
	TRUTH_CGROUP_NS,
	TRUTH_KEY_COUNT,
};

struct truth {
	uint32_t unknown; /* bits 1 << enum truth_key: what this kernel was built without */
	uint64_t numbers[TRUTH_KEY_COUNT];
	char comm[TRUTH_COMM_MAX + 1]; /* any byte but NUL and '/' may occur */
	size_t comm_len;
};

/* Words for people: "thread id", "user id", … */
const char *truth_key_words(enum truth_key key);

/* The pieces of /proc/PID/stat and status that are used here. */
struct truth_stat {
	char *comm; /* not escaped; owned */
	size_t comm_len;
	uint64_t pid, ppid, pgid, sid, start_ticks;
};

struct truth_status {
	char *comm; /* unescaped; owned */
	size_t comm_len;
	uint64_t tgid, pid, ppid, tracer, uid, euid, gid, egid, cap_effective;
};

/*
 * Parse a whole file's bytes (proc(5)). comm may hold `)` and spaces: it ends at the last `)` of stat. Return 0 or
 * -EBADMSG with `err` naming the field.
 */
int truth_parse_stat(const char *bytes, size_t len, struct truth_stat *out, struct error *err);
int truth_parse_status(const char *bytes, size_t len, struct truth_status *out, struct error *err);
void truth_stat_free(struct truth_stat *s);
void truth_status_free(struct truth_status *s);

/* In what the two files of thread `tid` of process `pid` contradict each other, in words; NULL when they do not. */
const char *truth_contradiction(const struct truth_status *status, const struct truth_stat *stat, pid_t pid, pid_t tid);

/*
 * Read the truth of thread `tid` of process `pid`, which must hold still: status, then stat, which says the name, the
 * ids and the parent once more. That they contradict each other is an error (-EAGAIN): it did not hold still.
 * `parent_tid` cannot be read from /proc and is taken as given. Namespaces and the cgroup are read only when they are
 * in `wanted` (bits 1 << enum truth_key), for each is a file of its own; else they are unknown.
 */
int truth_read(pid_t pid, pid_t tid, pid_t parent_tid, uint32_t wanted, struct truth *out, struct error *err);

#endif
