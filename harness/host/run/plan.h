/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * plan: what a run will do, as a value: which kernels, in which order, and how long each took when it was last seen. It
 * can be printed. Pure but for the file of times, which it owns:
 * images/times.txt, one line "ID MILLISECONDS" per kernel and per object, whose ids begin with "object ".
 */
#ifndef COREMATRIX_HOST_RUN_PLAN_H
#define COREMATRIX_HOST_RUN_PLAN_H

#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

struct plan_entry {
	size_t kernel;  /* index in the list of kernels */
	const char *id; /* borrowed */
	double ms;      /* what it took last time, negative when unknown */
};

struct plan {
	struct plan_entry *at;
	size_t count;
};

/* Known durations, from the text of a file of times. */
struct plan_times {
	char **ids;
	double *ms;
	size_t count;
};

/* Lines that make no sense are skipped: a wrong time costs order, not truth. */
void plan_times_parse(const char *text, struct plan_times *times);
/* The last time wins; a new id is added. */
void plan_times_set(struct plan_times *times, const char *id, double ms);
/* Milliseconds; negative: not known. */
double plan_times_get(const struct plan_times *times, const char *id);
void plan_times_format(const struct plan_times *times, struct buf *out);
void plan_times_read(const char *images, struct plan_times *times);
int plan_times_write(const char *images, const struct plan_times *times, struct error *err);
void plan_times_free(struct plan_times *times);

/*
 * Plan all `count` kernels: those of unknown length first, then the longest first, so that the last VMs to end are the
 * short ones; equal ones in the order of the list.
 */
void plan_make(struct plan *plan, const char *const *ids, size_t count, const struct plan_times *times);

/* Append one line per entry. */
void plan_print(const struct plan *plan, struct buf *out);
void plan_free(struct plan *plan);

#endif
