/* SPDX-License-Identifier: BSD-2-Clause */
/* job: what the host asks survives the way into the guest; anything damaged on it is refused whole. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/cleanup.h"
#include "wire/job.h"
#include "tests/suite.h"

#define HEADER 16u

static const char object_bytes[] = "\177ELF\0\1\2\377";

static struct job make_job(void)
{
	struct job job = {.nonce = 0xfedcba9876543210, .object_count = 3, .btf_size = 3, .module_count = 2};

	job.objects = xcalloc(3, sizeof(*job.objects));
	for (unsigned i = 0; i < 3; i++) {
		struct job_object *o = &job.objects[i];

		*o = (struct job_object){.name = xasprintf("object %u", i), .size = sizeof(object_bytes) * i};
		o->bytes = xcalloc(1, o->size);
		for (unsigned k = 0; k < i; k++)
			memcpy((char *)o->bytes + sizeof(object_bytes) * k, object_bytes, sizeof(object_bytes));
		o->types_size = 3 * i;
		o->types = memcpy(xcalloc(1, 7), "types!", o->types_size);
	}
	job.btf = memcpy(xcalloc(1, 3), "btf", 3);
	job.config_size = 11;
	job.config = memcpy(xcalloc(1, 11), "CONFIG_A=y\n", 11);
	job.modules = xcalloc(2, sizeof(*job.modules));
	job.modules[0] = (struct job_module){xstrdup("loop"), memcpy(xcalloc(1, 2), "ko", 2), 2};
	job.modules[1] = (struct job_module){xstrdup("absent"), NULL, 0};
	job_object_set(&job.objects[1], SETTING_EVENT, "", "event");
	job_object_set(&job.objects[1], SETTING_SOURCE, "map", "ringbuf");
	job_object_set(&job.objects[1], SETTING_SOURCE, "", "printk");
	job_object_set(&job.objects[1], SETTING_SOURCE, "", "none");
	return job;
}

static struct buf encode(struct job *job)
{
	struct buf out = {0};

	job_encode(job, &out);
	return out;
}

START_TEST(job_survives)
{
	struct job sent = make_job(), got;
	cleanup_buf struct buf bytes = encode(&sent);
	cleanup_error struct error err = {0};

	ck_assert_msg(!job_decode(bytes.data, bytes.len, &got, &err), "%s", err.text);
	ck_assert_uint_eq(got.nonce, sent.nonce);
	ck_assert_uint_eq(got.btf_size, 3);
	ck_assert_uint_eq(got.objects[2].types_size, 6);
	ck_assert_mem_eq(got.objects[2].types, "types!", 6);
	ck_assert_uint_eq(got.objects[0].types_size, 0);
	ck_assert_mem_eq(got.btf, "btf", 3);
	ck_assert_uint_eq(got.config_size, 11);
	ck_assert_mem_eq(got.config, "CONFIG_A=y\n", 11);
	ck_assert_uint_eq(got.module_count, 2);
	ck_assert_str_eq(got.modules[0].name, "loop");
	ck_assert_uint_eq(got.modules[0].size, 2);
	ck_assert_mem_eq(got.modules[0].bytes, "ko", 2);
	ck_assert_str_eq(got.modules[1].name, "absent");
	ck_assert_uint_eq(got.modules[1].size, 0);
	ck_assert_uint_eq(got.object_count, 3);
	for (unsigned i = 0; i < 3; i++) {
		ck_assert_str_eq(got.objects[i].name, sent.objects[i].name);
		ck_assert_uint_eq(got.objects[i].size, sent.objects[i].size);
		ck_assert_int_eq(memcmp(got.objects[i].bytes, sent.objects[i].bytes, sent.objects[i].size), 0);
		ck_assert_uint_eq(got.objects[i].setting_count, sent.objects[i].setting_count);
	}
	ck_assert_str_eq(got.objects[1].settings[1].name, "map");
	ck_assert_str_eq(got.objects[1].settings[1].value, "ringbuf");
	ck_assert_int_eq(got.objects[1].settings[1].key, SETTING_SOURCE);
	job_free(&got);
	job_free(&sent);
}
END_TEST

START_TEST(empty_job_survives)
{
	struct job sent = {.nonce = 1}, got;
	cleanup_buf struct buf bytes = encode(&sent);

	ck_assert_int_eq(job_decode(bytes.data, bytes.len, &got, NULL), 0);
	ck_assert_uint_eq(got.nonce, 1);
	ck_assert_uint_eq(got.object_count, 0);
	job_free(&got);
}
END_TEST

START_TEST(first_value_without_a_name_counts)
{
	struct job job = make_job();

	ck_assert_str_eq(job_object_value(&job.objects[1], SETTING_EVENT), "event");
	ck_assert_str_eq(job_object_value(&job.objects[1], SETTING_SOURCE), "printk");
	ck_assert(!job_object_value(&job.objects[1], SETTING_WORKLOAD));
	ck_assert(!job_object_value(&job.objects[0], SETTING_EVENT));
	job_free(&job);
}
END_TEST

static const struct {
	const char *what;
	size_t at;
	uint8_t flip;
	const char *text;
} damages[] = {
        {"magic", 3, 1, "not a job"},           {"protocol", 4, 1, "protocol 7, this agent speaks 6"},
        {"length", 10, 1, "bytes arrived"},     {"checksum", 12, 1, "wrong checksum"},
        {"nonce", HEADER, 1, "wrong checksum"}, {"content", HEADER + 44, 1, "wrong checksum"},
};

START_TEST(damage_is_named)
{
	struct job sent = make_job(), got;
	cleanup_buf struct buf bytes = encode(&sent);
	cleanup_error struct error err = {0};

	bytes.data[damages[_i].at] = (char)((uint8_t)bytes.data[damages[_i].at] ^ damages[_i].flip);
	ck_assert_int_eq(job_decode(bytes.data, bytes.len, &got, &err), -EBADMSG);
	ck_assert_msg(strstr(err.text, damages[_i].text) != NULL, "%s: %s", damages[_i].what, err.text);
	ck_assert_uint_eq(got.object_count, 0);
	ck_assert(!got.objects);
	job_free(&sent);
}
END_TEST

START_TEST(a_cut_job_is_refused)
{
	struct job sent = make_job(), got;
	cleanup_buf struct buf bytes = encode(&sent);

	for (size_t len = 0; len < bytes.len; len++)
		ck_assert_int_eq(job_decode(bytes.data, len, &got, NULL), -EBADMSG);
	ck_assert_int_eq(job_decode(NULL, 0, &got, NULL), -EBADMSG);
	job_free(&sent);
}
END_TEST

START_TEST(less_than_a_sector_may_follow_a_job)
{
	struct job sent = make_job(), got;
	cleanup_buf struct buf bytes = encode(&sent);

	for (size_t i = 1; i < JOB_SECTOR; i++) {
		buf_putc(&bytes, 0);
		ck_assert_int_eq(job_decode(bytes.data, bytes.len, &got, NULL), 0);
		ck_assert_uint_eq(got.nonce, sent.nonce);
		job_free(&got);
	}
	buf_putc(&bytes, 0);
	ck_assert_int_eq(job_decode(bytes.data, bytes.len, &got, NULL), -EBADMSG);
	job_free(&sent);
}
END_TEST

static void put_u32(char *at, uint32_t v)
{
	for (unsigned i = 0; i < 4; i++)
		at[i] = (char)(v >> (8 * i));
}

/* A header that fits, so that the content is read whatever it holds. */
static void seal(struct buf *bytes)
{
	put_u32(bytes->data + 8, (uint32_t)(bytes->len - HEADER));
	put_u32(bytes->data + 12, (uint32_t)crc32(0, (Bytef *)bytes->data + HEADER, (uInt)(bytes->len - HEADER)));
}

