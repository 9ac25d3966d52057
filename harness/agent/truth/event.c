/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/truth/event.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "wire/c_members.h"

/* BTF of a foreign object may nest without end. */
#define DEPTH_MAX 16
#define FIELDS_MAX 4096

static const struct btf_type *type_skip_modifiers(const struct btf *btf, uint32_t id)
{
	const struct btf_type *t = btf__type_by_id(btf, id);

	for (int i = 0; i < DEPTH_MAX && t && (btf_is_mod(t) || btf_is_typedef(t)); i++)
		t = btf__type_by_id(btf, t->type);
	return t;
}

static bool is_byte(const struct btf_type *t)
{
	return t && btf_is_int(t) && t->size == 1 && btf_int_bits(t) == 8 && !(btf_int_encoding(t) & BTF_INT_BOOL);
}

/* Kind of a member that is not a struct; fills size and sign of integers. */
static enum event_kind type_kind(const struct btf *btf, const struct btf_type *t, struct event_field *field)
{
	if (btf_is_int(t) && t->size == 16) { /* an IPv6 address, usually */
		field->size_bits = 128;
		return EVENT_TEXT;
	}
	if (btf_is_int(t) || btf_is_any_enum(t)) {
		field->size_bits = t->size * 8;
		field->is_signed = btf_is_int(t) ? btf_int_encoding(t) & BTF_INT_SIGNED : btf_kflag(t);
		return t->size <= 8 ? EVENT_INTEGER : EVENT_OPAQUE;
	}
	if (btf_is_ptr(t)) {
		field->size_bits = 64;
		return EVENT_INTEGER;
	}
	if (btf_is_array(t)) {
		const struct btf_array *array = btf_array(t);

		if (array->nelems && array->nelems < UINT32_MAX / 8 && is_byte(type_skip_modifiers(btf, array->type))) {
			field->size_bits = array->nelems * 8;
			return EVENT_TEXT;
		}
	}
	return EVENT_OPAQUE;
}

static int fields_add(const struct btf *btf, const struct btf_type *t, const char *prefix, uint32_t base_bits,
                      int depth, struct event_layout *out, struct error *err)
{
	const struct btf_member *members = btf_members(t);

	if (depth > DEPTH_MAX)
		return error_set(err, EBADMSG, "struct %s in the object's BTF nests deeper than %d", out->type,
		                 DEPTH_MAX);
	for (uint32_t i = 0; i < btf_vlen(t); i++) {
		const char *name = btf__name_by_offset(btf, members[i].name_off);
		const struct btf_type *mt = type_skip_modifiers(btf, members[i].type);
		uint32_t bits = btf_member_bitfield_size(t, i);
		struct event_field field = {0};

		if (!name || !mt)
			return error_set(err, EBADMSG, "member %u of struct %s in the object's BTF has no type", i,
			                 out->type);
		if (out->count == FIELDS_MAX)
			return error_set(err, EBADMSG, "struct %s in the object's BTF has more than %d fields",
			                 out->type, FIELDS_MAX);
		field.offset_bits = base_bits + btf_member_bit_offset(t, i);
		field.path = *prefix && *name ? xasprintf("%s.%s", prefix, name) : xstrdup(*name ? name : prefix);
		if (btf_is_composite(mt)) {
			int rc = fields_add(btf, mt, field.path, field.offset_bits, depth + 1, out, err);

			free(field.path);
			if (rc < 0)
				return rc;
			continue;
		}
		field.kind = type_kind(btf, mt, &field);
		if (bits)
			field.size_bits = bits;
		if (!*name) { /* padding of an unnamed bit-field */
			free(field.path);
			continue;
		}
		out->fields = xrealloc(out->fields, out->count + 1, sizeof(*out->fields));
		out->fields[out->count++] = field;
	}
	return 0;
}

int event_layout_read(const struct btf *btf, const char *name, struct event_layout *out, struct error *err)
{
	const struct btf_type *t;
	int32_t id;
	int rc;

	*out = (struct event_layout){0};
	if (!btf)
		return -ENOENT;
	id = btf__find_by_name_kind(btf, name, BTF_KIND_STRUCT);
	if (id < 0)
		id = btf__find_by_name_kind(btf, name, BTF_KIND_TYPEDEF);
	t = id < 0 ? NULL : type_skip_modifiers(btf, (uint32_t)id);
	if (!t || !btf_is_struct(t))
		return -ENOENT;
	out->type = xstrdup(name);
	out->size = t->size;
	rc = fields_add(btf, t, "", 0, 0, out, err);
	if (rc < 0)
		event_layout_free(out);
	return rc;
}

