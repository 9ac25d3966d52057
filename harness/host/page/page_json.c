/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/page/page_json.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"

static void add_string(const char *text, size_t len, struct buf *out)
{
	buf_putc(out, '"');
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '"' || c == '\\')
			buf_printf(out, "\\%c", c);
		else if (c == '\n')
			buf_puts(out, "\\n");
		else if (c < ' ' || c == '<')
			buf_printf(out, "\\u%04x", c);
		else
			buf_putc(out, (char)c);
	}
	buf_putc(out, '"');
}

static void add_number(const json_t *value, struct buf *out)
{
	char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));

	buf_puts(out, text ? text : "null");
	free(text);
}

static void add_scalar(const json_t *value, struct buf *out)
{
	if (json_is_string(value))
		add_string(json_string_value(value), json_string_length(value), out);
	else if (json_is_integer(value))
		buf_printf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	else if (json_is_number(value))
		add_number(value, out);
	else
		buf_puts(out, json_is_true(value) ? "true" : json_is_false(value) ? "false" : "null");
}

static void add_list(const json_t *list, struct buf *out)
{
	buf_putc(out, '[');
	for (size_t i = 0; i < json_array_size(list); i++) {
		if (i)
			buf_putc(out, ',');
		page_json_add(json_array_get(list, i), out);
	}
	buf_putc(out, ']');
}

static void add_object(json_t *object, struct buf *out)
{
	const char *name, *between = "";
	json_t *value;

	buf_putc(out, '{');
	json_object_foreach(object, name, value)
	{
		buf_puts(out, between);
		add_string(name, strlen(name), out);
		buf_putc(out, ':');
		page_json_add(value, out);
		between = ",";
	}
	buf_putc(out, '}');
}

void page_json_add(const json_t *value, struct buf *out)
{
	if (json_is_array(value))
		add_list(value, out);
	else if (json_is_object(value))
		add_object((json_t *)value, out);
	else
		add_scalar(value, out);
}

/* Texts that are told once, each with its place. */
struct table {
	json_t *places; /* an object: text to place */
	struct buf text;
	size_t count;
};

static size_t table_place(struct table *t, const char *text)
{
	const json_t *known = json_object_get(t->places, text);

	if (known)
		return (size_t)json_integer_value(known);
	json_object_set_new_nocheck(t->places, text, json_integer((json_int_t)t->count));
	if (t->count)
		buf_putc(&t->text, ',');
	buf_puts(&t->text, text);
	return t->count++;
}

struct packer {
	struct table kinds, values;
};

static size_t kind_of(struct packer *p, json_t *object)
{
	cleanup_buf struct buf names = {0};
	const char *name, *between = "";
	json_t *value;

	buf_putc(&names, '[');
	json_object_foreach(object, name, value)
	{
		buf_puts(&names, between);
		add_string(name, strlen(name), &names);
		between = ",";
	}
	buf_putc(&names, ']');
	return table_place(&p->kinds, buf_str(&names));
}

static size_t place_of(struct packer *p, json_t *value);

static void add_place(struct packer *p, json_t *value, struct buf *text)
{
	buf_putc(text, ',');
	buf_put_number(text, place_of(p, value));
}

static size_t place_of(struct packer *p, json_t *value)
{
	cleanup_buf struct buf text = {0};
	const char *name;
	json_t *part;

	if (json_is_array(value)) {
		buf_puts(&text, "[-1");
		for (size_t i = 0; i < json_array_size(value); i++)
			add_place(p, json_array_get(value, i), &text);
		buf_putc(&text, ']');
	} else if (json_is_object(value)) {
		buf_putc(&text, '[');
		buf_put_number(&text, kind_of(p, value));
		json_object_foreach(value, name, part) add_place(p, part, &text);
		buf_putc(&text, ']');
	} else {
		add_scalar(value, &text);
	}
	return table_place(&p->values, buf_str(&text));
}

void page_json_pack(const json_t *values, struct buf *out)
{
	struct packer p = {.kinds.places = json_object(), .values.places = json_object()};
	cleanup_buf struct buf list = {0};

	for (size_t i = 0; i < json_array_size(values); i++)
		buf_printf(&list, "%s%zu", i ? "," : "", place_of(&p, json_array_get(values, i)));
	buf_printf(out, "{\"k\":[%s],\"v\":[", buf_str(&p.kinds.text));
	buf_add(out, p.values.text.data, p.values.text.len);
	buf_printf(out, "],\"l\":[%s]}", buf_str(&list));
	json_decref(p.kinds.places);
	json_decref(p.values.places);
	buf_free(&p.kinds.text);
	buf_free(&p.values.text);
}
