/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report_junit: junit.xml for CI servers: a test suite per kernel, a test case per cell. A cell that is not as expected
 * is a <failure>, one that could not be measured or on which the harness contradicts itself an <error>; nothing is ever
 * <skipped>. The form is the intersection of what the Ant/Surefire and the Jenkins xUnit schemas accept
 * (harness/tests/golden/junit.xsd). It sees nothing but a result.
 */
#ifndef COREMATRIX_HOST_REPORT_REPORT_JUNIT_H
#define COREMATRIX_HOST_REPORT_REPORT_JUNIT_H

#include "base/error.h"
#include "host/result/result.h"

/* Render `r`. Returns the document, the caller's to free, or NULL when libxml2 failed (out of memory). */
char *report_junit(const struct result *r);

/* Replace the file at `path` as a whole. Returns 0, or a negative errno with `err` filled. */
int report_junit_write(const struct result *r, const char *path, struct error *err);

#endif
