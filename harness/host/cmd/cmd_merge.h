/* SPDX-License-Identifier: BSD-2-Clause */
/* cmd_merge: the subcommand `corematrix merge PART...`. */
#ifndef COREMATRIX_HOST_CMD_CMD_MERGE_H
#define COREMATRIX_HOST_CMD_CMD_MERGE_H

/*
 * `merge [-o DIR] PART...`: the parts of one matrix as one run, with its table printed. Returns a status of enum
 * exit_status: what the whole deserves, 2 when the directories are not exactly the parts of one matrix.
 */
int cmd_merge(int argc, char **argv);

#endif
