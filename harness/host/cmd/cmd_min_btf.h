/* SPDX-License-Identifier: BSD-2-Clause */
/* cmd_min_btf: `corematrix min-btf`: the minimal BTF of objects for kernels, as files. */
#ifndef COREMATRIX_HOST_CMD_CMD_MIN_BTF_H
#define COREMATRIX_HOST_CMD_CMD_MIN_BTF_H

int cmd_min_btf(int argc, char **argv);

#endif
