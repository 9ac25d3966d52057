/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * run_count: how often the kernel ran each program of a loaded object, by its own statistics (run_cnt of
 * bpf_prog_info, which counts while somebody has switched them on), and which of these runs the workloads account for.
 *
 * Runs are counted in windows: from right before a deed until it is done, and again while its subject ends, but not
 * while the agent reads /proc in between. What other tasks do meanwhile falls into the windows too, and no kernel tells
 * the two apart: a quiet interval, in which nobody does anything on our behalf but wait, in two ways, is measured
 * beside them, and a program counts as run by the workloads when it ran more often in the windows than such a rate
 * explains.
 */
#ifndef COREMATRIX_AGENT_TRUTH_RUN_COUNT_H
#define COREMATRIX_AGENT_TRUTH_RUN_COUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bpf/libbpf.h>

struct run_count {
	const struct bpf_program *program; /* borrowed */
	int fd;                            /* borrowed; -1: not loaded, and nothing below counts */
	bool known;                        /* its hook is one that the workloads fire, and hardly anybody else */
	bool hands_over;                   /* it calls a helper that makes an event */
	bool handed_over;                  /* an event is known to be its own */
	bool compared;                     /* and a value of such an event was compared with the truth */
	uint64_t total;                    /* since it was loaded */
	uint64_t deeds, quiet;             /* in the windows; in the quiet interval */
	uint64_t life;                     /* in the windows since run_counts_life */
	uint64_t mark;                     /* count when the open window began */
};

/* Zero-initialise. */
struct run_counts {
	struct run_count *programs; /* in the object's order */
	size_t count;
	uint64_t deeds_ns, quiet_ns;
	uint64_t mark_ns;
	int denied; /* errno, when the kernel did not say how often one ran: an object may deny bpf(2) */
};

/* `triggers`, of each program in the object's order, tell of which hooks something is known. With `all_hand_over` any
 * program may, for it may write to a map. Free with run_counts_free.
 */
void run_counts_open(struct run_counts *counts, struct bpf_object *obj, const uint64_t *triggers, bool all_hand_over);

/* One more, loaded as `fd`, of which nothing else is known; its windows begin with the next. */
void run_counts_add(struct run_counts *counts, int fd);

/* A subject's life begins: its windows are told apart from those of the others. */
void run_counts_life(struct run_counts *counts);

void run_counts_window_open(struct run_counts *counts);
void run_counts_window_close(struct run_counts *counts);

/*
 * A subject's life is over, and `events` events came in it, of which `compared` tells whether a value was held against
 * the truth. They are some program's own when no other one can have made them: it is the only one that hands anything
 * over and ran, or all that did ran as often, together, as there are events.
 */
void run_counts_attribute(struct run_counts *counts, size_t events, bool compared);

/* A value of an event that is known to be of `program` was compared. */
void run_counts_compared(struct run_counts *counts, const struct bpf_program *program);

/*
 * Whether each of a subject's `events` is of a program that runs because of what was done: as many as programs at hooks
 * that are known for that ran, and no other program that hands anything over did.
 */
bool run_counts_made_all(const struct run_counts *counts, size_t events);

/* Whether no program that hands anything over ran since run_counts_life, as far as the kernel counts. */
bool run_counts_passed_by(const struct run_counts *counts);

/* Of all runs of such programs; known once the totals were taken. */
uint64_t run_counts_total(const struct run_counts *counts);

/*
 * The workloads are over: take the totals. Where a program ran in the windows and nothing is known of its hook, nor of
 * events of its own, an interval in which nothing is done is waited for and measured, at least as long as twice the
 * windows, within limits.
 */
void run_counts_finish(struct run_counts *counts);

/* What was denied while the object was attached is asked for once it is detached: all runs count as the workloads'. */
void run_counts_late(struct run_counts *counts);

/* Runs in a quiet interval, of which half was slept and half was waited for a word: what only one of both had is the
 * wait's own. Pure. */
uint64_t run_count_quiet(uint64_t asleep, uint64_t listening);

/* Whether the workloads made the kernel run the program. Pure. */
bool run_count_is_ours(const struct run_count *p, uint64_t deeds_ns, uint64_t quiet_ns);

void run_counts_free(struct run_counts *counts);

#endif
