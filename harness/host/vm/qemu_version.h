/* SPDX-License-Identifier: BSD-2-Clause */
/* qemu_version: which QEMU is installed for an architecture. Runs it once with --version. */
#ifndef COREMATRIX_HOST_VM_QEMU_VERSION_H
#define COREMATRIX_HOST_VM_QEMU_VERSION_H

#include "base/error.h"
#include "host/arch/arch.h"

/*
 * First line of what QEMU says of itself; the caller frees it. Returns 0, or a negative errno with `err` filled
 * (-ENOENT: not installed, with what to install).
 */
int qemu_version_read(const struct arch *arch, char **version, struct error *err);

#endif
