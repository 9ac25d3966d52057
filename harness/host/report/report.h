/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report: the reports that every run leaves in its directory. They are views of a result, and this room sees nothing
 * else: whatever they show comes from results.json, and no report computes a verdict.
 */
#ifndef COREMATRIX_HOST_REPORT_REPORT_H
#define COREMATRIX_HOST_REPORT_REPORT_H

#include "base/error.h"
#include "host/result/result.h"

/* Write matrix.txt and junit.xml of `r` into the run directory `dir`. Returns 0, or a negative errno with `err` set. */
int report_render(const struct result *r, const char *dir, struct error *err);

#endif
