/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * workload_subject: one subject's life under an object, and what the object's events say of it. It does not choose
 * subjects.
 */
#ifndef COREMATRIX_AGENT_TRUTH_WORKLOAD_SUBJECT_H
#define COREMATRIX_AGENT_TRUTH_WORKLOAD_SUBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/deeds/subject.h"
#include "agent/truth/attribution.h"
#include "agent/truth/choice.h"
#include "agent/truth/kconfig.h"
#include "agent/truth/workload.h"

/*
 * What no event came of though only the ini says that the object reports its group: which of the group's subjects a
 * hook fires for is not known, so it is a fault only when none of them was reported.
 */
struct missed {
	enum workload_group group;
	bool passed_by; /* nothing that makes events ran for the subject */
	struct fact_list facts;
};

struct missed_list {
	struct missed *at;
	size_t count;
};

struct workload_run {
	const struct workload_request *request;
	struct capture *capture;
	struct event_layout layout; /* `type` is NULL when events are not decoded by BTF */
	struct bpf_insn *insns;
	struct attribution attribution;
	struct run_counts *runs;
	struct observation_list *observations;
	struct print_formats formats;
	struct kconfig kconfig;
	struct choice choice;
	bool observes;     /* events hold values that only the host can find */
	bool tentative;    /* what programs print is all there is, and nobody said that it is meant for this */
	bool waited, late; /* late events were waited for; and came */
	bool expects;      /* of some subject that was run */
	struct effect_list *effects;
	uint64_t answered; /* bits WORKLOAD_BIT: of a subject of it an event came */
	struct missed_list missed;
	uint64_t done; /* bits of enum trigger: what came off */
};

/* Lead the subject's life; `before` is what its deed comes to without the object, NULL when that is not known. */
void workload_subject(struct workload_run *run, struct subject_stage *stage, const struct subject_kind *kind,
                      const struct subject_outcome *before);

/* Once all lives are over and runs are counted: settle what was missed, of groups that were not reported at all. */
void workload_missed(struct workload_run *run);

/* Note what the object hinders the harness from doing; `code` is an errno. */
void workload_hindrance(struct workload_run *run, const char *what, int code);

#endif
