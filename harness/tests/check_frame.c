/* SPDX-License-Identifier: BSD-2-Clause */
/* frame: the layout, streams cut at every place, and every way a stream can be damaged. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/cleanup.h"
#include "wire/frame.h"
#include "tests/suite.h"

static uint32_t next_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

/* The CRC is that of `python3 -c 'zlib.crc32(…)'` over the bytes before it. */
START_TEST(layout_is_as_documented)
{
	static const uint8_t expected[] = {'C', 'M', 'X', '1', 7,   0,    0,    0,    3,   0,
	                                   0,   0,   'a', 'b', 'c', 0xf0, 0x9c, 0xa5, 0xf4};
	cleanup_buf struct buf out = {0};

	frame_encode(&out, 7, "abc", 3);
	ck_assert_uint_eq(out.len, sizeof(expected));
	ck_assert_mem_eq(out.data, expected, sizeof(expected));
}
END_TEST

START_TEST(frame_is_appended)
{
	cleanup_buf struct buf out = {0}, alone = {0};

	buf_puts(&out, "before");
	frame_encode(&out, 1, NULL, 0);
	frame_encode(&alone, 1, NULL, 0);
	ck_assert_uint_eq(alone.len, FRAME_OVERHEAD);
	ck_assert_uint_eq(out.len, 6 + alone.len);
	ck_assert_mem_eq(out.data + 6, alone.data, alone.len);
}
END_TEST

static const uint32_t lengths[] = {0, 1, 4, 255, 256, 65535, 65536, FRAME_MAX_PAYLOAD - 1, FRAME_MAX_PAYLOAD};

START_TEST(payload_of_any_allowed_length_survives)
{
	cleanup_free uint8_t *payload = xcalloc(1, lengths[_i] + 1u);
	cleanup_buf struct buf out = {0};
	struct frame_decoder d = {0};
	uint32_t state = 1;
	struct frame f;

	for (uint32_t i = 0; i < lengths[_i]; i++)
		payload[i] = (uint8_t)next_random(&state);
	frame_encode(&out, 0xfedcba98, payload, lengths[_i]);
	frame_decoder_feed(&d, out.data, out.len - 1);
	ck_assert_int_eq(frame_decoder_next(&d, &f, NULL), 0);
	frame_decoder_feed(&d, out.data + out.len - 1, 1);
	ck_assert_int_eq(frame_decoder_next(&d, &f, NULL), 1);
	ck_assert_uint_eq(f.type, 0xfedcba98);
	ck_assert_uint_eq(f.len, lengths[_i]);
	ck_assert_int_eq(memcmp(f.payload, payload, f.len), 0);
	ck_assert_int_eq(frame_decoder_next(&d, &f, NULL), 0);
	ck_assert_uint_eq(frame_decoder_pending(&d), 0);
	frame_decoder_free(&d);
}
END_TEST

static const char *const words[] = {"", "a", "two words", "CMX1", "CMX1CMX1CMX1", "end"};

static void encode_words(struct buf *out, size_t times)
{
	for (size_t i = 0; i < times * COUNT(words); i++)
		frame_encode(out, (uint32_t)i, words[i % COUNT(words)], (uint32_t)strlen(words[i % COUNT(words)]));
}

/* Three streams in pieces of `_i` bytes, and one more byte that belongs to nothing yet. */
START_TEST(pieces_of_any_length_give_the_same_frames)
{
	size_t step = (size_t)_i, seen = 0;
	cleanup_buf struct buf out = {0};
	struct frame_decoder d = {0};
	struct frame f;

	encode_words(&out, 3);
	buf_putc(&out, 'C');
	for (size_t at = 0; at < out.len; at += step) {
		frame_decoder_feed(&d, out.data + at, out.len - at < step ? out.len - at : step);
		while (frame_decoder_next(&d, &f, NULL) == 1) {
			const char *word = words[seen % COUNT(words)];

			ck_assert_uint_eq(f.type, seen);
			ck_assert_uint_eq(f.len, strlen(word));
			ck_assert_int_eq(memcmp(f.payload, word, f.len), 0);
			seen++;
		}
	}
	ck_assert_uint_eq(seen, 3 * COUNT(words));
	ck_assert_uint_eq(frame_decoder_pending(&d), 1);
	frame_decoder_free(&d);
}
END_TEST

