/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unwatched: what the deeds come to while no object is attached. A deed that fails by itself on some kernel must not be
 * told as what an object did. It compares nothing.
 */
#ifndef COREMATRIX_AGENT_DEEDS_UNWATCHED_H
#define COREMATRIX_AGENT_DEEDS_UNWATCHED_H

#include <stdbool.h>

#include "agent/deeds/subject.h"

/* Do the deed of one kind; returns false when this kernel has no such thing. */
bool unwatched_do(struct subject_stage *stage, const struct subject_kind *kind, struct subject_outcome *outcome);

/* What is found out from now on is known to all processes that are forked from this one. */
void unwatched_open(void);

/*
 * Do the deeds of all kinds, unless they have been done. That takes a third as long as a boot: a guest does it before
 * it is saved, one that is booted for a job when there is an object that may act.
 */
void unwatched_take(void);

/* What the deed came to; NULL when nobody did it. */
const struct subject_outcome *unwatched_of(const struct subject_kind *kind);

/* Whether two deeds came to the same. */
bool subject_outcome_same(const struct subject_outcome *a, const struct subject_outcome *b);

/* Whether it came off. */
bool subject_outcome_good(const struct subject_outcome *o);

#endif
