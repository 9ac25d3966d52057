/* SPDX-License-Identifier: BSD-2-Clause */
/* cmd_report: the subcommand `corematrix report DIR`. */
#ifndef COREMATRIX_HOST_CMD_CMD_REPORT_H
#define COREMATRIX_HOST_CMD_CMD_REPORT_H

/*
 * `report DIR [--timing]`: render again from DIR/results.json and print the table (or the times).
 * Returns a status of enum exit_status: what the run deserved, 2 for a directory without a readable result.
 */
int cmd_report(int argc, char **argv);

#endif
