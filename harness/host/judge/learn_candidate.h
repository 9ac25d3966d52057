/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * learn_candidate: what settling works with, and what it knows of each place where a value may stand: at how many
 * subjects it holds, and how much that tells. Pure. Which of them become a layout is learn's to settle.
 */
#ifndef COREMATRIX_HOST_JUDGE_LEARN_CANDIDATE_H
#define COREMATRIX_HOST_JUDGE_LEARN_CANDIDATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/judge/learn.h"

#define LEARN_RECORDS_MAX 8 /* of one subject; as many moments each fill a mask */

/* A subject with its records of one shape. */
struct sighting {
	size_t cell;
	const struct subject_fact *subject;
	const struct record_fact *records[LEARN_RECORDS_MAX];
	size_t count;
	uint64_t joint; /* records and moments at which all places hold that were accepted so far */
};

struct sightings {
	struct sighting *at;
	size_t count;
};

struct candidate {
	struct learn_place place;
	size_t order; /* of names, as its subject has them */
	bool *stands; /* of each cell */
	int moment;   /* the first one at which it holds for all subjects, from 1; 0: there is none */
	size_t standing;
	size_t mixed;     /* cells where it holds for some subjects only */
	size_t seen;      /* sightings of the cells where it stands */
	size_t records;   /* of these, those in which a value that points to a place stands there */
	size_t distinct;  /* values, zero among them */
	bool varies;      /* between subjects of one kernel */
	bool is_clock;    /* where it does not hold, a time stands that is a little later than the subject's start */
	unsigned bits;    /* of the values that are not zero */
	uint32_t longest; /* text */
};

struct settling {
	const struct learn_cell *cells;
	size_t cell_count;
	struct sightings seen;
	size_t *per_cell; /* sightings of each cell */
	size_t cells_with;
	struct candidate *candidates;
	size_t candidate_count;
};

/* Find the places at which some value of a subject stands in a record of its own: candidates, to be weighed. */
void learn_candidates_find(struct settling *s);

/* What the values teach, at the cells where the place holds for every subject. */
void learn_candidate_weigh(const struct settling *s, struct candidate *c);

/* Those that hold on most kernels first, and in most records; then what tells enough, and the widest. For qsort. */
int learn_by_weight(const void *a, const void *b);

/* `beside`: others have shown already that the records are the subjects'. */
bool learn_is_no_chance(const struct settling *s, const struct candidate *c, bool beside);

/* Records and moments of the sighting at which the place holds. */
uint64_t learn_sighting_mask(const struct sighting *seen, const struct learn_place *p);

#endif
