/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/judge/learn_record.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"

#define NS_PER_TICK 10000000u
#define SHOWN_BYTES 128u
#define CLOCK_TICKS 6000u

/* Printed value number `at`; NULL when the line has fewer. */
static const char *field_find(const struct record_fact *r, uint32_t at, size_t *len)
{
	const char *bytes = r->bytes, *end = bytes + r->size;

	for (uint32_t i = 0; bytes < end; i++) {
		*len = strnlen(bytes, (size_t)(end - bytes));
		if (i == at)
			return bytes;
		bytes += *len + 1;
	}
	return NULL;
}

/* A printed number: decimal, or hexadecimal with 0x; as the kernel's %d has it, a negative one is 32 bits wide. */
static bool field_is_number(const char *text, size_t len, uint64_t *out)
{
	cleanup_free char *copy = xstrndup(text, len);
	char *end;

	if (!len || (!isdigit((unsigned char)*copy) && *copy != '-'))
		return false;
	errno = 0;
	*out = *copy == '-' ? (uint64_t)strtoll(copy, &end, 10) : strtoull(copy, &end, copy[1] == 'x' ? 16 : 10);
	return !errno && !*end;
}

static uint64_t number_read(const uint8_t *bytes, uint32_t width)
{
	uint64_t v = 0;

	for (uint32_t i = 0; i < width; i++)
		v |= (uint64_t)bytes[i] << (8 * i);
	return v;
}

static const uint8_t *bytes_at(const struct record_fact *r, const struct learn_place *p, uint32_t width)
{
	return p->at <= r->size && width <= r->size - p->at ? (const uint8_t *)r->bytes + p->at : NULL;
}

static bool printed_has(const struct record_fact *r, const struct learn_place *p, const struct observed_value *v)
{
	size_t len = 0;
	const char *text = field_find(r, p->at, &len);
	uint64_t number;

	if (!text || !len)
		return false;
	if (!v->is_number)
		return len == v->size && !memcmp(text, v->bytes, len);
	return field_is_number(text, len, &number) && number == v->number;
}

/* The text, and then a NUL or the record's end: a longer one that begins so is another. */
static bool text_has(const struct record_fact *r, const struct learn_place *p, const struct observed_value *v)
{
	const uint8_t *at = bytes_at(r, p, v->size);

	return at && !memcmp(at, v->bytes, v->size) && (p->at + v->size == r->size || !at[v->size]);
}

static bool number_has(const struct record_fact *r, const struct learn_place *p, uint64_t want)
{
	const uint8_t *at = bytes_at(r, p, p->width);
	uint64_t got;

	if (!at)
		return false;
	got = number_read(at, p->width);
	if (p->reading == LEARN_TICKS)
		return got / NS_PER_TICK == want;
	if (p->reading == LEARN_SWAPPED)
		return got == __builtin_bswap16((uint16_t)want);
	return got == want;
}

bool learn_record_is_of(const struct learn_shape *s, const struct record_fact *r)
{
	return s->form == r->form && (!s->size || s->size == r->size) && s->key_size == r->key_size &&
	       !strcmp(s->source, r->source);
}

bool learn_record_has(const struct record_fact *r, const struct learn_place *p, const struct observed_value *v)
{
	if (v->is_number != (p->reading == LEARN_NUMBER || p->reading == LEARN_SWAPPED || p->reading == LEARN_TICKS))
		return false;
	if (r->form == RECORD_FIELDS)
		return printed_has(r, p, v);
	if (v->is_number)
		return number_has(r, p, v->number);
	if (p->reading == LEARN_TEXT)
		return text_has(r, p, v);
	return v->size == p->width && bytes_at(r, p, v->size) && !memcmp(bytes_at(r, p, v->size), v->bytes, v->size);
}

uint8_t learn_record_fits(const struct record_fact *r, const struct learn_place *p, const struct subject_fact *s)
{
	uint8_t moments = 0;

	for (uint32_t i = 0; i < s->count; i++) {
		const struct observed_value *v = &s->values[i];

		if (v->moment > LEARN_MOMENTS || strcmp(v->name, p->name) || !learn_record_has(r, p, v))
			continue;
		moments = (uint8_t)(moments | (v->moment ? 1u << (v->moment - 1) : UINT8_MAX));
	}
	return moments;
}

bool learn_record_is_clock(const struct record_fact *r, const struct learn_place *p, const struct subject_fact *s)
{
	const uint8_t *at = p->reading == LEARN_TICKS ? bytes_at(r, p, p->width) : NULL;

	for (uint32_t i = 0; at && i < s->count; i++) {
		uint64_t ticks = number_read(at, p->width) / NS_PER_TICK;

		if (!strcmp(s->values[i].name, p->name) && ticks > s->values[i].number &&
		    ticks - s->values[i].number <= CLOCK_TICKS)
			return true;
	}
	return false;
}

static bool is_id(const struct observed_value *v)
{
	return v->is_number && (!strcmp(v->name, "pid") || !strcmp(v->name, "tid"));
}

