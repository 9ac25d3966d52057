/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ext4_make: the smallest file system with a journal that every kernel mounts as ext4, for there is no mkfs in a guest.
 * Format: Documentation/filesystems/ext4 of the kernel.
 */
#ifndef COREMATRIX_AGENT_DEEDS_EXT4_MAKE_H
#define COREMATRIX_AGENT_DEEDS_EXT4_MAKE_H

/* Make it on the device or file that `fd` is open for, which has at least 4 MiB. Returns 0 or a negative errno. */
int ext4_make(int fd);

#endif
