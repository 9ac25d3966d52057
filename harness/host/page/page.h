/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * page: a run as one HTML file that loads nothing: style, script and data are in it. The data stands in script elements
 * that no browser executes:
 *
 *   <script type="application/json" id="page">  {run, facts, fields, costs, changes, history, base}: "run" is
 *                                               results.json without its cells
 *   <script type="application/json" id="o0">    the cells of the first object as results.json has them, packed
 *                                               (page_json.h); one for each object, read when a cell of it is opened
 *
 * So a page holds all of results.json. Pure.
 */
#ifndef COREMATRIX_HOST_PAGE_PAGE_H
#define COREMATRIX_HOST_PAGE_PAGE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "host/page/page_past.h"

/*
 * Append the page. `past` may be NULL. `base` is the path from the page's own directory to that of the run, with a
 * slash at its end: "" where it stands in it; links to logs begin with it. Returns 0 or a negative errno with `err`
 * set.
 */
int page_render(const struct result_view *v, const struct page_past *past, const char *base, struct buf *out,
                struct error *err);

/* The page of a run alone, as a report (report.h); a terminal's colours are nothing to it. */
int report_page(const struct result_view *v, bool colour, struct buf *out);

#endif
