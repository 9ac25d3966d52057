/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a guest says. By the first byte an input is a stream as it comes out of the port, or the payload of one packed
 * frame whose checksum is made right, or frames whose checksums are made right, given to the protocol's state machine:
 * a byte for the type, two for the length, the payload.
 */
#include "tests/fuzz.h"

#include "host/vm/session.h"
#include "wire/frame.h"
#include "wire/message.h"

static void stream(const uint8_t *bytes, size_t len)
{
	struct frame_decoder d = {0};
	struct frame f;
	uint8_t step = 0;
	int rc = 0;

	fuzz_take(&bytes, &len, &step, 1);
	while (len && rc >= 0) {
		size_t n = step && step < len ? step : len;
		cleanup_error struct error err = {0};

		frame_decoder_feed(&d, bytes, n);
		bytes += n;
		len -= n;
		while ((rc = frame_decoder_next(&d, &f, &err)) > 0)
			FUZZ_HOLDS(f.len <= FRAME_MAX_PAYLOAD);
		fuzz_check_error(rc, &err);
	}
	frame_decoder_free(&d);
}

static void packed(const uint8_t *bytes, size_t len)
{
	cleanup_error struct error err = {0};
	cleanup_buf struct buf out = {0};
	struct frame_decoder d = {0};
	struct frame f;
	int rc;

	frame_encode(&out, FRAME_PACKED, bytes, len > FRAME_MAX_PAYLOAD ? FRAME_MAX_PAYLOAD : (uint32_t)len);
	frame_decoder_feed(&d, out.data, out.len);
	while ((rc = frame_decoder_next(&d, &f, &err)) > 0)
		FUZZ_HOLDS(f.type != FRAME_PACKED && f.len <= FRAME_MAX_PAYLOAD);
	fuzz_check_error(rc, &err);
	frame_decoder_free(&d);
}

/* What can be read can be written, and reads the same. */
static void round_trip(uint32_t type, const uint8_t *payload, uint32_t len)
{
	cleanup_error struct error err = {0};
	cleanup_buf struct buf out = {0};
	struct frame_decoder d = {0};
	struct message m, again;
	struct frame f;
	int rc = message_decode(type, payload, len, &m, &err);

	fuzz_check_error(rc, &err);
	if (rc)
		return;
	message_encode(&m, &out);
	frame_decoder_feed(&d, out.data, out.len);
	FUZZ_HOLDS(frame_decoder_next(&d, &f, NULL) == 1 && f.type == type && f.len <= len);
	FUZZ_HOLDS(!message_decode(f.type, f.payload, f.len, &again, NULL));
	message_free(&again);
	message_free(&m);
	frame_decoder_free(&d);
}

static void frames(const uint8_t *bytes, size_t len)
{
	char *const names[] = {"one", "two"};
	struct session s;
	int rc = 0;

	session_init(&s, 0x3131313131313131, 2, "");
	for (int64_t now = 1; len && !rc; now++) {
		cleanup_error struct error err = {0};
		uint8_t head[3];
		struct frame f = {0};
		cleanup_free void *copy = NULL;
		cleanup_free char *where = NULL;

		fuzz_take(&bytes, &len, head, sizeof(head));
		f.type = head[0];
		f.len = (uint32_t)(head[1] | head[2] << 8);
		f.len = f.len > len ? (uint32_t)len : f.len;
		f.payload = copy = fuzz_copy(bytes, f.len);
		round_trip(f.type, f.payload, f.len);
		rc = session_take(&s, &f, now, &err);
		fuzz_check_error(rc, &err);
		where = session_where(&s, names);
		FUZZ_HOLDS(where != NULL);
		bytes += f.len;
		len -= f.len;
	}
	session_free(&s);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	uint8_t how = 0;

	fuzz_take(&bytes, &len, &how, 1);
	if (how & 1)
		stream(bytes, len);
	else if (how & 2)
		packed(bytes, len);
	else
		frames(bytes, len);
	return 0;
}
