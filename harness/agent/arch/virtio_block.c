/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/arch/virtio_block.h"

#include <endian.h>
#include <errno.h>
#include <string.h>

enum { QUEUE_OF_REQUESTS = 0 };
enum { SECTOR = 512 };
enum { CAPACITY = VIRTIO_CONFIG }; /* in sectors; low half, then high half */
/* More than a job is: the buffer takes it at once. */
enum { MOST_SECTORS = (1 << 30) / SECTOR };
enum { TYPE_IN = 0, STATUS_OK = 0, STATUS_NONE = 0xff };

/* 5.2.6: the device reads the head, writes the data and then the status. */
struct request {
	struct {
		uint32_t type, reserved;
		uint64_t sector;
	} head;
	uint8_t status;
};

static bool read_part(struct virtio_queue *queue, uint64_t sector, size_t len)
{
	volatile struct request *request = (void *)((char *)queue->memory->pages + VIRTIO_SPARE);
	const uint64_t physical = queue->physical[0] + VIRTIO_SPARE;
	const struct virtio_part parts[] = {
	        {physical, sizeof(request->head), false},
	        {queue->physical[1], len, true},
	        {physical + offsetof(struct request, status), sizeof(request->status), true},
	};

	request->head.type = htole32(TYPE_IN);
	request->head.sector = htole64(sector);
	request->status = STATUS_NONE;
	return virtio_pass(queue, parts, sizeof(parts) / sizeof(*parts)) && request->status == STATUS_OK;
}

int virtio_block_read(volatile void *registers, const struct virtio_memory *memory, struct buf *out)
{
	const char *buffer = (const char *)memory->pages + memory->page;
	const uint32_t sectors = virtio_get(registers, CAPACITY);
	const size_t before = out->len, size = (size_t)sectors * SECTOR;
	struct virtio_queue queue;

	if (!sectors || sectors > MOST_SECTORS || virtio_get(registers, CAPACITY + 4) ||
	    !virtio_begin(&queue, registers, memory, QUEUE_OF_REQUESTS))
		return -ENOENT;
	for (size_t at = 0; at < size;) {
		const size_t part = size - at < memory->page ? size - at : memory->page;

		if (!read_part(&queue, at / SECTOR, part)) {
			out->len = before;
			return -ENOENT;
		}
		buf_add(out, buffer, part);
		at += part;
	}
	return 0;
}
