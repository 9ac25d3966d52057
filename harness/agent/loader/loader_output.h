/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * loader_output: what a loader printed of a round, held against the truth of its subjects: whose each line is, what it
 * says, which came twice, and, of a complete round, which are missing. Pure but for what hints look up.
 */
#ifndef COREMATRIX_AGENT_LOADER_LOADER_OUTPUT_H
#define COREMATRIX_AGENT_LOADER_LOADER_OUTPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/deeds/trigger.h"
#include "agent/loader/loader_round.h"
#include "agent/truth/compare.h"

struct loader_output {
	struct fact_list facts; /* the caller's to free */
	uint64_t own_events;
	bool expects; /* some subject should have been reported */
};

/*
 * `triggers` of its attached programs tell which subjects it has to report; of groups that the ini names, it has to
 * report some subject.
 */
void loader_output_judge(const struct loader_round *round, const struct job_object *object,
                         const struct trigger_summary *triggers, struct loader_output *out);

#endif
