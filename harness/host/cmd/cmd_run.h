/* SPDX-License-Identifier: BSD-2-Clause */
/* cmd_run: `corematrix run`: from kernels.txt and objects to a directory of results, and the exit status. */
#ifndef COREMATRIX_HOST_CMD_CMD_RUN_H
#define COREMATRIX_HOST_CMD_CMD_RUN_H

/* argv[0] is "run". Prints its own errors; returns an enum exit_status. */
int cmd_run(int argc, char **argv);

#endif
