/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/object/object_variants.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "host/lib/strings.h"
#include "host/object/variant_section.h"

static char *copy_or_null(const char *text)
{
	return text ? xstrdup(text) : NULL;
}

static void copy_bytes(struct buf *to, const struct buf *from)
{
	if (from->len)
		buf_add(to, from->data, from->len);
}

/* `ini`, of which only defaults are left, becomes the variant's. */
static struct object make_variant(const struct object *plain, struct object_ini *ini)
{
	const char *base = plain->guest_name ? plain->guest_name : plain->name;
	struct object o = {
	        .name = xasprintf("%s+%s%s%s", base, ini->variant, plain->build ? "@" : "",
	                          plain->build ? plain->build : ""),
	        .guest_name = xstrdup(base),
	        .build = copy_or_null(plain->build),
	        .adopted = plain->adopted,
	        .path = xstrdup(plain->path),
	        .invocation = copy_or_null(plain->invocation),
	        .embedded = plain->embedded,
	        .varied = true,
	        .sha256 = xstrdup(plain->sha256),
	        .ini = *ini,
	        .ini_path = xstrdup(plain->ini_path),
	};

	*ini = (struct object_ini){0};
	copy_bytes(&o.bytes, &plain->bytes);
	object_arch_copy(o.files, plain->files);
	copy_bytes(&o.types, &plain->types);
	for (size_t i = 0; i < plain->modules.count; i++)
		strings_add(&o.modules, plain->modules.at[i]);
	return o;
}

static bool is_wanted(const char *variant, const char *glob)
{
	return !glob || !fnmatch(glob, variant ? variant : VARIANT_PLAIN, 0);
}

static void add(struct object_list *list, struct object *o)
{
	list->at = xrealloc(list->at, list->count + 1, sizeof(*list->at));
	list->at[list->count++] = *o;
	*o = (struct object){0};
}

/* The object and its variants, as far as they are wanted, in their places; what is not is empty. */
static struct object_list variants_of(struct object *plain, const char *glob)
{
	struct object_ini *variants = steal_ptr(plain->ini.variants);
	struct object_list all = {.count = plain->ini.variant_count + 1};

	all.at = xcalloc(all.count, sizeof(*all.at));
	plain->ini.variant_count = 0;
	plain->varied = all.count > 1;
	for (size_t i = 0; i + 1 < all.count; i++) {
		if (is_wanted(variants[i].variant, glob))
			all.at[i + 1] = make_variant(plain, &variants[i]);
		object_ini_free(&variants[i]);
	}
	free(variants);
	if (is_wanted(NULL, glob)) {
		all.at[0] = *plain;
		*plain = (struct object){0};
	}
	return all;
}

static bool are_builds_of_one(const struct object *a, const struct object *b)
{
	return a->build && b->build && !strcmp(a->guest_name, b->guest_name);
}

/* Give `count` objects and their variants to `list`: of each variant the builds side by side. */
static void vary(struct object *plain, size_t count, const char *glob, struct object_list *list)
{
	cleanup_free struct object_list *all = xcalloc(count, sizeof(*all));
	size_t most = 0;

	for (size_t i = 0; i < count; i++) {
		all[i] = variants_of(&plain[i], glob);
		most = all[i].count > most ? all[i].count : most;
	}
	for (size_t v = 0; v < most; v++)
		for (size_t i = 0; i < count; i++)
			if (v < all[i].count && all[i].at[v].name)
				add(list, &all[i].at[v]);
	for (size_t i = 0; i < count; i++)
		object_list_free(&all[i]);
}

static int check_names(const struct object_list *list, struct error *err)
{
	for (size_t i = 0; i < list->count; i++)
		for (size_t k = i + 1; k < list->count; k++)
			if (!strcmp(list->at[i].name, list->at[k].name))
				return error_usage(err,
				                   "%s and %s are both called %s, one of them as a variant; rename one",
				                   list->at[i].path, list->at[k].path, list->at[i].name);
	return 0;
}

static void names_of(const struct object_list *list, struct strings *names)
{
	for (size_t i = 0; i < list->count; i++)
		for (size_t k = 0; k < list->at[i].ini.variant_count; k++)
			strings_add_once(names, list->at[i].ini.variants[k].variant);
}

int object_list_vary(struct object_list *list, const char *glob, struct error *err)
{
	cleanup_strings struct strings names = {0};
	cleanup_object_list struct object_list varied = {0};
	cleanup_buf struct buf known = {0};

	names_of(list, &names);
	for (size_t i = 0, count; i < list->count; i += count) {
		for (count = 1; i + count < list->count && are_builds_of_one(&list->at[i], &list->at[i + count]);)
			count++;
		vary(&list->at[i], count, glob, &varied);
	}
	if (!varied.count) {
		buf_puts(&known, VARIANT_PLAIN);
		for (size_t i = 0; i < names.count; i++)
			buf_printf(&known, ", %s", names.at[i]);
		return error_usage(err, OBJECT_VARIANTS_OPTION " %s: no object has such a variant (there is %s)", glob,
		                   buf_str(&known));
	}
	object_list_free(list);
	*list = varied;
	varied = (struct object_list){0};
	return check_names(list, err);
}
