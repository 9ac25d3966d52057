/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cmd_watch: `corematrix watch`: objects on the kernels that the sources have by now and kernels.lock does not, and
 * what is different there from their baselines. kernels.lock stays as it is.
 */
#ifndef COREMATRIX_HOST_CMD_CMD_WATCH_H
#define COREMATRIX_HOST_CMD_CMD_WATCH_H

/* Returns the exit status (enum exit_status). */
int cmd_watch(int argc, char **argv);

#endif
