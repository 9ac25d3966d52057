/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio_console: bytes to the host by a console of virtio's (Version 1.2, 5.3), of which only the queue is used that
 * takes what the guest writes.
 */
#ifndef COREMATRIX_AGENT_ARCH_VIRTIO_CONSOLE_H
#define COREMATRIX_AGENT_ARCH_VIRTIO_CONSOLE_H

#include "agent/arch/virtio.h"

/*
 * Write `len` bytes; returns when the device has taken them. False when it refuses, or its pages cannot be found;
 * nothing may be left of it.
 */
bool virtio_console_write(volatile void *registers, const struct virtio_memory *memory, const void *bytes, size_t len);

#endif
