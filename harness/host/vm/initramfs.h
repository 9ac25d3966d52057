/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * initramfs: the one archive that every guest boots with: the agent as /init, a console node, nothing else. Equal
 * agents give equal bytes. Format: newc cpio, kernel's Documentation/driver-api/early-userspace/buffer-format.rst.
 */
#ifndef COREMATRIX_HOST_VM_INITRAMFS_H
#define COREMATRIX_HOST_VM_INITRAMFS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "host/arch/arch.h"

/* Append an archive with `init` as /init to `out`. */
int initramfs_build(const void *init, size_t len, struct buf *out, struct error *err);

/* Whether this program carries an agent for guests of that architecture. */
bool initramfs_has_agent(const struct arch *arch);

/*
 * Write the archive with the agent that this program carries for `arch`, which has to be one, into the store at `dir`,
 * unless it is there, and give its path; the caller frees it. Its name holds the hash of its content.
 */
int initramfs_store(const char *dir, const struct arch *arch, char **path, struct error *err);

/* Remove every archive from the store at `dir`: a run writes its own again in no time. Adds their size to `*bytes`. */
int initramfs_prune(const char *dir, uint64_t *bytes, struct error *err);

#endif
