/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/frame.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <zlib.h>

#include "base/cleanup.h"
#include "wire/pack.h"

#define PACKED_HEADER_SIZE 4u

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

/*
 * The payload of a packed frame, when that frame is shorter than what it holds. A small window: memory that a guest has
 * to map first costs it more than better packing saves.
 */
static bool payload_pack(const struct buf *frames, struct buf *payload)
{
	z_stream z = {.next_in = (Bytef *)frames->data, .avail_in = (uInt)frames->len};
	uint32_t size = (uint32_t)frames->len, overhead = FRAME_OVERHEAD + PACKED_HEADER_SIZE;
	struct pack p = pack_writer(payload);
	bool ok;

	if (frames->len > FRAME_MAX_PAYLOAD || size <= overhead ||
	    deflateInit2(&z, Z_BEST_SPEED, Z_DEFLATED, 12, 5, Z_DEFAULT_STRATEGY) != Z_OK)
		return false;
	pack_u32(&p, &size);
	z.next_out = (Bytef *)buf_reserve(payload, size);
	z.avail_out = size - overhead;
	ok = deflate(&z, Z_FINISH) == Z_STREAM_END;
	payload->len += z.total_out;
	deflateEnd(&z);
	return ok;
}

void frame_pack(struct buf *out, const struct buf *frames)
{
	cleanup_buf struct buf payload = {0};

	if (payload_pack(frames, &payload))
		frame_encode(out, FRAME_PACKED, payload.data, (uint32_t)payload.len);
	else
		buf_add(out, buf_str(frames), frames->len);
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

/* Look at the frame that begins at `bytes`. Results as frame_decoder_next; `at` is for messages. */
static int frame_parse(const struct buf *in, uint64_t at, struct frame *f, struct error *err)
{
	const char *bytes = in->data;
	size_t have = in->len;
	uint32_t len, crc;

	if (have && memcmp(bytes, magic, have < sizeof(magic) ? have : sizeof(magic)))
		return error_set(err, EBADMSG, "frames: no frame starts at byte %" PRIu64 " of the channel", at);
	if (have < FRAME_HEADER_SIZE)
		return 0;
	len = get_u32(bytes + 8);
	if (len > FRAME_MAX_PAYLOAD)
		return error_set(err, EBADMSG,
		                 "frames: the frame at byte %" PRIu64 " says %u bytes, over the %u allowed", at, len,
		                 FRAME_MAX_PAYLOAD);
	if (have < len + FRAME_OVERHEAD)
		return 0;
	crc = (uint32_t)crc32(0, (const Bytef *)bytes, len + FRAME_HEADER_SIZE);
	if (crc != get_u32(bytes + FRAME_HEADER_SIZE + len))
		return error_set(err, EBADMSG, "frames: the frame at byte %" PRIu64 " has a wrong checksum", at);
	f->type = get_u32(bytes + 4);
	f->len = len;
	f->payload = (const uint8_t *)bytes + FRAME_HEADER_SIZE;
	return 1;
}

static int bad_pack(const struct frame_decoder *d, const char *how, struct error *err)
{
	return error_set(err, EBADMSG, "frames: the packed frame at byte %" PRIu64 " %s", d->at, how);
}

static int frame_unpack(struct frame_decoder *d, const struct frame *f, struct error *err)
{
	uint32_t claimed = f->len >= PACKED_HEADER_SIZE ? get_u32((const char *)f->payload) : 0;
	uLong packed = f->len - PACKED_HEADER_SIZE;
	uLongf size = claimed;

	if (!claimed || claimed > FRAME_MAX_PAYLOAD)
		return bad_pack(d, "does not say how much it holds", err);
	if (uncompress2((Bytef *)buf_reserve(&d->unpacked, size), &size, f->payload + PACKED_HEADER_SIZE, &packed) !=
	            Z_OK ||
	    size != claimed || packed != f->len - PACKED_HEADER_SIZE)
		return bad_pack(d, "cannot be unpacked", err);
	d->unpacked.len = size;
	return 0;
}

/* Of what the last packed frame held; 0 when nothing is left of it. */
static int unpacked_next(struct frame_decoder *d, struct frame *f, struct error *err)
{
	int rc;

	if (!d->unpacked.len)
		return 0;
	rc = frame_parse(&d->unpacked, d->at, f, err);
	if (rc < 0)
		return rc;
	if (!rc || f->type == FRAME_PACKED)
		return bad_pack(d, rc ? "holds another one" : "ends within a frame", err);
	d->unpacked_taken = f->len + FRAME_OVERHEAD;
	return 1;
}

int frame_decoder_next(struct frame_decoder *d, struct frame *f, struct error *err)
{
	int rc;

	buf_consume(&d->unpacked, d->unpacked_taken);
	d->unpacked_taken = 0;
	while (!(rc = unpacked_next(d, f, err))) {
		buf_consume(&d->pending, d->taken);
		d->at += d->taken;
		d->taken = 0;
		if ((rc = frame_parse(&d->pending, d->at, f, err)) != 1)
			return rc;
		d->taken = f->len + FRAME_OVERHEAD;
		if (f->type != FRAME_PACKED)
			return 1;
		if ((rc = frame_unpack(d, f, err)) < 0) {
			d->taken = 0;
			return rc;
		}
	}
	return rc;
}

size_t frame_decoder_pending(const struct frame_decoder *d)
{
	return d->pending.len - d->taken + d->unpacked.len - d->unpacked_taken;
}

void frame_decoder_free(struct frame_decoder *d)
{
	buf_free(&d->pending);
	buf_free(&d->unpacked);
	*d = (struct frame_decoder){0};
}
