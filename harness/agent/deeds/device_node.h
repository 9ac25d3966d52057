/* SPDX-License-Identifier: BSD-2-Clause */
/* device_node: devices opened by nodes of our own, for a guest's /dev has none. */
#ifndef COREMATRIX_AGENT_DEEDS_DEVICE_NODE_H
#define COREMATRIX_AGENT_DEEDS_DEVICE_NODE_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Whether this is a guest of the harness, whose first process is this program: what would do harm to a machine that
 * somebody works with is done nowhere else.
 */
bool in_guest(void);

/*
 * Open the device whose numbers `numbers`, a file of sysfs, holds ("8:0"), with the flags of open(2), by a node that is
 * made in `directory` and removed. Returns a descriptor, or -1; `dev` may be NULL.
 */
int device_open(const char *directory, const char *numbers, bool block, int flags, dev_t *dev);

/* Make such a node at `path`; returns 0 or -1. */
int device_node(const char *path, const char *numbers, bool block, dev_t *dev);

#endif
