/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cmd_bisect: `corematrix bisect`: fetches and boots releases between a kernel that is good for an object and one that
 * is bad, until two neighbours are known, and says what differs between their types. Each try is a `corematrix run`.
 */
#ifndef COREMATRIX_HOST_CMD_CMD_BISECT_H
#define COREMATRIX_HOST_CMD_CMD_BISECT_H

/* Returns the exit status (enum exit_status). */
int cmd_bisect(int argc, char **argv);

#endif
