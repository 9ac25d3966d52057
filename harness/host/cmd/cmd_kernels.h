/* SPDX-License-Identifier: BSD-2-Clause */
/* cmd_kernels: the `kernels` subcommand: list, fetch, verify, add and prune. It prints its own errors.
 */
#ifndef COREMATRIX_HOST_CMD_CMD_KERNELS_H
#define COREMATRIX_HOST_CMD_CMD_KERNELS_H

/* argv[0] is "kernels". Returns an exit status (enum exit_status). */
int cmd_kernels(int argc, char **argv);

#endif
