/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio_console: bytes to the host by a console of virtio's behind a memory-mapped transport, driven from user space:
 * kernels have the driver of that bus as a module. Virtual I/O Device (VIRTIO) Version 1.2, 4.2 and 5.3; of the device
 * only the queue is used that takes what the guest writes.
 */
#ifndef COREMATRIX_AGENT_ARCH_VIRTIO_CONSOLE_H
#define COREMATRIX_AGENT_ARCH_VIRTIO_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Pages that the device reads and writes, and where it finds them. */
struct virtio_memory {
	void *pages;
	size_t page; /* bytes; there are two pages */
	/* Physical addresses of the two, as they are now; false when the kernel does not tell. */
	bool (*find)(void *pages, size_t page, uint64_t physical[2]);
};

/* Whether there is a console behind these registers, in the version of the transport that is known here. */
bool virtio_is_console(volatile void *registers);

/*
 * Write `len` bytes; returns when the device has taken them. The device is set up anew each time, for nothing keeps the
 * kernel from moving pages in between. False when it refuses, or its pages cannot be found; nothing may be left of it.
 */
bool virtio_console_write(volatile void *registers, const struct virtio_memory *memory, const void *bytes, size_t len);

#endif