/* A text of a few bytes is found by chance, and an address that is not known yet is all zero. */
static bool is_telling(const struct observed_value *v)
{
	const uint8_t *bytes = v->bytes;

	for (uint32_t i = 0; !v->is_number && v->size >= 4 && i < v->size; i++)
		if (bytes[i])
			return true;
	return false;
}

/* Whether a value of a printed line is the subject's id, or a text of its own. */
static bool line_may_be(const struct record_fact *r, const struct observed_value *v)
{
	struct learn_place p = {.reading = v->is_number ? LEARN_NUMBER : LEARN_TEXT};
	size_t len;

	for (; field_find(r, p.at, &len); p.at++)
		if (learn_record_has(r, &p, v))
			return true;
	return false;
}

/* Four bytes of the record are the id; a small one that follows a letter is the end of a text: "stat" holds 116. */
static bool bytes_hold_id(const struct record_fact *r, uint32_t id)
{
	const uint8_t *bytes = r->bytes, *at = bytes, *end = bytes + r->size;

	while ((at = memmem(at, (size_t)(end - at), &id, sizeof(id)))) {
		if (id >= 128 || at == bytes || !isprint(at[-1]))
			return true;
		at++;
	}
	return false;
}

bool learn_record_may_be(const struct record_fact *r, const struct subject_fact *s)
{
	for (uint32_t i = 0; i < s->count; i++) {
		const struct observed_value *v = &s->values[i];
		uint32_t id = (uint32_t)v->number;

		if (!is_id(v) && !is_telling(v))
			continue;
		if (r->form == RECORD_FIELDS ? line_may_be(r, v)
		    : v->is_number           ? bytes_hold_id(r, id)
		                             : memmem(r->bytes, r->size, v->bytes, v->size) != NULL)
			return true;
	}
	return false;
}

bool learn_record_is_empty(const struct record_fact *r, const struct learn_place *p)
{
	size_t len = 0;
	const char *text = r->form == RECORD_FIELDS ? field_find(r, p->at, &len) : NULL;
	const uint8_t *at;

	if (r->form == RECORD_FIELDS)
		return !text || !len || (len == 1 && *text == '0');
	at = bytes_at(r, p, p->width);
	for (uint32_t i = 0; at && i < p->width; i++)
		if (at[i])
			return false;
	return true;
}

static void hex_add(struct buf *out, const uint8_t *bytes, uint32_t len)
{
	for (uint32_t i = 0; i < len; i++)
		buf_printf(out, "%02x", bytes[i]);
}

static void address_add(struct buf *out, const uint8_t *bytes, uint32_t len)
{
	char text[INET6_ADDRSTRLEN] = "";

	if ((len == 4 || len == 16) && inet_ntop(len == 4 ? AF_INET : AF_INET6, bytes, text, sizeof(text)))
		buf_puts(out, text);
	else
		hex_add(out, bytes, len);
}

static void text_add(struct buf *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len && i < SHOWN_BYTES; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c < 0x20 || c >= 0x7f || c == '\\')
			buf_printf(out, "\\x%02x", c);
		else
			buf_putc(out, (char)c);
	}
}

static void number_add(struct buf *out, const struct learn_place *p, uint64_t ticks_or_number)
{
	if (p->reading == LEARN_TICKS)
		buf_printf(out, "%" PRIu64 ".%02" PRIu64 " s", ticks_or_number / 100, ticks_or_number % 100);
	else
		buf_printf(out, "%" PRIu64, ticks_or_number);
}

char *learn_record_text(const struct record_fact *r, const struct learn_place *p)
{
	struct buf out = {0};
	size_t len = 0;
	const char *text = r->form == RECORD_FIELDS ? field_find(r, p->at, &len) : NULL;
	const uint8_t *at = r->form == RECORD_FIELDS ? NULL : bytes_at(r, p, p->reading == LEARN_TEXT ? 0 : p->width);

	if (text) {
		text_add(&out, text, len);
	} else if (at && p->reading == LEARN_TEXT) {
		size_t room = r->size - p->at < p->width ? r->size - p->at : p->width;

		text_add(&out, (const char *)at, strnlen((const char *)at, room));
	} else if (at && p->reading == LEARN_BYTES) {
		address_add(&out, at, p->width);
	} else if (at) {
		uint64_t v = number_read(at, p->width);

		v = p->reading == LEARN_SWAPPED ? __builtin_bswap16((uint16_t)v) : v;
		number_add(&out, p, p->reading == LEARN_TICKS ? v / NS_PER_TICK : v);
	}
	/* it came, though nothing legible is there */
	if (!out.len)
		buf_puts(&out, "(empty)");
	return buf_steal(&out);
}

char *learn_value_text(const struct observed_value *v, const struct learn_place *p)
{
	struct buf out = {0};

	if (v->is_number)
		number_add(&out, p, v->number);
	else if (p->reading == LEARN_BYTES)
		address_add(&out, v->bytes, v->size);
	else
		text_add(&out, v->bytes, v->size);
	return buf_steal(&out);
}
