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

#include "agent/loader/loader_process.h"
#include "agent/loader/loader_running.h"
#include "agent/truth/capture.h"
#include "agent/truth/life.h"
#include "base/buf.h"
#include "wire/job.h"
#include "wire/output_rule.h"

/* A subject that was led through its life. */
struct led {
	const struct subject_kind *kind;
	struct life life;
};

struct loader_round {
	struct led *led;
	size_t count;
	struct capture *lines; /* that are events, by the ini */
};

/* Zero-initialise and set the first four, which are borrowed. */
struct loader_rounds {
	const struct job_object *object;
	struct loader_process *process;
	struct loader_running *running;
	const struct output_rules *rules; /* NULL: what it prints is not read */
	struct loader_round last;         /* whole one; `lines` is NULL when there was none */
	size_t read;                      /* bytes of what it printed that were read */
	uint64_t events;                  /* in all rounds */
	struct buf notes;                 /* lines about deeds that did not come off */
};

/* Until the program has ended or the clock (clock_ms) says `deadline`. Returns 0 or a negative errno. */
int loader_rounds_run(struct loader_rounds *r, int64_t deadline, struct error *err);
void loader_rounds_free(struct loader_rounds *r);

#endif
