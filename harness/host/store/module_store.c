/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/store/module_store.h"

#include <errno.h>
#include <fnmatch.h>
#include <jansson.h>
#include <libelf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "host/lib/unpack.h"

enum { RECORD_FORMAT = 1 };
static const size_t record_max = 1 << 20, module_max = 64u << 20;
/* modprobe follows dependencies as deep as they go; kernels have chains of ten. */
enum { MAX_PASSES = 32 };

static const char *const state_names[] = {
        [MODULE_FILE] = "file",
        [MODULE_BUILT_IN] = "built in",
        [MODULE_ABSENT] = "absent",
};

/* ---- sets ---- */

void module_set_free(struct module_set *set)
{
	for (size_t i = 0; i < set->count; i++) {
		free(set->at[i].name);
		free(set->at[i].path);
		free(set->at[i].reason);
		strings_free(&set->at[i].needs);
	}
	free(set->at);
	*set = (struct module_set){0};
}

const struct stored_module *module_set_find(const struct module_set *set, const char *name)
{
	for (size_t i = 0; i < set->count; i++)
		if (!strcmp(set->at[i].name, name))
			return &set->at[i];
	return NULL;
}

static struct stored_module *set_put(struct module_set *set, const char *name)
{
	struct stored_module *m = (struct stored_module *)(uintptr_t)module_set_find(set, name);

	if (!m) {
		set->at = xrealloc(set->at, set->count + 1, sizeof(*set->at));
		m = &set->at[set->count++];
		*m = (struct stored_module){.name = xstrdup(name), .path = xstrdup(""), .reason = xstrdup("")};
	}
	return m;
}

static void replace(char **slot, const char *text)
{
	char *copy = xstrdup(text);

	free(*slot);
	*slot = copy;
}

static bool is_in(const struct strings *list, const char *text)
{
	for (size_t i = 0; i < list->count; i++)
		if (!strcmp(list->at[i], text))
			return true;
	return false;
}

static void order_add(const struct module_set *set, const char *name, unsigned depth, struct strings *order)
{
	const struct stored_module *m = module_set_find(set, name);

	if (!m || m->state != MODULE_FILE || depth == MAX_PASSES || is_in(order, name))
		return;
	for (size_t i = 0; i < m->needs.count; i++)
		order_add(set, m->needs.at[i], depth + 1, order);
	strings_add(order, name);
}

void module_set_order(const struct module_set *set, const char *name, struct strings *order)
{
	order_add(set, name, 0, order);
}

bool module_set_has(const struct module_set *set, const struct strings *names)
{
	for (size_t i = 0; i < names->count; i++) {
		const struct stored_module *m = module_set_find(set, names->at[i]);

		if (!m)
			return false;
		for (size_t k = 0; k < m->needs.count; k++)
			if (!module_set_find(set, m->needs.at[k]))
				return false;
	}
	return true;
}

char *module_name(const char *text)
{
	char *name = xstrdup(text);

	for (char *c = name; *c; c++)
		if (*c == '-')
			*c = '_';
	return name;
}

/* ---- the record ---- */

static void json_release(json_t **json)
{
	json_decref(*json);
}
#define cleanup_json __attribute__((cleanup(json_release)))

static char *module_path(const char *entry, const char *name)
{
	return xasprintf("%s/modules/%s.ko", entry, name);
}

static char *record_path(const char *entry)
{
	return xasprintf("%s/modules/record.json", entry);
}

/* Names become names of files. */
static bool is_name(const char *name)
{
	return *name && strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") == strlen(name);
}

static int state_parse(const char *name)
{
	for (int i = 0; i < (int)(sizeof(state_names) / sizeof(state_names[0])); i++)
		if (!strcmp(state_names[i], name))
			return i;
	return -1;
}

static bool module_parse(const char *entry, const char *name, json_t *json, struct module_set *set)
{
	cleanup_free char *path = module_path(entry, name);
	const char *state_name, *reason = "";
	json_t *needs = NULL, *need;
	struct stored_module *m;
	json_int_t size = 0;
	struct stat st;
	size_t i;
	int state;

	if (!is_name(name) || json_unpack(json, "{s:s, s?I, s?s, s?o}", "state", &state_name, "size", &size, "reason",
	                                  &reason, "needs", &needs))
		return false;
	state = state_parse(state_name);
	if (state < 0 || (state == MODULE_FILE && (stat(path, &st) || st.st_size != size)))
		return false;
	m = set_put(set, name);
	m->state = (enum module_state)state;
	replace(&m->path, state == MODULE_FILE ? path : "");
	replace(&m->reason, reason);
	json_array_foreach(needs, i, need)
	{
		if (!json_is_string(need))
			return false;
		strings_add(&m->needs, json_string_value(need));
	}
	return true;
}

