/* SPDX-License-Identifier: BSD-2-Clause */
/* A kernel image of the user's, and a compressed stream by itself. */
#include "tests/fuzz.h"

#include "host/arch/image.h"
#include "host/lib/unpack.h"

/* Enough for any of the seeds; a stream that says more has to be stopped there. */
#define STREAM_MAX ((size_t)1 << 20)

static void stream(const void *bytes, size_t len)
{
	cleanup_error struct error err = {0};
	cleanup_buf struct buf out = {0};
	int rc = unpack_stream(bytes, len, STREAM_MAX, &out, &err);

	fuzz_check_error(rc, &err);
	FUZZ_HOLDS(rc || out.len <= STREAM_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	cleanup_error struct error err = {0};
	cleanup_free void *copy = fuzz_copy(bytes, len);
	struct buf whole = {0};
	struct image image;
	int rc;

	image_is_kernel(copy, len);
	unpack_is_package(copy, len);
	stream(copy, len);
	buf_add(&whole, bytes, len);
	rc = image_unpack(&whole, &image, &err);
	fuzz_check_error(rc, &err);
	FUZZ_HOLDS(rc || (image.release && image.btf_at + image.btf_len <= image.kernel.len));
	image_free(&image);
	return 0;
}
