/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * circumstance_view: what the circumstances that rows ask for (wire/circumstance.h) change: of each set of them, how
 * the cells of such rows differ from those of the same kernel in the row without; once for all reports. Pure; it judges
 * nothing.
 */
#ifndef COREMATRIX_HOST_RESULT_CIRCUMSTANCE_VIEW_H
#define COREMATRIX_HOST_RESULT_CIRCUMSTANCE_VIEW_H

#include <stddef.h>

#include "host/lib/strings.h"
#include "host/result/result_view.h"

/* The rows that ask for the same. */
struct circumstance_group {
	char *words;            /* "lockdown:integrity,lsm:none" */
	char *text;             /* "on 6.1 and later: 3 of 5 cells as without" */
	struct strings changes; /* "exec_identity, file_open on 6.1: rejected:lockdown in place of pass" */
};

struct circumstance_view {
	struct circumstance_group *groups; /* in the order of their first rows */
	size_t count;
};

/* The caller's: circumstance_view_free. */
void circumstance_view_make(const struct result_view *v, struct circumstance_view *view);
void circumstance_view_free(struct circumstance_view *view);
#define cleanup_circumstance_view __attribute__((cleanup(circumstance_view_free)))

#endif
