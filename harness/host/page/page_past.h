/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * page_past: what a page tells of earlier runs: what changed since one of them, or since a baseline, and what each cell
 * came to in all of them. Pure.
 */
#ifndef COREMATRIX_HOST_PAGE_PAGE_PAST_H
#define COREMATRIX_HOST_PAGE_PAGE_PAST_H

#include <jansson.h>

#include "host/result/baseline.h"
#include "host/result/result_view.h"

struct page_past_run {
	const char *name; /* what the reader calls it: its directory */
	const struct result_view *view;
};

struct page_past {
	const struct page_past_run *runs; /* the oldest first */
	size_t run_count;
	const struct baseline *against; /* what changed since this; NULL: since the last of `runs` */
	const char *against_name;       /* what the reader calls it; NULL as `against` */
};

/*
 * {against, changes: [{section, object, kind, key, was, now, kernels: [id], reason, advice}]}; "against" is null
 * without anything to compare with. Changes are those of diff.h in its words. The caller's.
 */
json_t *page_changes(const struct result_view *v, const struct page_past *past);

/* [{name, started, kernels, objects, looks, matrix}], the oldest first; the caller's. */
json_t *page_history(const struct page_past *past);

#endif
