/* SPDX-License-Identifier: BSD-2-Clause */
/* cmd_check_host: `corematrix check-host`, what the running kernel will say to objects: for installers and agents. */
#ifndef COREMATRIX_HOST_CMD_CMD_CHECK_HOST_H
#define COREMATRIX_HOST_CMD_CMD_CHECK_HOST_H

/* Runs the command, argv[0] being its name. Returns the exit status. */
int cmd_check_host(int argc, char **argv);

#endif
