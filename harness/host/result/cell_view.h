/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cell_view: what a cell is to people, decided once for all reports: how it stands, its mark, what it is called, what
 * it came to. It judges nothing, and knows neither colours nor markup: those are a report's own.
 */
#ifndef COREMATRIX_HOST_RESULT_CELL_VIEW_H
#define COREMATRIX_HOST_RESULT_CELL_VIEW_H

#include <stdbool.h>

#include "host/result/result.h"

struct cell_view {
	const struct result_cell *cell; /* NULL: it was not run */
	size_t kernel, object;          /* their numbers in the result */
	enum cell_state state;
	char mark;     /* ' ', '=' as expected though no pass, '!' not as expected or not measured */
	char *brief;   /* "rejected", "not run"; as the next with " ~" of one that is reused */
	char *title;   /* in a table: "rejected (helper)", "unproven (ran)" */
	char *verdict; /* in a sentence: "rejected:helper", "unproven (ran)" */
	char *outcome; /* the same without anything that differs from run to run: "wrong: comm, ppid", "not measured" */
	char *never_driven; /* hooks that nothing that was done reaches: "vfs_create, vfs_link and 2 more"; "" */
	bool noted;         /* as expected, and its reason is worth a reader's while */
};

/* Fill `v`, which is the caller's: cell_view_free. `cell` (NULL: not run) must outlive it. */
void cell_view_make(const struct result_cell *cell, size_t kernel, size_t object, struct cell_view *v);
void cell_view_free(struct cell_view *v);

/*
 * Whether both, of one object on two kernels, come to the same for the same cause: same state, outcome and expectation,
 * and a reason and advice with the same words.
 */
bool cell_view_alike(const struct cell_view *a, const struct cell_view *b);

/* Whether two sentences differ in nothing but numbers and what stands between double quotes. A number that is part of a
 * name ("unknown#181", "R0", "tcp4") is none. */
bool cell_view_same_words(const char *a, const char *b);

#endif