static void scalar_add(struct event_layout *layout, const struct btf *btf, const struct btf_type *t, const char *name,
                       uint32_t base_bits)
{
	struct event_field field = {.path = xstrdup(name), .offset_bits = base_bits};

	field.kind = type_kind(btf, t, &field);
	layout->fields = xrealloc(layout->fields, layout->count + 1, sizeof(*layout->fields));
	layout->fields[layout->count++] = field;
}

static void variables_add(struct event_layout *layout, const struct btf *btf, const struct btf_type *section,
                          uint32_t base_bits)
{
	const struct btf_var_secinfo *vars = btf_var_secinfos(section);

	for (uint32_t i = 0; i < btf_vlen(section); i++) {
		const struct btf_type *var = btf__type_by_id(btf, vars[i].type);
		const char *name = var ? btf__name_by_offset(btf, var->name_off) : NULL;

		if (var && btf_is_var(var) && name && vars[i].offset < UINT32_MAX / 16)
			event_layout_add(layout, btf, var->type, name, base_bits + 8 * vars[i].offset);
	}
}

void event_layout_add(struct event_layout *layout, const struct btf *btf, uint32_t id, const char *name,
                      uint32_t base_bits)
{
	const struct btf_type *t = btf && id ? type_skip_modifiers(btf, id) : NULL;

	if (!t || layout->count >= FIELDS_MAX)
		return;
	if (btf_is_datasec(t))
		variables_add(layout, btf, t, base_bits);
	else if (btf_is_composite(t))
		fields_add(btf, t, name, base_bits, 0, layout, NULL);
	else if (*name)
		scalar_add(layout, btf, t, name, base_bits);
}

static void members_add(struct event_layout *out, const struct c_members *m, uint32_t base_bits)
{
	static const enum event_kind kinds[] = {
	        [C_INTEGER] = EVENT_INTEGER, [C_BYTES] = EVENT_TEXT, [C_OTHER] = EVENT_OPAQUE};

	for (size_t i = 0; i < m->count; i++) {
		out->fields = xrealloc(out->fields, out->count + 1, sizeof(*out->fields));
		out->fields[out->count++] = (struct event_field){
		        .path = xstrdup(m->at[i].path),
		        .kind = kinds[m->at[i].kind],
		        .offset_bits = base_bits + 8 * m->at[i].offset,
		        .size_bits = 8 * m->at[i].size,
		        .is_signed = m->at[i].is_signed,
		};
	}
}

void event_layout_add_integer(struct event_layout *layout, const char *name, uint32_t base_bits, uint32_t size)
{
	members_add(layout,
	            &(struct c_members){.at = &(struct c_member){.path = (char *)name, .size = size}, .count = 1},
	            base_bits);
}

void event_layout_add_members(struct event_layout *layout, const char *text, uint32_t base_bits)
{
	cleanup_buf struct buf why = {0};
	struct c_members m;

	if (c_members_parse(text, &m, &why))
		members_add(layout, &m, base_bits);
	c_members_free(&m);
}

int event_layout_members(const char *text, struct event_layout *out, struct error *err)
{
	cleanup_buf struct buf why = {0};
	struct c_members m;
	int rc = 0;

	*out = (struct event_layout){0};
	if (c_members_parse(text, &m, &why)) {
		members_add(out, &m, 0);
		out->type = xstrdup("layout of its ini");
		out->size = m.size;
	} else {
		rc = error_usage(err, "the layout of an event is not understood: %s", buf_str(&why));
	}
	c_members_free(&m);
	return rc;
}

void event_layout_free(struct event_layout *layout)
{
	for (size_t i = 0; i < layout->count; i++)
		free(layout->fields[i].path);
	free(layout->fields);
	free(layout->type);
	*layout = (struct event_layout){0};
}

static struct event_value *value_add(struct event *e, char *name)
{
	e->values = xrealloc(e->values, e->count + 1, sizeof(*e->values));
	e->values[e->count] = (struct event_value){.name = name};
	return &e->values[e->count++];
}

/* Bits `offset`.. of little-endian bytes; objects are compiled for the guest's byte order, which is this one's. */
static uint64_t bits_read(const uint8_t *bytes, uint32_t offset, uint32_t size)
{
	uint64_t v = 0;

	for (uint32_t i = 0; i < size; i++)
		v |= (uint64_t)(bytes[(offset + i) / 8] >> (offset + i) % 8 & 1) << i;
	return v;
}

