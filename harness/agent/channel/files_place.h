/* SPDX-License-Identifier: BSD-2-Clause */
/* files_place: files that came from the host in one piece (wire/loader_pack.h), put where they belong in the guest. */
#ifndef COREMATRIX_AGENT_CHANNEL_FILES_PLACE_H
#define COREMATRIX_AGENT_CHANNEL_FILES_PLACE_H

#include <stdint.h>

#include "base/error.h"

/* All of them, below `root` ("" for the guest's own). Returns 0 or a negative errno. */
int files_place(const void *pack, uint32_t size, const char *root, struct error *err);

/*
 * In the guest's own root, with /bin, /sbin, /lib and /lib64 as parts of /usr, where distributions have them: a file is
 * found by either name.
 */
int files_place_in_guest(const void *pack, uint32_t size, struct error *err);

#endif
