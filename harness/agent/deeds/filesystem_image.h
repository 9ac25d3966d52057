/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * filesystem_image: new file systems as their own tools make them, for kinds that are too much to make by hand: what of
 * their bytes is not zero, packed. The commands that made them stand beside them in the source.
 */
#ifndef COREMATRIX_AGENT_DEEDS_FILESYSTEM_IMAGE_H
#define COREMATRIX_AGENT_DEEDS_FILESYSTEM_IMAGE_H

/* Write the one of this name ("xfs", "btrfs") to a new file, which gets the size of its disk, and holes. Returns 0 or
 * -1 with errno; ENOENT: there is none. */
int filesystem_image_write(const char *name, int fd);

#endif
