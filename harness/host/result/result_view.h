/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * result_view: a result as every report shows it, computed once: a view of each cell of the matrix, whether it was run
 * or not, the totals, and the causes: what there is to tell beyond the verdicts, each once, with the kernels that it
 * holds for. It judges nothing.
 */
#ifndef COREMATRIX_HOST_RESULT_RESULT_VIEW_H
#define COREMATRIX_HOST_RESULT_RESULT_VIEW_H

#include <stdbool.h>
#include <stddef.h>

#include "host/kernels/kernel_group.h"
#include "host/result/cell_view.h"
#include "host/result/result.h"

enum cause_topic {
	CAUSE_UNEXPECTED,    /* cells that are not as expected */
	CAUSE_UNMEASURED,    /* kernels or cells that are infra */
	CAUSE_CONTRADICTION, /* the harness contradicts itself */
	CAUSE_NEVER_DRIVEN,  /* hooks of cells that nothing that was done reaches */
	CAUSE_NOTE,          /* cells that are as expected, with a reservation */
	CAUSE_TOPIC_COUNT,
};

/* Something that is so on one kernel or several; the texts are of the first of them, and may be "". */
struct cause {
	enum cause_topic topic;
	const struct result_kernel *kernel;         /* the first */
	const struct cell_view *cell;               /* of that kernel; NULL: all cells of these kernels */
	const struct result_relocation *relocation; /* that the contradiction is about; NULL: the cell as a whole */
	char *kernels;                              /* "6.1 and later" */
	size_t kernel_count;
	size_t cell_count; /* that it tells of */
	const char *reason;
	char *see;   /* where there is more: "6.1-rt/console.log, and 6.1-rt/qemu.sh starts it again" */
	bool varies; /* in values: the reason is that of the first kernel alone */
};

/* What was predicted for kernels that are known by their types alone, which are not kernels of the result. */
struct forecast_view {
	const struct result_forecast *forecast; /* of the first of them */
	char *kernels;                          /* "5.4, 5.15" */
};

struct result_view {
	const struct result *r;
	struct result_totals totals;
	size_t missing;          /* cells of the matrix that were not run */
	struct cell_view *cells; /* of each kernel every object's, in their order */
	struct cause *causes;    /* in the order of their first cells */
	size_t cause_count;
	struct forecast_view *forecasts;
	size_t forecast_count;
	struct kernel_name *names; /* in kernel_name_order */
	size_t *places;            /* of each kernel in `names` */
};

/* `r` must outlive the view, which is the caller's: result_view_free. */
struct result_view *result_view_new(const struct result *r);
void result_view_free(struct result_view *v);

static inline void cleanup_result_view_of(struct result_view **v)
{
	result_view_free(*v);
}
#define cleanup_result_view __attribute__((cleanup(cleanup_result_view_of)))

/* The cell of (kernel number, object number). */
const struct cell_view *result_view_cell(const struct result_view *v, size_t kernel, size_t object);

/* How people speak of the kernels for which `in`, one per kernel, is true: "6.1 and later". The caller's. */
char *result_view_kernels(const struct result_view *v, const bool *in);

#endif
