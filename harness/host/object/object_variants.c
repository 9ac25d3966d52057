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
	struct object o = {
	        .name = xasprintf("%s+%s", plain->name, ini->variant),
	        .guest_name = xstrdup(plain->guest_name ? plain->guest_name : plain->name),
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

/* Give the object and its variants to `list`, as far as they are wanted. */
static void vary(struct object *plain, const char *glob, struct object_list *list)
{
	struct object_ini *variants = steal_ptr(plain->ini.variants);
	size_t count = plain->ini.variant_count;
	struct object_list own = {0};

	plain->ini.variant_count = 0;
	plain->varied = count > 0;
	for (size_t i = 0; i < count; i++) {
		struct object o;

		if (is_wanted(variants[i].variant, glob)) {
			o = make_variant(plain, &variants[i]);
			add(&own, &o);
		}
		object_ini_free(&variants[i]);
	}
	free(variants);
	if (is_wanted(NULL, glob))
		add(list, plain);
	for (size_t i = 0; i < own.count; i++)
		add(list, &own.at[i]);
	object_list_free(&own);
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
	for (size_t i = 0; i < list->count; i++)
		vary(&list->at[i], glob, &varied);
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
