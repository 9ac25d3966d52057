/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/frame.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <zlib.h>

#include "wire/pack.h"

static const char magic[4] = {'C', 'M', 'X', '1'};

void frame_encode(struct buf *out, uint32_t type, const void *payload, uint32_t len)
{
	size_t start = out->len;
	struct pack p = pack_writer(out);
	uint32_t crc;

	buf_reserve(out, len + FRAME_OVERHEAD);
	buf_add(out, magic, sizeof(magic));
	pack_u32(&p, &type);
	pack_u32(&p, &len);
	buf_add(out, payload, len);
	crc = (uint32_t)crc32(0, (const Bytef *)out->data + start, (uInt)(out->len - start));
	pack_u32(&p, &crc);
}

void frame_decoder_feed(struct frame_decoder *d, const void *bytes, size_t len)
{
	buf_add(&d->pending, bytes, len);
}

static uint32_t get_u32(const char *bytes)
{
	struct pack p = pack_reader(bytes, 4);
	uint32_t v = 0;

	pack_u32(&p, &v);
	return v;
}

int frame_decoder_next(struct frame_decoder *d, struct frame *f, struct error *err)
{
	const char *bytes;
	size_t have;
	uint32_t len, crc;

	buf_consume(&d->pending, d->taken);
	d->at += d->taken;
	d->taken = 0;
	bytes = d->pending.data;
	have = d->pending.len;

	if (have && memcmp(bytes, magic, have < sizeof(magic) ? have : sizeof(magic)))
		return error_set(err, EBADMSG, "frames: no frame starts at byte %" PRIu64 " of the channel", d->at);
	if (have < FRAME_HEADER_SIZE)
		return 0;
	len = get_u32(bytes + 8);
	if (len > FRAME_MAX_PAYLOAD)
		return error_set(err, EBADMSG,
		                 "frames: the frame at byte %" PRIu64 " says %u bytes, over the %u allowed", d->at, len,
		                 FRAME_MAX_PAYLOAD);
	if (have < len + FRAME_OVERHEAD)
		return 0;
	crc = (uint32_t)crc32(0, (const Bytef *)bytes, len + FRAME_HEADER_SIZE);
	if (crc != get_u32(bytes + FRAME_HEADER_SIZE + len))
		return error_set(err, EBADMSG, "frames: the frame at byte %" PRIu64 " has a wrong checksum", d->at);
	f->type = get_u32(bytes + 4);
	f->len = len;
	f->payload = (const uint8_t *)bytes + FRAME_HEADER_SIZE;
	d->taken = len + FRAME_OVERHEAD;
	return 1;
}

size_t frame_decoder_pending(const struct frame_decoder *d)
{
	return d->pending.len - d->taken;
}

void frame_decoder_free(struct frame_decoder *d)
{
	buf_free(&d->pending);
	*d = (struct frame_decoder){0};
}
