/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report_html: `corematrix report --html`: reads runs from directories, writes one page of the newest, which tells of
 * the others as its past.
 */
#ifndef COREMATRIX_HOST_CMD_REPORT_HTML_H
#define COREMATRIX_HOST_CMD_REPORT_HTML_H

#include "base/error.h"
#include "host/lib/strings.h"

/*
 * Write the page to `file`. Each of `dirs` is a run's directory, or one of runs; of several runs that which started
 * last is the page's. `against` (NULL: the run before) is what its changes are told against: a baseline, or a directory
 * of them. Returns the exit status that the run deserved in *status and 0, or a negative errno with `err` set.
 */
int report_html(const char *file, const struct strings *dirs, const char *against, int *status, struct error *err);

#endif
