/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/arch/virtio_console.h"

#include <string.h>

enum { QUEUE_TO_HOST = 1 };

bool virtio_console_write(volatile void *registers, const struct virtio_memory *memory, const void *bytes, size_t len)
{
	char *buffer = (char *)memory->pages + memory->page;
	const char *at = bytes;
	struct virtio_queue queue;

	if (!virtio_begin(&queue, registers, memory, QUEUE_TO_HOST))
		return false;
	while (len) {
		size_t part = len < memory->page ? len : memory->page;

		memcpy(buffer, at, part);
		if (!virtio_pass(&queue, &(const struct virtio_part){queue.physical[1], part, false}, 1))
			return false;
		at += part;
		len -= part;
	}
	return true;
}