START_TEST(counts_beyond_the_content_are_refused)
{
	cleanup_error struct error err = {0};
	struct job sent = make_job(), got;
	cleanup_buf struct buf bytes = encode(&sent);

	/* behind nonce, wall_ns, symbols, top_lines, patience and no circumstances */
	put_u32(bytes.data + HEADER + 26, UINT32_MAX);
	seal(&bytes);
	ck_assert_int_eq(job_decode(bytes.data, bytes.len, &got, &err), -EBADMSG);
	ck_assert_msg(strstr(err.text, "damaged content") != NULL, "%s", err.text);
	put_u32(bytes.data + HEADER + 26, 4);
	seal(&bytes);
	ck_assert_int_eq(job_decode(bytes.data, bytes.len, &got, NULL), -EBADMSG);
	put_u32(bytes.data + HEADER + 26, 2);
	seal(&bytes);
	ck_assert_int_eq(job_decode(bytes.data, bytes.len, &got, NULL), -EBADMSG);
	put_u32(bytes.data + HEADER + 26, 3);
	seal(&bytes);
	ck_assert_int_eq(job_decode(bytes.data, bytes.len, &got, NULL), 0);
	job_free(&got);
	job_free(&sent);
}
END_TEST

static uint32_t next_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

/* Fixed seed. Every second round repairs the checksum, so that the damage reaches the parser behind it. */
START_TEST(mutated_jobs_do_no_harm)
{
	unsigned taken = 0, refused = 0;
	uint32_t state = 31337;

	for (unsigned round = 0; round < 20000; round++) {
		struct job sent = make_job(), got;
		cleanup_buf struct buf bytes = encode(&sent);

		job_free(&sent);
		for (unsigned i = 1 + next_random(&state) % 4; i > 0; i--)
			bytes.data[next_random(&state) % bytes.len] = (char)next_random(&state);
		if (next_random(&state) % 4 == 0)
			bytes.len = HEADER + next_random(&state) % (bytes.len - HEADER);
		if (round % 2)
			seal(&bytes);
		if (job_decode(bytes.data, bytes.len, &got, NULL)) {
			refused++;
			continue;
		}
		taken++;
		bytes.len = 0;
		job_encode(&got, &bytes);
		job_free(&got);
	}
	ck_assert_uint_gt(taken, 100);
	ck_assert_uint_gt(refused, 100);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        GROUP("job", .seconds = 60),
	        TEST(job_survives),
	        TEST(empty_job_survives),
	        TEST(first_value_without_a_name_counts),
	        EACH(damage_is_named, damages),
	        TEST(a_cut_job_is_refused),
	        TEST(less_than_a_sector_may_follow_a_job),
	        TEST(counts_beyond_the_content_are_refused),
	        TEST(mutated_jobs_do_no_harm),
	};

	return suite_run("job", tests, COUNT(tests));
}
