/* SPDX-License-Identifier: BSD-2-Clause */
/* pack: the bytes of every kind of field, round trips at the edges, and reading what is short or lies about its size.
 */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "wire/pack.h"
#include "tests/suite.h"

/* One of everything. */
struct sample {
	uint8_t small;
	uint32_t middle;
	uint64_t large;
	int32_t with_sign;
	bool yes;
	char *text;
	void *bytes;
	uint32_t size;
	uint32_t count;
};

static void pack_sample(struct pack *p, struct sample *s)
{
	pack_u8(p, &s->small);
	pack_u32(p, &s->middle);
	pack_u64(p, &s->large);
	pack_i32(p, &s->with_sign);
	pack_bool(p, &s->yes);
	pack_str(p, &s->text);
	pack_bytes(p, &s->bytes, &s->size);
	pack_count(p, &s->count, 0);
}

static void sample_free(struct sample *s)
{
	free(s->text);
	free(s->bytes);
}

/* The documented layout: little endian, strings and bytes behind a u32 length. */
static const uint8_t sample_bytes[] = {
        0x12,                                           /* small */
        0x78, 0x56, 0x34, 0x12,                         /* middle */
        0xef, 0xcd, 0xab, 0x89, 0x67, 0x45, 0x23, 0x01, /* large */
        0xfe, 0xff, 0xff, 0xff,                         /* with_sign */
        0x01,                                           /* yes */
        0x02, 0x00, 0x00, 0x00, 'h',  'i',              /* text */
        0x03, 0x00, 0x00, 0x00, 'a',  0x00, 'b',        /* bytes */
        0x00, 0x00, 0x00, 0x00,                         /* count */
};

static struct sample make_sample(void)
{
	static char text[] = "hi", bytes[] = "a\0b";

	return (struct sample){
	        .small = 0x12,
	        .middle = 0x12345678,
	        .large = 0x0123456789abcdef,
	        .with_sign = -2,
	        .yes = true,
	        .text = text,
	        .bytes = bytes,
	        .size = 3,
	};
}

START_TEST(layout_is_as_documented)
{
	cleanup_buf struct buf out = {0};
	struct pack p = pack_writer(&out);
	struct sample s = make_sample();

	pack_sample(&p, &s);
	ck_assert_uint_eq(out.len, sizeof(sample_bytes));
	ck_assert_mem_eq(out.data, sample_bytes, sizeof(sample_bytes));
	ck_assert(!p.failed);
}
END_TEST

START_TEST(what_is_written_is_read)
{
	struct pack p = pack_reader(sample_bytes, sizeof(sample_bytes));
	struct sample expected = make_sample(), s = {0};

	pack_sample(&p, &s);
	ck_assert(pack_complete(&p));
	ck_assert_uint_eq(s.small, expected.small);
	ck_assert_uint_eq(s.middle, expected.middle);
	ck_assert_uint_eq(s.large, expected.large);
	ck_assert_int_eq(s.with_sign, expected.with_sign);
	ck_assert(s.yes);
	ck_assert_str_eq(s.text, "hi");
	ck_assert_uint_eq(s.size, 3);
	ck_assert_mem_eq(s.bytes, "a\0b", 4);
	sample_free(&s);
}
END_TEST

/* Cut anywhere, reading fails, and nothing is left unset for the caller to trip over. */
START_TEST(short_input_fails_at_every_length)
{
	cleanup_free uint8_t *cut = xcalloc(1, sizeof(sample_bytes));
	struct sample s;
	struct pack p;

	/* An allocation of exactly that length lets the sanitiser see one byte too far. */
	cut = xrealloc(cut, (size_t)_i, 1);
	memcpy(cut, sample_bytes, (size_t)_i);
	memset(&s, 0xff, sizeof(s));
	p = pack_reader(cut, (size_t)_i);
	pack_sample(&p, &s);
	ck_assert(p.failed);
	ck_assert(!pack_complete(&p));
	ck_assert(s.text && s.bytes);
	ck_assert_uint_eq(s.count, 0);
	sample_free(&s);
}
END_TEST