void module_store_read(const char *entry, struct module_set *set)
{
	cleanup_free char *path = record_path(entry);
	cleanup_buf struct buf text = {0};
	cleanup_json json_t *json = NULL;
	json_t *modules = NULL, *module;
	const char *name;
	int format = 0;
	bool sound;

	*set = (struct module_set){0};
	if (io_read_file(path, record_max, &text, NULL))
		return;
	json = json_loadb(buf_str(&text), text.len, JSON_REJECT_DUPLICATES, NULL);
	sound = json && !json_unpack(json, "{s:i, s:o}", "format", &format, "modules", &modules) &&
	        format == RECORD_FORMAT && json_is_object(modules);
	if (sound) {
		json_object_foreach(modules, name, module) sound = sound && module_parse(entry, name, module, set);
	}
	if (!sound)
		module_set_free(set);
}

static json_t *module_json(const struct stored_module *m)
{
	json_t *json = json_pack("{s:s}", "state", state_names[m->state]), *needs = json_array();
	struct stat st;

	if (m->state == MODULE_FILE && !stat(m->path, &st))
		json_object_set_new(json, "size", json_integer(st.st_size));
	if (*m->reason)
		json_object_set_new(json, "reason", json_string(m->reason));
	for (size_t i = 0; i < m->needs.count; i++)
		json_array_append_new(needs, json_string(m->needs.at[i]));
	json_object_set_new(json, "needs", needs);
	return json;
}

static int record_write(const char *entry, const struct module_set *set, struct error *err)
{
	cleanup_free char *path = record_path(entry), *text = NULL;
	cleanup_json json_t *json = NULL;
	json_t *modules = json_object();

	for (size_t i = 0; i < set->count; i++)
		json_object_set_new(modules, set->at[i].name, module_json(&set->at[i]));
	json = json_pack("{s:i, s:o}", "format", RECORD_FORMAT, "modules", modules);
	text = json ? json_dumps(json, JSON_INDENT(2)) : NULL;
	if (!text)
		return error_set(err, EINVAL, "%s: the record holds text that is not UTF-8", path);
	return io_replace_file(path, text, strlen(text), err);
}

static int make_directory(const char *entry, struct error *err)
{
	cleanup_free char *directory = xasprintf("%s/modules", entry);

	return io_make_dirs(directory, err);
}

/* ---- taking them out of a package ---- */

struct taking {
	const char *entry;
	struct module_set set;
	struct strings wanted; /* names that are still looked for; grows by what the found ones depend on */
	struct buf built_in;   /* modules.builtin: a path per line */
	bool has_built_in;
};

/* The module that a file is, NULL when it is none; the caller frees it. */
static char *file_module(const char *path)
{
	const char *base = io_basename(path), *end = strstr(base, ".ko");
	cleanup_free char *stem = NULL;

	if (!end || (end[3] && end[3] != '.') || !strstr(path, "lib/modules/"))
		return NULL;
	stem = xstrndup(base, (size_t)(end - base));
	return module_name(stem);
}

static bool is_built_in_list(const char *path)
{
	return !strcmp(io_basename(path), "modules.builtin") && strstr(path, "lib/modules/");
}

static bool wants(void *ctx, const char *path)
{
	const struct taking *t = ctx;
	cleanup_free char *name = file_module(path);

	if (is_built_in_list(path))
		return !t->has_built_in;
	return name && is_in(&t->wanted, name) && !module_set_find(&t->set, name);
}

/* .modinfo holds NUL-terminated "key=value"; the modules that this one depends on stand in one, commas between. */
static void read_info(const Elf_Data *info, struct strings *needs)
{
	for (size_t at = 0; at < info->d_size;) {
		const char *entry = (const char *)info->d_buf + at;
		size_t len = strnlen(entry, info->d_size - at);
		cleanup_free char *text = xstrndup(entry, len);
		char *rest = text + strlen("depends="), *word;

		at += len + 1;
		if (strncmp(text, "depends=", strlen("depends=")))
			continue;
		while ((word = strsep(&rest, ","))) {
			cleanup_free char *name = module_name(word);

			if (is_name(name))
				strings_add(needs, name);
		}
	}
}

static int read_needs(const struct buf *bytes, struct strings *needs, struct error *err)
{
	Elf *elf;
	Elf_Scn *section = NULL;
	size_t names;

	elf_version(EV_CURRENT);
	elf = elf_memory(bytes->data, bytes->len);
	if (!elf || elf_kind(elf) != ELF_K_ELF || elf_getshdrstrndx(elf, &names)) {
		elf_end(elf);
		return error_usage(err, "is no kernel module, but something else of that name");
	}
	while ((section = elf_nextscn(elf, section))) {
		const Elf64_Shdr *header = elf64_getshdr(section);
		const char *name = header ? elf_strptr(elf, names, header->sh_name) : NULL;
		const Elf_Data *data = name && !strcmp(name, ".modinfo") ? elf_getdata(section, NULL) : NULL;

		if (data && data->d_buf)
			read_info(data, needs);
	}
	elf_end(elf);
	return 0;
}

