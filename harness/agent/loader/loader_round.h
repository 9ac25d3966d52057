/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * loader_round: the workloads that happen while a loader runs, round after round, for nobody knows when it is ready to
 * see something; of the last whole round the lives of its subjects and what the loader printed meanwhile. It compares
 * nothing.
 */
#ifndef COREMATRIX_AGENT_LOADER_LOADER_ROUND_H
#define COREMATRIX_AGENT_LOADER_LOADER_ROUND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/loader/loader_feed.h"
#include "agent/loader/loader_process.h"
#include "agent/loader/loader_running.h"
#include "agent/truth/capture.h"
#include "agent/truth/life.h"
#include "base/buf.h"
#include "wire/job.h"

#define LOADER_ROUNDS 2u
#define LOADER_EXTRA_MS 60000

/* A subject that was led through its life. */
struct led {
	const struct subject_kind *kind;
	struct life life;
};

struct loader_round {
	struct led *led;
	size_t count;
	struct capture *lines; /* that are events, by the ini */
	bool complete;         /* the loader was ready when it began, so what is not in it is missing: it loaded
	                          nothing more while it lasted, and it waits, or has reported what its programs saw */
};

/* Zero-initialise and set the first five, of which all but `records` are borrowed. */
struct loader_rounds {
	const struct job_object *object;
	struct loader_process *process;
	struct loader_running *running;
	struct loader_feed *feed; /* NULL: what it reports is not read */
	int records;              /* what its tracer keeps, which grows while the loader loads and attaches; -1 */
	struct loader_round last; /* whole one, a complete one before others; `lines` is NULL when there was none */
	unsigned complete;        /* how many were, of one that has a program that ran and waits */
	bool rests;               /* the guest was idle before the round */
	uint64_t events;          /* in all rounds */
	bool outlived;            /* the program has ended, and what it attached stays: `bpftool … autoattach` */
	struct buf notes;         /* lines about deeds that did not come off */
};

/*
 * Until the program has ended or the clock (clock_ms) says `deadline`. If what it reports is read, only until
 * LOADER_ROUNDS complete rounds are there. Up to LOADER_EXTRA_MS more when it is still at what comes before: for the
 * first complete round of one that loads, and for one that computes and has reported nothing, or of which no program
 * ran. One that ended and left programs attached is given another round. Returns 0 or a negative errno.
 */
int loader_rounds_run(struct loader_rounds *r, int64_t deadline, struct error *err);

/* What it reports of the last round only now, for it was kept back: once the loader has ended. */
void loader_rounds_late(struct loader_rounds *r);

void loader_rounds_free(struct loader_rounds *r);

#endif
