/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * page_facts: what a page is told of a run beside its cells: the run's head, how each cell looks, the order of kernels,
 * the causes. Whatever is decided of a result is decided by result_view; the script decides nothing. Pure.
 */
#ifndef COREMATRIX_HOST_PAGE_PAGE_FACTS_H
#define COREMATRIX_HOST_PAGE_PAGE_FACTS_H

#include <jansson.h>

#include "host/result/result_view.h"

/*
 * An object, the caller's:
 *
 *   "looks"   distinct looks of cells: {verdict, class, brief, title, state, mark, evidence, expected, loader}
 *   "matrix"  per object, per kernel the place of its look
 *   "order"   places of the kernels from the oldest to the newest
 *   "totals"  {verdicts: {pass: n, …}, as_expected, unexpected, infra, relocations, truths, truths_wrong}
 *   "causes"  [{topic, object, kernels, reason, advice, see, reproduce}]
 */
json_t *page_facts(const struct result_view *v);

/* The looks and the matrix alone, as of an earlier run: {looks, matrix, kernels: [id], objects: [name]}. */
json_t *page_facts_short(const struct result_view *v);

#endif
