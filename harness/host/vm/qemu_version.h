/* SPDX-License-Identifier: BSD-2-Clause */
/* qemu_version: which QEMU is installed. Runs it once with --version. */
#ifndef COREMATRIX_HOST_VM_QEMU_VERSION_H
#define COREMATRIX_HOST_VM_QEMU_VERSION_H

#include "base/error.h"

/*
 * First line of what QEMU says of itself; the caller frees it. Returns 0, or a negative errno with `err` filled
 * (-ENOENT: not installed, with what to install).
 */
int qemu_version_read(char **version, struct error *err);

#endif
