/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio: devices of virtio's behind a memory-mapped transport, driven from user space: kernels have the driver of that
 * bus as a module. Virtual I/O Device (VIRTIO) Version 1.2, 2.7 and 4.2. One request after the other goes through one
 * queue; what requests are made of is the devices' own (virtio_console.h, virtio_block.h).
 */
#ifndef COREMATRIX_AGENT_ARCH_VIRTIO_H
#define COREMATRIX_AGENT_ARCH_VIRTIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Pages that the device reads and writes, and where it finds them: the first has the queue, the second is a buffer. */
struct virtio_memory {
	void *pages;
	size_t page; /* bytes; there are two pages */
	/* Physical addresses of the two, as they are now; false when the kernel does not tell. */
	bool (*find)(void *pages, size_t page, uint64_t physical[2]);
};

/* From here on the first page is the device's caller's. */
enum { VIRTIO_SPARE = 512 };

/* Device IDs, 5. */
enum virtio_id { VIRTIO_BLOCK = 2, VIRTIO_CONSOLE = 3 };

/* Configuration of the device's own begins at this register. */
enum { VIRTIO_CONFIG = 0x100 };

struct virtio_queue {
	volatile void *registers;
	const struct virtio_memory *memory;
	uint32_t number;
	uint64_t physical[2];
	uint16_t passed;
};

/* A part of a request. */
struct virtio_part {
	uint64_t physical;
	size_t len;
	bool written; /* by the device; else it reads */
};

enum { VIRTIO_PARTS = 4 }; /* in one request, at most */

/* Whether there is such a device behind these registers, in the version of the transport that is known here. */
bool virtio_is(volatile void *registers, enum virtio_id id);

/* A register of 32 bits. */
uint32_t virtio_get(volatile void *registers, size_t at);

/*
 * Set the device up anew, with its queue `number`, for the requests that follow at once: later the kernel may have
 * moved the pages. False when the device refuses, or its pages cannot be found; nothing is left of it.
 */
bool virtio_begin(struct virtio_queue *queue, volatile void *registers, const struct virtio_memory *memory,
                  uint32_t number);

/* A request; returns when the device is done with it. False when that takes too long: virtio_begin ends it then. */
bool virtio_pass(struct virtio_queue *queue, const struct virtio_part *parts, size_t count);

#endif
