/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * frame: how messages travel from guest to host through the channel.
 *
 *   offset  size  field
 *   0       4     magic "CMX1"
 *   4       4     type (enum message_type)
 *   8       4     length of the payload, at most FRAME_MAX_PAYLOAD
 *   12      n     payload
 *   12+n    4     CRC-32 (zlib's) of everything before it
 *
 * All integers little endian. The stream comes from an untrusted guest: the first byte that does not fit ends it.
 *
 * A byte costs the guest two microseconds under emulation, so what a cell has to say travels packed: the payload of a
 * frame of type FRAME_PACKED is a u32, how many bytes it unpacks to (at most FRAME_MAX_PAYLOAD), and one zlib stream of
 * whole frames, none of them packed itself. The decoder hands these out as if they had come alone.
 */
#ifndef COREMATRIX_WIRE_FRAME_H
#define COREMATRIX_WIRE_FRAME_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

#define FRAME_MAX_PAYLOAD (1u << 20)
#define FRAME_HEADER_SIZE 12u
#define FRAME_OVERHEAD (FRAME_HEADER_SIZE + 4u)

#define FRAME_PACKED 0x80000000u /* no message's type */

/* A view into the decoder's buffer, valid until the next call on it. */
struct frame {
	uint32_t type;
	const uint8_t *payload;
	uint32_t len;
};

/* Append one whole frame to `out`. `len` must not exceed FRAME_MAX_PAYLOAD. */
void frame_encode(struct buf *out, uint32_t type, const void *payload, uint32_t len);

/*
 * Append `frames`, any number of whole frames, to `out`: as one packed frame, or as they are where they are more than
 * FRAME_MAX_PAYLOAD bytes or no longer.
 */
void frame_pack(struct buf *out, const struct buf *frames);

/* Decoder for a stream that arrives in pieces. Zero-initialise; free with frame_decoder_free. */
struct frame_decoder {
	struct buf pending, unpacked; /* bytes of the stream; frames of the last packed one */
	size_t taken, unpacked_taken; /* how many bytes of them the last frame occupied */
	uint64_t at;                  /* offset in the stream of the first pending byte, for messages */
};

void frame_decoder_feed(struct frame_decoder *d, const void *bytes, size_t len);

/*
 * Next whole frame. Returns 1 with `f` filled, 0 when more bytes are needed, or -EBADMSG when the stream is damaged,
 * with `err` saying where and how; a damaged stream stays damaged.
 */
int frame_decoder_next(struct frame_decoder *d, struct frame *f, struct error *err);

/* Bytes that arrived and do not form a whole frame (yet). */
size_t frame_decoder_pending(const struct frame_decoder *d);
void frame_decoder_free(struct frame_decoder *d);

#endif