START_TEST(pending_counts_what_no_frame_has_taken)
{
	cleanup_buf struct buf out = {0};
	struct frame_decoder d = {0};
	struct frame f;

	ck_assert_uint_eq(frame_decoder_pending(&d), 0);
	frame_encode(&out, 1, "abc", 3);
	frame_decoder_feed(&d, out.data, out.len);
	frame_decoder_feed(&d, "CMX", 3);
	ck_assert_uint_eq(frame_decoder_pending(&d), out.len + 3);
	ck_assert_int_eq(frame_decoder_next(&d, &f, NULL), 1);
	ck_assert_uint_eq(frame_decoder_pending(&d), 3);
	ck_assert_int_eq(frame_decoder_next(&d, &f, NULL), 0);
	ck_assert_uint_eq(frame_decoder_pending(&d), 3);
	frame_decoder_free(&d);
}
END_TEST

/* Damage to the second of two frames of 3 bytes each: the first is 19 bytes long, so the second starts at byte 19. */
#define FIRST_LEN 19u
static const struct {
	const char *what;
	size_t at; /* of the byte in the second frame */
	uint8_t flip;
	const char *text;
} damages[] = {
        {"first byte of the magic", 0, 0x20, "no frame starts at byte 19"},
        {"last byte of the magic", 3, 0x01, "no frame starts at byte 19"},
        {"type", 4, 0x01, "the frame at byte 19 has a wrong checksum"},
        {"payload, first byte", 12, 0x80, "the frame at byte 19 has a wrong checksum"},
        {"payload, last byte", 14, 0x01, "the frame at byte 19 has a wrong checksum"},
        {"checksum, first byte", 15, 0x01, "the frame at byte 19 has a wrong checksum"},
        {"checksum, last byte", 18, 0x80, "the frame at byte 19 has a wrong checksum"},
        {"length, smaller", 8, 0x01, "the frame at byte 19 has a wrong checksum"},
        {"length, over the cap", 11, 0x80, "the frame at byte 19 says 2147483651 bytes, over the 1048576 allowed"},
        {"length, just over the cap", 10, 0x10, "the frame at byte 19 says 1048579 bytes, over the 1048576 allowed"},
};

START_TEST(damage_is_found_and_stays)
{
	cleanup_error struct error err = {0};
	cleanup_buf struct buf out = {0};
	struct frame_decoder d = {0};
	struct frame f;

	frame_encode(&out, 1, "abc", 3);
	ck_assert_uint_eq(out.len, FIRST_LEN);
	frame_encode(&out, 2, "def", 3);
	out.data[FIRST_LEN + damages[_i].at] = (char)((uint8_t)out.data[FIRST_LEN + damages[_i].at] ^ damages[_i].flip);
	frame_decoder_feed(&d, out.data, out.len);
	ck_assert_int_eq(frame_decoder_next(&d, &f, &err), 1);
	ck_assert_int_eq(frame_decoder_next(&d, &f, &err), -EBADMSG);
	ck_assert_msg(strstr(err.text, damages[_i].text) != NULL, "%s: %s", damages[_i].what, err.text);
	ck_assert_int_eq(err.status, EXIT_INFRA);
	out.len = 0;
	frame_encode(&out, 3, "ghi", 3);
	frame_decoder_feed(&d, out.data, out.len);
	ck_assert_int_eq(frame_decoder_next(&d, &f, NULL), -EBADMSG);
	frame_decoder_free(&d);
}
END_TEST

