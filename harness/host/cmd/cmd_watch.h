/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cmd_watch: `corematrix watch`: objects on the kernels that the sources have by now and kernels.lock does not, and what
 * that changes against their baselines. kernels.lock stays as it is: `kernels fetch --update` follows when all is well.
 */
#ifndef COREMATRIX_HOST_CMD_CMD_WATCH_H
#define COREMATRIX_HOST_CMD_CMD_WATCH_H

/* Returns the exit status (enum exit_status). */
int cmd_watch(int argc, char **argv);

#endif
