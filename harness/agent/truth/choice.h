/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * choice: which subjects an object is shown, and which of them it has to report, from what its programs are attached to
 * and what its ini says. Pure.
 */
#ifndef COREMATRIX_AGENT_TRUTH_CHOICE_H
#define COREMATRIX_AGENT_TRUTH_CHOICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/deeds/subject.h"
#include "agent/deeds/trigger.h"
#include "wire/effect_rule.h"

struct choice {
	const struct trigger_summary *triggers; /* what the attached programs react to */
	uint64_t groups;                        /* bits WORKLOAD_BIT: those the ini names; 0: the triggers tell */
	const struct effect_rule *rules;        /* of its ini */
	size_t rule_count;
	uint64_t due;    /* bits of enum trigger: what fires programs that hand something over */
	uint32_t wanted; /* bits 1 << enum truth_key that events have fields for */
	bool reports;    /* events are understood, or the ini vouches for them */
};

/* Whether the subject is run. */
bool choice_wants(const struct choice *c, const struct subject_kind *kinds, size_t index);

/* Whether the ini names the group. */
bool choice_names(const struct choice *c, enum workload_group group);

/* Whether a program that hands something over is attached to what is known to be fired by the subject. */
bool choice_knows(const struct choice *c, const struct subject_kind *kind);

/* Whether the subject is run for a program of which no more is known: it may have good reason to report nothing. */
bool choice_drives(const struct choice *c, const struct subject_kind *kind);

/*
 * Whether silence about this kind of subject would be a fault. A name in the ini counts for what no attach point tells:
 * an object of which one is known answers for that one.
 */
bool choice_expects(const struct choice *c, const struct subject_kind *kind);

/* What the ini expects of a call is looked at in the deeds that it is part of; every deed has an exec. */
bool choice_rule_is_of(const struct effect_rule *rule, const struct subject_kind *kind);

/* Whether the object's ini says that something is done to this kind of subject. */
bool choice_has_rule_of(const struct choice *c, const struct subject_kind *kind);

#endif