static int take_module(struct taking *t, const char *name, const struct buf *bytes, struct error *err)
{
	cleanup_strings struct strings needs = {0};
	cleanup_free char *path = module_path(t->entry, name);
	struct stored_module *m;
	int rc = read_needs(bytes, &needs, err);

	rc = rc ? rc : io_replace_file(path, bytes->data, bytes->len, err);
	if (rc)
		return rc;
	m = set_put(&t->set, name);
	m->state = MODULE_FILE;
	replace(&m->path, path);
	for (size_t i = 0; i < needs.count; i++) {
		strings_add(&m->needs, needs.at[i]);
		if (!is_in(&t->wanted, needs.at[i]))
			strings_add(&t->wanted, needs.at[i]);
	}
	return 0;
}

static int take(void *ctx, const char *path, struct buf *bytes, struct error *err)
{
	struct taking *t = ctx;
	cleanup_buf struct buf plain = {0};
	cleanup_free char *name = file_module(path);
	size_t len = strlen(path);

	if (is_built_in_list(path)) {
		t->built_in = *bytes;
		*bytes = (struct buf){0};
		t->has_built_in = true;
		return 0;
	}
	if (len > 3 && !strcmp(path + len - 3, ".ko"))
		return take_module(t, name, bytes, err);
	if (unpack_stream(bytes->data, bytes->len, module_max, &plain, err))
		return -EINVAL;
	return take_module(t, name, &plain, err);
}

static bool is_built_in(const struct taking *t, const char *name)
{
	cleanup_free char *text = xstrdup(buf_str(&t->built_in));
	char *rest = text, *line;

	while ((line = strsep(&rest, "\n"))) {
		cleanup_free char *path = xasprintf("lib/modules/%s", line), *built_in = file_module(path);

		if (built_in && !strcmp(built_in, name))
			return true;
	}
	return false;
}

static size_t count_missing(const struct taking *t)
{
	size_t missing = 0;

	for (size_t i = 0; i < t->wanted.count; i++)
		missing += !module_set_find(&t->set, t->wanted.at[i]) && !is_built_in(t, t->wanted.at[i]);
	return missing;
}

/* What no pass found. */
static void settle_missing(struct taking *t)
{
	for (size_t i = 0; i < t->wanted.count; i++) {
		struct stored_module *m;

		if (module_set_find(&t->set, t->wanted.at[i]))
			continue;
		m = set_put(&t->set, t->wanted.at[i]);
		m->state = is_built_in(t, m->name) ? MODULE_BUILT_IN : MODULE_ABSENT;
		if (m->state == MODULE_ABSENT)
			replace(&m->reason, "this kernel has no such module");
	}
}

int module_store_take(const char *entry, const char *package, const struct strings *names, struct error *err)
{
	struct taking t = {.entry = entry};
	const struct unpack_choice choice = {.wants = wants, .take = take, .ctx = &t, .max = module_max};
	size_t missing, before;
	int rc = make_directory(entry, err);

	module_store_read(entry, &t.set);
	for (size_t i = 0; i < names->count; i++)
		strings_add(&t.wanted, names->at[i]);
	/* A package is read from its beginning once for each step of a chain of dependencies. */
	missing = count_missing(&t);
	for (unsigned pass = 0; !rc && missing && pass < MAX_PASSES; pass++) {
		size_t known = t.set.count;

		before = missing;
		rc = unpack_files(package, &choice, err);
		missing = count_missing(&t);
		if (t.set.count == known && missing == before)
			break;
	}
	settle_missing(&t);
	rc = rc ? rc : record_write(entry, &t.set, err);
	module_set_free(&t.set);
	strings_free(&t.wanted);
	buf_free(&t.built_in);
	return rc;
}

int module_store_note_absent(const char *entry, const struct strings *names, const char *reason, struct error *err)
{
	cleanup_module_set struct module_set set = {0};
	int rc = make_directory(entry, err);

	module_store_read(entry, &set);
	for (size_t i = 0; i < names->count; i++) {
		struct stored_module *m;

		if (module_set_find(&set, names->at[i]))
			continue;
		m = set_put(&set, names->at[i]);
		m->state = MODULE_ABSENT;
		replace(&m->reason, reason);
	}
	return rc ? rc : record_write(entry, &set, err);
}
