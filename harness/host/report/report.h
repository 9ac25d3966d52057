/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report: the reports that there are, each a function from the view of a result to text. This room sees nothing but a
 * result: whatever a report shows comes from results.json, and none computes a verdict.
 */
#ifndef COREMATRIX_HOST_REPORT_REPORT_H
#define COREMATRIX_HOST_REPORT_REPORT_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "host/result/result_view.h"

/* Append the report; `colour` is for a terminal that takes it, and only some know what to do with it. Returns 0 or a
 * negative errno. */
typedef int report_renderer(const struct result_view *v, bool colour, struct buf *out);

struct report {
	report_renderer *render;
	const char *file;   /* in the directory of each run; NULL: only made when it is asked for */
	const char *option; /* of `corematrix report`, which shows it instead of the first; NULL: none */
	int letter;         /* the same in short; 0: none */
	const char *about;  /* what the option does */
};

/* All of them; one without `render` ends the list. The first is what people see at the end of a run. */
extern const struct report report_list[];

/* Write those with a file into the run directory `dir`. Returns 0, or a negative errno with `err` set. */
int report_write(const struct result_view *v, const char *dir, struct error *err);

/* Append one to the file at `path`, which others may have begun. Returns 0, or a negative errno with `err` set. */
int report_append(report_renderer *render, const struct result_view *v, const char *path, struct error *err);

#endif
