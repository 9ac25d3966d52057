/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * diff: what changed between two releases of the same objects, per kernel, down to the relocation, and whether any of
 * it is for the worse. Pure: two baselines in, findings out; report_diff makes text of them.
 *
 * From best to worst: pass, degraded, unproven, silent, rejected, wrong; of two cells with one verdict the one with
 * less evidence is worse, unless it is rejected or its evidence is unknown. A pass of a version that did not measure
 * evidence, in which no field was compared, is what is called unproven today. `wrong` comes after `rejected` because
 * nobody notices it in production. A verdict that nobody expected any more is worse too, whatever it is. A kernel or
 * object that only one side has is neither better nor worse.
 */
#ifndef COREMATRIX_HOST_RESULT_DIFF_H
#define COREMATRIX_HOST_RESULT_DIFF_H

#include <stddef.h>

#include "base/error.h"
#include "host/kernels/kernel_group.h"
#include "host/result/baseline.h"

enum diff_section {
	DIFF_WORSE,
	DIFF_UNMEASURED,
	DIFF_BETTER,
	DIFF_CHANGED,
	DIFF_NEW,
	DIFF_GONE,
	DIFF_SECTION_COUNT,
};

/* A state in words, which are all "" when there is none. */
struct diff_state {
	char *word;   /* "moved", "unproven", "rejected:helper" */
	char *detail; /* what may differ between kernels that share the word: "2736", "(ran)"; "" */
};

/* One change of one object on one kernel. */
struct diff_finding {
	enum diff_section section;
	const char *object;
	const struct trait *trait; /* NULL: the cell's verdict */
	struct diff_state was, now;
	size_t kernel;                    /* index into diff's kernels */
	const struct baseline_cell *cell; /* the new one, or the old one when that is gone */
};

struct diff {
	struct diff_finding *findings;
	size_t count;
	struct kernel_name *kernels; /* of both sides */
	const char **old_releases;   /* of each kernel; NULL: the old side does not have it */
	const char **new_releases;
	size_t kernel_count;
	size_t object_count; /* of the new side */
	double cost_tolerance;
};

#define DIFF_COST_TOLERANCE 0.25

/* Whether a cost of `now` is beyond `tolerance` of one of `was`, which is less. */
bool diff_cost_exceeds(uint64_t was, uint64_t now, double tolerance);

/*
 * Compare. A cost that grew by more than the share `cost_tolerance` of what it was is worse; unless that is 0, a few
 * more of something small are not told. `old` and `new` must outlive `d`, which is the caller's: diff_free.
 */
void diff_take(const struct baseline *old, const struct baseline *new, double cost_tolerance, struct diff *d);

/* 3 when a cell of the new side could not be measured, else 1 when something is worse, else 0. */
enum exit_status diff_exit_status(const struct diff *d);

void diff_free(struct diff *d);
#define cleanup_diff __attribute__((cleanup(diff_free)))

#endif
