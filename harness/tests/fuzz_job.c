/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the agent reads: odd inputs are a job as it comes, even ones the content of a job under a right head; and the
 * files of a loader.
 */
#include "tests/fuzz.h"

#include <zlib.h>

#include "wire/job.h"
#include "wire/pack.h"
#include "wire/loader_pack.h"

static void loader_pack(const void *bytes, uint32_t len)
{
	struct loader_pack_reader r = loader_pack_open(bytes, len);
	cleanup_error struct error err = {0};
	struct loader_pack_file file = {0};
	int rc;

	while ((rc = loader_pack_next(&r, &file, &err)) > 0) {
		FUZZ_HOLDS(file.size <= len);
		free(file.path);
		file = (struct loader_pack_file){0};
	}
	fuzz_check_error(rc, &err);
}

static void decode(const void *bytes, size_t len)
{
	cleanup_error struct error err = {0};
	cleanup_buf struct buf again = {0};
	struct job job;
	int rc = job_decode(bytes, len, &job, &err);

	fuzz_check_error(rc, &err);
	if (rc)
		return;
	for (uint32_t i = 0; i < job.object_count; i++) {
		job_object_value(&job.objects[i], SETTING_LOADER);
		loader_pack(job.objects[i].bytes, job.objects[i].size);
	}
	job_encode(&job, &again);
	/* strings end at their first NUL, so a second writing may be shorter */
	FUZZ_HOLDS(again.len <= len);
	job_free(&job);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct job empty = {0};
	cleanup_buf struct buf job = {0};
	cleanup_free void *copy = NULL;
	struct pack head;
	uint32_t size, crc;
	uint8_t how = 0;

	fuzz_take(&bytes, &len, &how, 1);
	if (how & 1) {
		copy = fuzz_copy(bytes, len);
		decode(copy, len);
		return 0;
	}
	/* magic and protocol are those of an empty job; size and checksum follow them */
	job_encode(&empty, &job);
	job.len = 8;
	size = (uint32_t)len;
	crc = (uint32_t)crc32(0, bytes, (uInt)len);
	head = pack_writer(&job);
	pack_u32(&head, &size);
	pack_u32(&head, &crc);
	buf_add(&job, bytes, len);
	copy = fuzz_copy((const uint8_t *)job.data, job.len);
	decode(copy, job.len);
	return 0;
}
