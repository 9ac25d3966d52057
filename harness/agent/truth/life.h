/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * life: leads one subject through its life, while an object is attached: spawned, held still, its deed, held still
 * again, its end; reads its truths on the way, keeps the events of its deed and counts the runs in its windows. It
 * compares nothing.
 */
#ifndef COREMATRIX_AGENT_TRUTH_LIFE_H
#define COREMATRIX_AGENT_TRUTH_LIFE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/deeds/subject.h"
#include "agent/truth/attribution.h"
#include "agent/truth/capture.h"
#include "agent/truth/run_count.h"
#include "agent/truth/truth.h"
#include "base/error.h"

/* Both truths of a subject, and what it did. */
struct life {
	struct truth before, after;
	struct truth child; /* of a process that it forked and that holds still too */
	bool has_child;
	bool has_before; /* both truths are known; of one that failed, `after` is the same as `before` */
	struct scene scene;
	size_t early; /* events of its own from before it was ready; of a moment that no truth is known for */
	bool skipped; /* this kernel cannot do it */
	struct subject_outcome outcome;
	int unread; /* errno of what /proc refused to say of it, 0 */
};

/* Borrowed. */
struct life_watch {
	struct capture *capture;
	struct run_counts *runs;
	struct attribution *attribution;
	uint32_t wanted; /* bits 1 << enum truth_key */
	bool acted_on;   /* the object is to do something to it, which may come a little later */
};

/*
 * Afterwards the kept events are those from its deed on. Returns 0, or a negative errno with `err` filled and the
 * outcome telling what failed: the subject may have been stopped by the object.
 */
int life_lead(const struct life_watch *watch, struct subject_stage *stage, const struct subject_kind *kind,
              struct life *life, struct error *err);

#endif
