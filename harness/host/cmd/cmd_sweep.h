/* SPDX-License-Identifier: BSD-2-Clause */
/* cmd_sweep: `corematrix sweep`. */
#ifndef COREMATRIX_HOST_CMD_CMD_SWEEP_H
#define COREMATRIX_HOST_CMD_CMD_SWEEP_H

/* argv[0] is the command's name. Returns the exit status. */
int cmd_sweep(int argc, char **argv);

#endif