START_TEST(after_a_failure_everything_reads_as_zero)
{
	static const uint8_t bytes[] = {0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4, 5, 6, 7, 8};
	struct pack p = pack_reader(bytes, sizeof(bytes));
	cleanup_free char *text = NULL;
	cleanup_free void *raw = NULL;
	uint32_t number = 7, size = 7, count = 7;
	bool yes = true;

	pack_str(&p, &text);
	ck_assert(p.failed);
	ck_assert_str_eq(text, "");
	pack_u32(&p, &number);
	pack_bool(&p, &yes);
	pack_bytes(&p, &raw, &size);
	pack_count(&p, &count, 1);
	ck_assert(!number && !yes && !size && !count);
	ck_assert(raw != NULL);
	ck_assert(!pack_complete(&p));
}
END_TEST

START_TEST(left_over_bytes_are_not_complete)
{
	struct pack p = pack_reader("\1\2", 2);
	uint8_t v;

	pack_u8(&p, &v);
	ck_assert(!p.failed);
	ck_assert(!pack_complete(&p));
	pack_u8(&p, &v);
	ck_assert(pack_complete(&p));
}
END_TEST

static const struct {
	uint32_t count;
	size_t left, min_size;
	bool fits;
} counts[] = {
        {0, 0, 4, true},
        {3, 12, 4, true},
        {3, 11, 4, false},
        {1, 0, 4, false},
        {UINT32_MAX, 1000, 4, false},
        {UINT32_MAX, 1000, 0, false},
        {0x40000000, 16, 16, false}, /* times the size would be 0 in 32 bits */
        {12, 12, 0, true},           /* an entry of no size counts as one byte */
        {13, 12, 0, false},
};

START_TEST(count_must_fit_what_is_left)
{
	cleanup_free uint8_t *bytes = xcalloc(1, 4 + counts[_i].left);
	uint32_t count = 99;
	struct pack p;

	for (unsigned i = 0; i < 4; i++)
		bytes[i] = (uint8_t)(counts[_i].count >> (8 * i));
	p = pack_reader(bytes, 4 + counts[_i].left);
	pack_count(&p, &count, counts[_i].min_size);
	ck_assert_int_eq(!p.failed, counts[_i].fits);
	ck_assert_uint_eq(count, counts[_i].fits ? counts[_i].count : 0);
}
END_TEST

START_TEST(absent_text_is_written_as_none)
{
	cleanup_buf struct buf out = {0};
	struct pack p = pack_writer(&out);
	char *none = NULL;

	pack_str(&p, &none);
	ck_assert_uint_eq(out.len, 4);
	ck_assert_mem_eq(out.data, "\0\0\0\0", 4);
}
END_TEST

/* The guest may send a NUL inside a string: text ends there, the field does not. */
START_TEST(nul_ends_text_but_not_the_field)
{
	struct pack p = pack_reader("\3\0\0\0a\0b\7", 8);
	cleanup_free char *text = NULL;
	uint8_t next = 0;

	pack_str(&p, &text);
	pack_u8(&p, &next);
	ck_assert_str_eq(text, "a");
	ck_assert_uint_eq(next, 7);
	ck_assert(pack_complete(&p));
}
END_TEST

START_TEST(any_byte_but_zero_is_true)
{
	struct pack p = pack_reader("\0\1\377", 3);
	bool a = true, b = false, c = false;

	pack_bool(&p, &a);
	pack_bool(&p, &b);
	pack_bool(&p, &c);
	ck_assert(!a && b && c);
}
END_TEST

static const int32_t signed_values[] = {0, 1, -1, INT32_MAX, INT32_MIN};

START_TEST(signed_numbers_survive)
{
	cleanup_buf struct buf out = {0};
	struct pack w = pack_writer(&out), r;
	int32_t v = signed_values[_i];

	pack_i32(&w, &v);
	v = 99;
	r = pack_reader(out.data, out.len);
	pack_i32(&r, &v);
	ck_assert_int_eq(v, signed_values[_i]);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        TEST(layout_is_as_documented),
	        TEST(what_is_written_is_read),
	        RANGE(short_input_fails_at_every_length, 0, sizeof(sample_bytes)),
	        TEST(after_a_failure_everything_reads_as_zero),
	        TEST(left_over_bytes_are_not_complete),
	        EACH(count_must_fit_what_is_left, counts),
	        TEST(absent_text_is_written_as_none),
	        TEST(nul_ends_text_but_not_the_field),
	        TEST(any_byte_but_zero_is_true),
	        EACH(signed_numbers_survive, signed_values),
	};

	return suite_run("pack", tests, COUNT(tests));
}
