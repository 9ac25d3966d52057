/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio_block: a file of the host's that is the content of a block device of virtio's (Version 1.2, 5.2). Nothing is
 * kept from one call to the next, so that a resumed guest reads what the device is connected to then.
 */
#ifndef COREMATRIX_AGENT_ARCH_VIRTIO_BLOCK_H
#define COREMATRIX_AGENT_ARCH_VIRTIO_BLOCK_H

#include "agent/arch/virtio.h"
#include "base/buf.h"

/*
 * Append all that is on the device, whole sectors of 512 bytes. Returns 0, or -ENOENT when it is empty or does not
 * answer in time: then nothing is appended, and it may be asked again.
 */
int virtio_block_read(volatile void *registers, const struct virtio_memory *memory, struct buf *out);

#endif
