/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cmd_report: the subcommand `corematrix report DIR`, and the rendering of a run directory that it shares with
 * `corematrix run`. Reports are views: whatever they show comes from results.json.
 */
#ifndef COREMATRIX_HOST_CMD_REPORT_H
#define COREMATRIX_HOST_CMD_REPORT_H

#include "base/error.h"
#include "host/result.h"

/* Write matrix.txt and junit.xml of `r` into the run directory `dir`. Returns 0, or a negative errno with `err` set. */
int report_render(const struct result *r, const char *dir, struct error *err);

/*
 * `report DIR [--timing]`: render again from DIR/results.json and print the table (or the times).
 * Returns a status of enum exit_status: what the run deserved, 2 for a directory without a readable result.
 */
int cmd_report(int argc, char **argv);

#endif