void event_decode(const struct event_layout *layout, const void *bytes, size_t len, struct event *out)
{
	*out = (struct event){.len = len};
	for (size_t i = 0; i < layout->count; i++) {
		const struct event_field *f = &layout->fields[i];
		struct event_value *v;

		if (f->kind == EVENT_OPAQUE)
			continue;
		v = value_add(out, xstrdup(f->path));
		v->kind = f->kind;
		v->missing = ((uint64_t)f->offset_bits + f->size_bits + 7) / 8 > len;
		if (v->missing)
			continue;
		if (f->kind == EVENT_TEXT) {
			const char *text = (const char *)bytes + f->offset_bits / 8;

			v->has_text = true;
			v->text_size = f->size_bits / 8;
			v->text_len = strnlen(text, v->text_size);
			v->text = xcalloc(1, (size_t)v->text_size + 1);
			memcpy(v->text, text, v->text_size);
			continue;
		}
		v->has_integer = true;
		v->is_signed = f->is_signed;
		v->bits = f->size_bits;
		v->integer = bits_read(bytes, f->offset_bits, f->size_bits);
		if (v->is_signed && v->bits && v->bits < 64 && v->integer >> (v->bits - 1) & 1)
			v->integer |= UINT64_MAX << v->bits;
	}
}

static bool is_name_byte(char c, bool first)
{
	return isalpha((unsigned char)c) || c == '_' || (!first && (isdigit((unsigned char)c) || c == '.'));
}

/* Length of "name=" at `at`, or 0. */
static size_t name_at(const char *at, const char *end)
{
	const char *p = at;

	while (p < end && is_name_byte(*p, p == at))
		p++;
	return p > at && p < end && *p == '=' ? (size_t)(p - at) + 1 : 0;
}

static bool is_gap(char c)
{
	return c == ' ' || c == '\t' || c == ',' || c == ';' || c == '\n' || c == '\r';
}

static void integer_from_text(struct event_value *v)
{
	char *end;

	if (!isdigit((unsigned char)v->text[0]) && !(v->text[0] == '-' && isdigit((unsigned char)v->text[1])))
		return;
	errno = 0;
	v->is_signed = v->text[0] == '-';
	v->integer = v->is_signed ? (uint64_t)strtoll(v->text, &end, 0)
	                          : strtoull(v->text, &end, v->text[1] == 'x' ? 16 : 10);
	v->bits = 64;
	v->has_integer = !errno && end == v->text + v->text_len;
}

void event_decode_pairs(const char *text, size_t len, struct event *out)
{
	const char *end = text + len;
	const char *at = text;

	*out = (struct event){.len = len};
	while (at < end) {
		size_t name = name_at(at, end);
		const char *value, *stop;
		struct event_value *v;

		if (!name) {
			while (at < end && !is_gap(*at))
				at++;
			while (at < end && is_gap(*at))
				at++;
			continue;
		}
		value = at + name;
		for (stop = value; stop < end && !(is_gap(*stop) && name_at(stop + 1, end)); stop++)
			;
		v = value_add(out, xstrndup(at, name - 1));
		at = stop;
		while (stop > value && is_gap(stop[-1]))
			stop--;
		v->has_text = true;
		v->text_len = (size_t)(stop - value);
		v->text = xstrndup(value, v->text_len);
		integer_from_text(v);
		v->printed = true;
		v->kind = v->has_integer ? EVENT_INTEGER : EVENT_TEXT;
		while (at < end && is_gap(*at))
			at++;
	}
}

void event_decode_named(const char *bytes, size_t len, struct event *out)
{
	const char *at = bytes, *end = bytes + len;

	*out = (struct event){.len = len};
	while (at < end) {
		const char *value = at + strnlen(at, (size_t)(end - at)) + 1;
		struct event_value *v;

		if (value >= end)
			return;
		v = value_add(out, xstrdup(at));
		v->has_text = v->printed = true;
		v->text_len = strnlen(value, (size_t)(end - value));
		v->text = xstrndup(value, v->text_len);
		integer_from_text(v);
		v->kind = v->has_integer ? EVENT_INTEGER : EVENT_TEXT;
		at = value + v->text_len + 1;
	}
}

const struct event_value *event_find(const struct event *e, const char *name)
{
	for (size_t i = 0; i < e->count; i++)
		if (!strcmp(e->values[i].name, name))
			return &e->values[i];
	return NULL;
}

void event_free(struct event *e)
{
	for (size_t i = 0; i < e->count; i++) {
		free(e->values[i].name);
		free(e->values[i].text);
	}
	free(e->values);
	*e = (struct event){0};
}

void event_escape(struct buf *out, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)bytes[i];

		if (c >= 0x20 && c < 0x7f && c != '\\')
			buf_putc(out, (char)c);
		else
			buf_printf(out, "\\x%02x", c);
	}
}
