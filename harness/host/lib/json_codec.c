/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/lib/json_codec.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "host/lib/text.h"

void codec_fail(struct codec *x, const char *member, const char *what)
{
	const char *place = buf_str(&x->place);

	if (x->failed)
		return;
	x->failed = true;
	if (x->writing)
		error_set(x->err, EINVAL, "cannot write %s: %s%s%s %s; this is a bug of corematrix", x->name, place,
		          *place ? "." : "", member, what);
	else
		error_usage(x->err, "%s: %s%s%s %s; it is damaged or was not written by corematrix", x->name, place,
		            *place && *member ? "." : "", member, what);
}

/* Enter a member or an entry; returns what to hand to place_leave. */
static size_t place_enter(struct codec *x, const char *member, size_t index)
{
	size_t len = x->place.len;

	if (len)
		buf_putc(&x->place, '.');
	buf_puts(&x->place, member);
	buf_putc(&x->place, '[');
	buf_put_number(&x->place, index);
	buf_putc(&x->place, ']');
	return len;
}

static void place_leave(struct codec *x, size_t len)
{
	x->place.len = len;
	if (x->place.data)
		x->place.data[len] = '\0';
}

void codec_put(struct codec *x, json_t *node, const char *member, json_t *value)
{
	if (x->failed)
		json_decref(value);
	else if (!value || json_object_set_new(node, member, value))
		codec_fail(x, member, "cannot be expressed in JSON");
}

/* The member to read, or NULL when it is absent or null (then the default stands) or reading has failed. */
json_t *codec_get(struct codec *x, json_t *node, const char *member)
{
	json_t *value = x->failed ? NULL : json_object_get(node, member);

	return json_is_null(value) ? NULL : value;
}

void codec_string(struct codec *x, json_t *node, const char *member, char **slot)
{
	json_t *value;

	if (x->writing) {
		codec_put(x, node, member, json_string(*slot));
		return;
	}
	value = codec_get(x, node, member);
	if (value && !json_is_string(value))
		codec_fail(x, member, "is not a string");
	else if (value)
		text_set(slot, json_string_value(value));
}

static json_t *strings_to_json(struct codec *x, const char *member, const struct strings *list)
{
	json_t *array = json_array();

	for (size_t i = 0; i < list->count; i++)
		if (json_array_append_new(array, json_string(list->at[i])))
			codec_fail(x, member, "is not UTF-8");
	return array;
}

void codec_strings(struct codec *x, json_t *node, const char *member, struct strings *list)
{
	json_t *array;

	if (x->writing) {
		if (list->count)
			codec_put(x, node, member, strings_to_json(x, member, list));
		return;
	}
	array = codec_get(x, node, member);
	if (array && !json_is_array(array))
		codec_fail(x, member, "is not a list");
	for (size_t i = 0; i < json_array_size(array) && !x->failed; i++) {
		const char *text = json_string_value(json_array_get(array, i));

		if (!text) {
			codec_fail(x, member, "holds something that is not a string");
			return;
		}
		strings_add(list, "");
		text_set(&list->at[list->count - 1], text);
	}
}

/* A string without which the entry means nothing. */
void codec_key(struct codec *x, json_t *node, const char *member, char **slot)
{
	codec_string(x, node, member, slot);
	if (!x->failed && !x->writing && !**slot)
		codec_fail(x, member, "is missing");
}

void codec_bool(struct codec *x, json_t *node, const char *member, bool *slot)
{
	json_t *value;

	if (x->writing) {
		codec_put(x, node, member, json_boolean(*slot));
		return;
	}
	value = codec_get(x, node, member);
	if (value && !json_is_boolean(value))
		codec_fail(x, member, "is not true or false");
	else if (value)
		*slot = json_is_true(value);
}

static json_t *u64_to_json(uint64_t v)
{
	char digits[24];

	if (v <= INT64_MAX)
		return json_integer((json_int_t)v);
	snprintf(digits, sizeof(digits), "%" PRIu64, v);
	return json_string(digits);
}

static bool u64_from_json(const json_t *value, uint64_t *v)
{
	const char *digits = json_string_value(value);
	char *end;

	if (json_is_integer(value)) {
		*v = (uint64_t)json_integer_value(value);
		return json_integer_value(value) >= 0;
	}
	if (!digits || !*digits || strspn(digits, "0123456789") != strlen(digits))
		return false;
	errno = 0;
	*v = strtoull(digits, &end, 10);
	return errno == 0;
}