/* Text where frames belong is refused at its first byte, not after a header's worth of it. */
START_TEST(first_wrong_byte_ends_the_stream)
{
	cleanup_error struct error err = {0};
	struct frame_decoder d = {0};
	struct frame f;

	frame_decoder_feed(&d, "C", 1);
	ck_assert_int_eq(frame_decoder_next(&d, &f, &err), 0);
	frame_decoder_feed(&d, "x", 1);
	ck_assert_int_eq(frame_decoder_next(&d, &f, &err), -EBADMSG);
	frame_decoder_free(&d);
}
END_TEST

/* An oversized length is refused from the header alone: nothing is buffered for it. */
START_TEST(oversize_needs_no_payload)
{
	cleanup_error struct error err = {0};
	struct frame_decoder d = {0};
	struct frame f;

	frame_decoder_feed(&d, "CMX1\1\0\0\0\1\0\20\0", FRAME_HEADER_SIZE);
	ck_assert_int_eq(frame_decoder_next(&d, &f, &err), -EBADMSG);
	frame_decoder_free(&d);
}
END_TEST

/* Fixed seed: valid streams with bytes changed, in random pieces. What still decodes must be an original frame. */
START_TEST(mutated_streams_never_give_foreign_frames)
{
	uint32_t state = 20260131;

	for (unsigned round = 0; round < 4000; round++) {
		cleanup_buf struct buf out = {0}, plain = {0};
		struct frame_decoder d = {0};
		unsigned seen = 0, changes = next_random(&state) % 4;
		struct frame f;
		int rc = 0;

		encode_words(round % 2 ? &plain : &out, 1);
		if (round % 2)
			frame_pack(&out, &plain);
		for (unsigned i = 0; i < changes; i++)
			out.data[next_random(&state) % out.len] = (char)next_random(&state);
		for (size_t at = 0, step; at < out.len && rc >= 0; at += step) {
			step = 1 + next_random(&state) % 40;
			step = step < out.len - at ? step : out.len - at;
			frame_decoder_feed(&d, out.data + at, step);
			while ((rc = frame_decoder_next(&d, &f, NULL)) == 1) {
				ck_assert_uint_eq(f.type, seen);
				ck_assert_uint_eq(f.len, strlen(words[seen]));
				ck_assert_int_eq(memcmp(f.payload, words[seen], f.len), 0);
				seen++;
			}
		}
		if (!changes)
			ck_assert_uint_eq(seen, COUNT(words));
		frame_decoder_free(&d);
	}
}
END_TEST

START_TEST(random_bytes_are_no_frames)
{
	uint32_t state = 4711;

	for (unsigned round = 0; round < 2000; round++) {
		struct frame_decoder d = {0};
		struct frame f;
		int rc;

		if (round % 2)
			frame_decoder_feed(&d, "CMX1", 4);
		for (unsigned i = 0; i < 200; i++) {
			uint32_t v = next_random(&state);

			frame_decoder_feed(&d, &v, 1 + v % 4);
		}
		rc = frame_decoder_next(&d, &f, NULL);
		ck_assert_int_ne(rc, 1);
		frame_decoder_free(&d);
	}
}
END_TEST

/* A packed frame between two plain ones, in pieces of `_i` bytes. */
START_TEST(what_is_packed_comes_out_in_its_place)
{
	cleanup_buf struct buf frames = {0}, packed = {0}, out = {0};
	struct frame_decoder d = {0};
	size_t seen = 0;
	struct frame f;

	encode_words(&frames, 20);
	frame_pack(&packed, &frames);
	ck_assert_uint_lt(packed.len, frames.len / 2);
	frame_encode(&out, 1000, "before", 6);
	buf_add(&out, packed.data, packed.len);
	frame_encode(&out, 1001, "after", 5);
	for (size_t at = 0; at < out.len; at += (size_t)_i) {
		frame_decoder_feed(&d, out.data + at, out.len - at < (size_t)_i ? out.len - at : (size_t)_i);
		for (; frame_decoder_next(&d, &f, NULL) == 1; seen++) {
			const char *word = seen ? words[(seen - 1) % COUNT(words)] : "before";

			if (seen == 1 + 20 * COUNT(words))
				word = "after";
			ck_assert_uint_eq(f.len, strlen(word));
			ck_assert_int_eq(memcmp(f.payload, word, f.len), 0);
		}
	}
	ck_assert_uint_eq(seen, 2 + 20 * COUNT(words));
	ck_assert_uint_eq(frame_decoder_pending(&d), 0);
	frame_decoder_free(&d);
}
END_TEST

