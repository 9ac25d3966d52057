/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/object/carried.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "host/lib/sha256.h"
#include "host/object/embedded.h"
#include "wire/loader_pack.h"

/* More are some collection, and no tool. */
#define MAX_CARRIED 256u

static bool is_known(const struct object_list *list, const char *sha256)
{
	for (size_t i = 0; i < list->count; i++)
		if (!strcmp(list->at[i].sha256, sha256))
			return true;
	return false;
}

static bool is_taken(const struct object_list *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++)
		if (!strcmp(list->at[i].name, name))
			return true;
	return false;
}

/* By its source, where it tells that; else by the file that it is in. */
static char *name_of(const struct object_list *list, const struct embedded *e, const char *path)
{
	cleanup_free char *file = xstrdup(io_basename(path));
	const char *base = *e->source ? e->source : file;
	char *end = strstr(file, ".bpf.o"), *name;

	if (end && !end[strlen(".bpf.o")])
		*end = '\0';
	name = xstrdup(base);

	for (unsigned n = 2; is_taken(list, name); n++) {
		free(name);
		name = xasprintf("%s#%u", base, n);
	}
	return name;
}

/* The strings are taken over. */
static void add_setting(struct object_ini *ini, enum setting_key key, char *name, char *value)
{
	ini->settings = xrealloc(ini->settings, ini->setting_count + 1, sizeof(*ini->settings));
	ini->settings[ini->setting_count++] = (struct job_setting){.key = (uint8_t)key, .name = name, .value = value};
}

/* The modules that are there when the loader loads them. */
static void take_modules(struct object_ini *ini, const struct object_ini *loader)
{
	for (size_t i = 0; i < loader->setting_count; i++)
		if (loader->settings[i].key == SETTING_MODULE)
			add_setting(ini, SETTING_MODULE, xstrdup(loader->settings[i].name),
			            xstrdup(loader->settings[i].value));
}

static void add(struct object *loader, const struct loader_pack_file *file, const struct embedded *e)
{
	struct object_list *list = loader->carried;
	const char *bytes = (const char *)file->bytes + e->offset;
	cleanup_free char *sha256 = sha256_bytes(bytes, e->size);
	struct object *o;

	if (e->size > OBJECT_ALONE_MAX_BYTES || list->count == MAX_CARRIED || is_known(list, sha256))
		return;
	list->at = xrealloc(list->at, list->count + 1, sizeof(*list->at));
	o = &list->at[list->count];
	*o = (struct object){.name = name_of(list, e, file->path),
	                     .path = xstrdup(file->path),
	                     .ini_path = xstrdup(""),
	                     .embedded = true,
	                     .sha256 = steal_ptr(sha256)};
	buf_add(&o->bytes, bytes, e->size);
	list->count++;
	take_modules(&o->ini, &loader->ini);
	add_setting(&loader->ini, SETTING_LOADER_OBJECT, xstrdup(o->name),
	            xasprintf("%zu %zu %s", e->offset, e->size, file->path));
}

void carried_find(struct object *loader)
{
	struct loader_pack_reader reader = loader_pack_open(loader->bytes.data, (uint32_t)loader->bytes.len);
	struct loader_pack_file file;

	loader->carried = xcalloc(1, sizeof(*loader->carried));
	while (loader_pack_next(&reader, &file, NULL) == 1) {
		cleanup_embedded_list struct embedded_list found = {0};
		cleanup_error struct error err = {0};

		if (!embedded_find(file.bytes, file.size, file.path, &found, &err))
			for (size_t i = 0; i < found.count; i++)
				add(loader, &file, &found.at[i]);
		free(file.path);
	}
}

struct object_list carried_with(const struct object_list *list)
{
	struct object_list all = {0};

	for (size_t i = 0; i < list->count; i++) {
		const struct object *o = &list->at[i];
		size_t more = o->carried ? o->carried->count : 0;

		all.at = xrealloc(all.at, all.count + more + 1, sizeof(*all.at));
		all.at[all.count++] = *o;
		if (more)
			memcpy(all.at + all.count, o->carried->at, more * sizeof(*all.at));
		all.count += more;
	}
	return all;
}
