/* SPDX-License-Identifier: BSD-2-Clause */
/* cmd_support: `corematrix support`, where objects are proven to work: a statement to publish, and a badge. */
#ifndef COREMATRIX_HOST_CMD_CMD_SUPPORT_H
#define COREMATRIX_HOST_CMD_CMD_SUPPORT_H

/* Runs the command, argv[0] being its name. Returns the exit status. */
int cmd_support(int argc, char **argv);

#endif