/* Nothing to gain: nothing, one small frame, and bytes that have no pattern. */
START_TEST(what_packing_does_not_shorten_stays_as_it_is)
{
	cleanup_buf struct buf none = {0}, small = {0}, noise = {0}, out = {0}, expected = {0};
	uint32_t state = 99, bytes[500];

	for (size_t i = 0; i < COUNT(bytes); i++)
		bytes[i] = next_random(&state);
	frame_encode(&small, 5, NULL, 0);
	frame_encode(&noise, 6, bytes, sizeof(bytes));
	frame_pack(&out, &none);
	frame_pack(&out, &small);
	frame_pack(&out, &noise);
	buf_add(&expected, small.data, small.len);
	buf_add(&expected, noise.data, noise.len);
	ck_assert_uint_eq(out.len, expected.len);
	ck_assert_mem_eq(out.data, expected.data, out.len);
}
END_TEST

/* Lengths around which a pack begins to be worth its own header. */
START_TEST(a_pack_is_never_longer_than_what_it_holds)
{
	uint32_t state = 7;

	for (uint32_t len = 0; len < 400; len++) {
		cleanup_buf struct buf frames = {0}, out = {0};
		uint8_t bytes[400];

		for (uint32_t i = 0; i < len; i++)
			bytes[i] = next_random(&state) % 8;
		frame_encode(&frames, 5, bytes, len);
		frame_pack(&out, &frames);
		ck_assert_uint_le(out.len, frames.len);
	}
}
END_TEST

START_TEST(what_is_left_of_a_pack_is_pending)
{
	cleanup_buf struct buf frames = {0}, out = {0};
	struct frame_decoder d = {0};
	size_t left;
	struct frame f;

	encode_words(&frames, 3);
	frame_pack(&out, &frames);
	ck_assert_uint_lt(out.len, frames.len);
	frame_decoder_feed(&d, out.data, out.len);
	left = frames.len;
	while (frame_decoder_next(&d, &f, NULL) == 1) {
		left -= f.len + FRAME_OVERHEAD;
		ck_assert_uint_eq(frame_decoder_pending(&d), left);
	}
	ck_assert_uint_eq(left, 0);
	frame_decoder_free(&d);
}
END_TEST

START_TEST(the_largest_pack_survives)
{
	cleanup_free char *payload = xcalloc(1, FRAME_MAX_PAYLOAD);
	cleanup_buf struct buf frames = {0}, out = {0};
	struct frame_decoder d = {0};
	struct frame f;

	frame_encode(&frames, 5, payload, FRAME_MAX_PAYLOAD - FRAME_OVERHEAD);
	frame_pack(&out, &frames);
	ck_assert_uint_lt(out.len, 20000);
	frame_decoder_feed(&d, out.data, out.len);
	ck_assert_int_eq(frame_decoder_next(&d, &f, NULL), 1);
	ck_assert_uint_eq(f.len, FRAME_MAX_PAYLOAD - FRAME_OVERHEAD);
	frame_decoder_free(&d);
}
END_TEST

/* Packs whose own checksum is right: only what is in them is wrong. */
enum pack_fault { HEADLESS, EMPTY, TOO_LARGE, CLAIMS_MORE, CLAIMS_LESS, CUT, FOLLOWED, NESTED, PARTIAL, NO_FRAMES };

