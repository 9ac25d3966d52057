/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/load/variable.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"

#define NAMES_LISTED 40
/* Typedefs and qualifiers of a foreign BTF may form a circle. */
#define CHAIN_MAX 32

/* Sections whose content libbpf lets a loader set. */
static const char *const sections[] = {".rodata", ".data", ".bss"};

static const struct {
	const char *name;
	uint64_t value;
} bool_words[] = {{"yes", 1}, {"no", 0}, {"true", 1}, {"false", 0}, {"1", 1}, {"0", 0}};

static const struct btf_type *type_find(const struct btf *btf, __u32 id)
{
	const struct btf_type *t = btf__type_by_id(btf, id);

	for (int i = 0; i < CHAIN_MAX && t && (btf_is_mod(t) || btf_is_typedef(t)); i++)
		t = btf__type_by_id(btf, t->type);
	return t;
}

/* A number that fits `bits` bits of the given sign. */
static bool number_parse(const char *text, unsigned bits, bool is_signed, uint64_t *out)
{
	bool negative = *text == '-';
	char *end;
	uint64_t v;

	errno = 0;
	v = strtoull(negative ? text + 1 : text, &end, 0);
	if (errno || end == text + negative || *end || text[negative] == '-' || text[negative] == '+')
		return false;
	if (negative && (!is_signed || v > UINT64_C(1) << (bits - 1)))
		return false;
	if (!negative && is_signed && v >> (bits - 1))
		return false;
	if (!negative && bits < 64 && v >> bits)
		return false;
	*out = negative ? -v : v;
	return true;
}

static int encode_integer(const struct btf_type *t, const char *name, const char *text, void *out, struct error *err)
{
	bool is_signed = btf_is_int(t) && btf_int_encoding(t) & BTF_INT_SIGNED;
	uint64_t v;

	if (t->size > 8)
		return error_usage(err, "variable \"%s\" is an integer of %u bytes; up to 8 can be set", name, t->size);
	if (!number_parse(text, t->size * 8, is_signed, &v))
		return error_usage(err, "variable \"%s\" cannot be \"%s\": give %s integer of %u bits", name, text,
		                   is_signed ? "a signed" : "an unsigned", t->size * 8);
	memcpy(out, &v, t->size); /* little endian, as all kernels of the matrix are */
	return 0;
}

static int encode_bool(const char *name, const char *text, void *out, struct error *err)
{
	for (size_t i = 0; i < sizeof(bool_words) / sizeof(bool_words[0]); i++) {
		if (strcmp(bool_words[i].name, text))
			continue;
		memcpy(out, &bool_words[i].value, 1);
		return 0;
	}
	return error_usage(err, "variable \"%s\" is a bool and cannot be \"%s\": give yes or no", name, text);
}

static int encode_enum(const struct btf *btf, const struct btf_type *t, const char *name, const char *text, void *out,
                       struct error *err)
{
	uint64_t v = 0;
	bool found = false;

	for (uint32_t i = 0; i < btf_vlen(t) && !found; i++) {
		__u32 at = btf_is_enum(t) ? btf_enum(t)[i].name_off : btf_enum64(t)[i].name_off;

		found = !strcmp(btf__str_by_offset(btf, at), text);
		if (found)
			v = btf_is_enum(t) ? (uint64_t)(int64_t)btf_enum(t)[i].val
			                   : (uint64_t)btf_enum64_value(&btf_enum64(t)[i]);
	}
	if (!found && !number_parse(text, t->size * 8, *text == '-', &v))
		return error_usage(err, "variable \"%s\" is an enum that has no \"%s\"; give an enumerator or a number",
		                   name, text);
	memcpy(out, &v, t->size);
	return 0;
}

static int encode_text(const char *name, const char *text, void *out, size_t size, struct error *err)
{
	if (strlen(text) >= size)
		return error_usage(err, "variable \"%s\" holds %zu bytes with the NUL; \"%s\" is too long", name, size,
		                   text);
	memset(out, 0, size);
	memcpy(out, text, strlen(text));
	return 0;
}

static int encode_array(const struct btf *btf, const struct btf_type *t, const char *name, const char *text, void *out,
                        struct error *err)
{
	const struct btf_type *element = type_find(btf, btf_array(t)->type);
	cleanup_free char *list = xstrdup(text);
	char *next = list, *word;
	uint32_t count = 0;

