/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report_junit: junit.xml for CI servers: a test suite per kernel, a test case per cell. A cell that is not as expected
 * is a <failure>, one that could not be measured or on which the harness contradicts itself an <error>; <skipped> is
 * nothing but the cells of an optional kernel that was left out. The form is the intersection of what the Ant/Surefire
 * and the Jenkins xUnit schemas accept (harness/tests/golden/junit.xsd).
 */
#ifndef COREMATRIX_HOST_REPORT_REPORT_JUNIT_H
#define COREMATRIX_HOST_REPORT_REPORT_JUNIT_H

#include "host/report/report.h"

/* -ENOMEM when libxml2 failed. */
report_renderer report_junit;

#endif