static const struct {
	enum pack_fault fault;
	const char *text;
} pack_faults[] = {
        {HEADLESS, "the packed frame at byte 19 does not say how much it holds"},
        {EMPTY, "the packed frame at byte 19 does not say how much it holds"},
        {TOO_LARGE, "the packed frame at byte 19 does not say how much it holds"},
        {CLAIMS_MORE, "the packed frame at byte 19 cannot be unpacked"},
        {CLAIMS_LESS, "the packed frame at byte 19 cannot be unpacked"},
        {CUT, "the packed frame at byte 19 cannot be unpacked"},
        {FOLLOWED, "the packed frame at byte 19 cannot be unpacked"},
        {NESTED, "the packed frame at byte 19 holds another one"},
        {PARTIAL, "the packed frame at byte 19 ends within a frame"},
        {NO_FRAMES, "no frame starts at byte 19"},
};

static void encode_pack(struct buf *out, enum pack_fault fault)
{
	cleanup_buf struct buf inner = {0}, payload = {0};
	uLongf len = 4096;
	uint32_t claim;

	if (fault != NESTED && fault != NO_FRAMES)
		encode_words(&inner, 1);
	else if (fault == NESTED)
		frame_encode(&inner, FRAME_PACKED, "abc", 3);
	else
		buf_puts(&inner, "no frames");
	inner.len -= fault == PARTIAL;
	claim = (uint32_t)inner.len + (fault == CLAIMS_MORE) - (fault == CLAIMS_LESS);
	claim = fault == EMPTY ? 0 : fault == TOO_LARGE ? FRAME_MAX_PAYLOAD + 1 : claim;
	buf_add(&payload, &claim, sizeof(claim));
	ck_assert_int_eq(
	        compress((Bytef *)buf_reserve(&payload, len), &len, (const Bytef *)inner.data, (uLong)inner.len), Z_OK);
	payload.len += len;
	payload.len -= fault == CUT;
	if (fault == FOLLOWED)
		buf_putc(&payload, 'x');
	frame_encode(out, FRAME_PACKED, payload.data, fault == HEADLESS ? 3 : (uint32_t)payload.len);
}

START_TEST(a_wrong_pack_is_damage_that_stays)
{
	cleanup_error struct error err = {0};
	cleanup_buf struct buf out = {0};
	struct frame_decoder d = {0};
	struct frame f;
	int rc;

	frame_encode(&out, 1, "abc", 3);
	encode_pack(&out, pack_faults[_i].fault);
	frame_encode(&out, 2, "def", 3);
	frame_decoder_feed(&d, out.data, out.len);
	ck_assert_int_eq(frame_decoder_next(&d, &f, &err), 1);
	while ((rc = frame_decoder_next(&d, &f, &err)) == 1)
		ck_assert_uint_lt(f.type, COUNT(words) - 1); /* of a pack that is cut, what is whole */
	ck_assert_int_eq(rc, -EBADMSG);
	ck_assert_msg(strstr(err.text, pack_faults[_i].text) != NULL, "%s", err.text);
	ck_assert_int_eq(frame_decoder_next(&d, &f, NULL), -EBADMSG);
	frame_decoder_free(&d);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        TEST(layout_is_as_documented),
	        TEST(frame_is_appended),
	        EACH(payload_of_any_allowed_length_survives, lengths),
	        RANGE(pieces_of_any_length_give_the_same_frames, 1, 40),
	        TEST(pending_counts_what_no_frame_has_taken),
	        EACH(damage_is_found_and_stays, damages),
	        TEST(first_wrong_byte_ends_the_stream),
	        TEST(oversize_needs_no_payload),
	        TEST(mutated_streams_never_give_foreign_frames),
	        TEST(random_bytes_are_no_frames),
	        RANGE(what_is_packed_comes_out_in_its_place, 1, 60),
	        TEST(what_packing_does_not_shorten_stays_as_it_is),
	        TEST(a_pack_is_never_longer_than_what_it_holds),
	        TEST(what_is_left_of_a_pack_is_pending),
	        TEST(the_largest_pack_survives),
	        EACH(a_wrong_pack_is_damage_that_stays, pack_faults),
	};

	return suite_run("frame", tests, COUNT(tests));
}