	while ((word = strsep(&next, " \t"))) {
		int rc;

		if (!*word)
			continue;
		if (count == btf_array(t)->nelems)
			return error_usage(err, "variable \"%s\" has %u elements; \"%s\" has more", name,
			                   btf_array(t)->nelems, text);
		rc = variable_encode(btf, btf_array(t)->type, name, word, (char *)out + (size_t)count * element->size,
		                     element->size, err);
		if (rc)
			return rc;
		count++;
	}
	return 0;
}

static bool is_scalar(const struct btf_type *t)
{
	return t && (btf_is_int(t) || btf_is_any_enum(t));
}

int variable_encode(const struct btf *btf, __u32 type_id, const char *name, const char *text, void *out, size_t size,
                    struct error *err)
{
	const struct btf_type *t = type_find(btf, type_id), *element;

	if (is_scalar(t) && t->size > size)
		return error_usage(err, "variable \"%s\": the object's BTF gives it %zu bytes and its type %u", name,
		                   size, t->size);
	if (t && btf_is_int(t))
		return btf_int_encoding(t) & BTF_INT_BOOL ? encode_bool(name, text, out, err)
		                                          : encode_integer(t, name, text, out, err);
	if (t && btf_is_any_enum(t))
		return encode_enum(btf, t, name, text, out, err);
	element = t && btf_is_array(t) ? type_find(btf, btf_array(t)->type) : NULL;
	if (is_scalar(element) && (uint64_t)element->size * btf_array(t)->nelems <= size) {
		bool bytes = btf_is_int(element) && element->size == 1 && !(btf_int_encoding(element) & BTF_INT_BOOL) &&
		             strcmp(btf__str_by_offset(btf, element->name_off), "unsigned char");

		return bytes ? encode_text(name, text, out, btf_array(t)->nelems, err)
		             : encode_array(btf, t, name, text, out, err);
	}
	return error_usage(err, "variable \"%s\" is neither an integer, a bool, an enum nor an array of these", name);
}

static bool is_settable(const char *section)
{
	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
		if (!strncmp(section, sections[i], strlen(sections[i])))
			return true;
	return false;
}

/* libbpf names the map of ".rodata" "OBJECT.rodata", and those of ".rodata.x" as the section. */
static struct bpf_map *section_map(struct bpf_object *obj, const char *section)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, obj)
	{
		const char *name = bpf_map__name(map);
		size_t len = strlen(name), tail = strlen(section);

		if (len >= tail && !strcmp(name + len - tail, section))
			return map;
	}
	return NULL;
}

static int place_value(struct bpf_object *obj, const char *section, const struct btf_var_secinfo *info, __u32 type_id,
                       const char *name, const char *text, struct error *err)
{
	struct bpf_map *map = section_map(obj, section);
	size_t size = 0;
	/* libbpf hands it out as const; skeletons write to it all the same, which is what it is there for */
	char *content = map ? (char *)(uintptr_t)bpf_map__initial_value(map, &size) : NULL;

	if (!content || info->offset > size || info->size > size - info->offset)
		return error_usage(err, "variable \"%s\" is in %s, which has no content that can be set", name,
		                   section);
	return variable_encode(bpf_object__btf(obj), type_id, name, text, content + info->offset, info->size, err);
}

int variable_set(struct bpf_object *obj, const char *name, const char *text, struct error *err)
{
	const struct btf *btf = bpf_object__btf(obj);
	cleanup_buf struct buf names = {0};
	unsigned count = 0;

	for (__u32 id = 1; btf && id < btf__type_cnt(btf); id++) {
		const struct btf_type *t = btf__type_by_id(btf, id);
		const char *section = btf__name_by_offset(btf, t->name_off);

		if (!btf_is_datasec(t) || !section || !is_settable(section))
			continue;
		for (uint32_t i = 0; i < btf_vlen(t); i++) {
			const struct btf_var_secinfo *info = &btf_var_secinfos(t)[i];
			const struct btf_type *var = btf__type_by_id(btf, info->type);
			const char *var_name = var && btf_is_var(var) ? btf__name_by_offset(btf, var->name_off) : NULL;

			if (!var_name)
				continue;
			if (!strcmp(var_name, name))
				return place_value(obj, section, info, var->type, name, text, err);
			if (count++ < NAMES_LISTED)
				buf_printf(&names, "%s%s", names.len ? ", " : "", var_name);
		}
	}
	return error_usage(err, "the ini names a variable \"%s\"; the object has %s", name,
	                   !count                 ? btf ? "none" : "no BTF to find it by"
	                   : count > NAMES_LISTED ? "others, too many to list"
	                                          : buf_str(&names));
}
