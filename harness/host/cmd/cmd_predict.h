/* SPDX-License-Identifier: BSD-2-Clause */
/* cmd_predict: `corematrix predict`: what the kernels' types say of the objects, without a VM. */
#ifndef COREMATRIX_HOST_CMD_CMD_PREDICT_H
#define COREMATRIX_HOST_CMD_CMD_PREDICT_H

/* Returns the exit status (enum exit_status). */
int cmd_predict(int argc, char **argv);

#endif