void codec_u64(struct codec *x, json_t *node, const char *member, uint64_t *slot)
{
	json_t *value;
	uint64_t v = 0;

	if (x->writing) {
		codec_put(x, node, member, u64_to_json(*slot));
		return;
	}
	value = codec_get(x, node, member);
	if (value && !u64_from_json(value, &v))
		codec_fail(x, member, "is not a whole number from 0 to 2^64-1");
	else if (value)
		*slot = v;
}

void codec_unsigned(struct codec *x, json_t *node, const char *member, unsigned *slot)
{
	uint64_t v = *slot;

	codec_u64(x, node, member, &v);
	if (v > UINT_MAX)
		codec_fail(x, member, "is larger than 2^32-1");
	else if (!x->failed)
		*slot = (unsigned)v;
}

void codec_int(struct codec *x, json_t *node, const char *member, int *slot)
{
	json_t *value;

	if (x->writing) {
		codec_put(x, node, member, json_integer(*slot));
		return;
	}
	value = codec_get(x, node, member);
	if (!value)
		return;
	if (!json_is_integer(value) || json_integer_value(value) < INT_MIN || json_integer_value(value) > INT_MAX)
		codec_fail(x, member, "is not a whole number of 32 bits");
	else
		*slot = (int)json_integer_value(value);
}

void codec_double(struct codec *x, json_t *node, const char *member, double *slot)
{
	json_t *value;

	if (x->writing) {
		codec_put(x, node, member, json_real(*slot));
		return;
	}
	value = codec_get(x, node, member);
	if (value && !json_is_number(value))
		codec_fail(x, member, "is not a number");
	else if (value)
		*slot = json_number_value(value);
}

/* A time that was not reached is negative in the result and null in the document. */
void codec_time(struct codec *x, json_t *node, const char *member, double *slot)
{
	if (x->writing && *slot < 0) {
		codec_put(x, node, member, json_null());
		return;
	}
	if (!x->writing && !x->failed && json_is_null(json_object_get(node, member)))
		*slot = -1;
	codec_double(x, node, member, slot);
}

/* A term of one of the closed vocabularies; `parse` returns it or -1. */
int codec_term(struct codec *x, json_t *node, const char *member, int term, const char *name,
               int (*parse)(const char *name))
{
	json_t *value;
	int found;

	if (x->writing) {
		codec_put(x, node, member, json_string(name));
		return term;
	}
	value = codec_get(x, node, member);
	if (!value)
		return term;
	found = json_is_string(value) ? parse(json_string_value(value)) : -1;
	if (found < 0)
		codec_fail(x, member, "is not a term that this version knows");
	return found < 0 ? term : found;
}

/* An object member to describe further: created when writing, NULL when reading and it is absent or no object. */
json_t *codec_object(struct codec *x, json_t *node, const char *member)
{
	json_t *value;

	if (x->writing) {
		codec_put(x, node, member, json_object());
		return x->failed ? NULL : json_object_get(node, member);
	}
	value = codec_get(x, node, member);
	if (value && !json_is_object(value)) {
		codec_fail(x, member, "is not an object");
		return NULL;
	}
	return value;
}

void codec_list(struct codec *x, json_t *node, const char *member, void *owner, size_t count, codec_entry entry)
{
	json_t *list;

	if (x->writing)
		codec_put(x, node, member, json_array());
	list = x->failed ? NULL : x->writing ? json_object_get(node, member) : codec_get(x, node, member);
	if (!list)
		return;
	if (!json_is_array(list)) {
		codec_fail(x, member, "is not a list");
		return;
	}
	if (!x->writing)
		count = json_array_size(list);
	for (size_t i = 0; i < count && !x->failed; i++) {
		size_t outer = place_enter(x, member, i);

		if (x->writing && json_array_append_new(list, json_object()))
			codec_fail(x, "", "cannot be expressed in JSON");
		else if (!json_is_object(json_array_get(list, i)))
			codec_fail(x, "", "is not an object");
		else
			entry(x, json_array_get(list, i), owner, i);
		place_leave(x, outer);
	}
}
