/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/store/module_store.h"

#include <errno.h>
#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/io.h"

enum { RECORD_FORMAT = 1 };
static const size_t record_max = 1 << 20;
/* Kernels have chains of ten. */
enum { MAX_DEPTH = 32 };

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

struct stored_module *module_set_put(struct module_set *set, const char *name)
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

	if (!m || m->state != MODULE_FILE || depth == MAX_DEPTH || is_in(order, name))
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

char *module_store_path(const char *entry, const char *name)
{
	return xasprintf("%s/modules/%s.ko", entry, name);
}

char *module_store_record(const char *entry)
{
	return xasprintf("%s/modules/record.json", entry);
}

bool module_is_name(const char *name)
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
	cleanup_free char *path = module_store_path(entry, name);
	const char *state_name, *reason = "";
	json_t *needs = NULL, *need;
	struct stored_module *m;
	json_int_t size = 0;
	struct stat st;
	size_t i;
	int state;

	if (!module_is_name(name) || json_unpack(json, "{s:s, s?I, s?s, s?o}", "state", &state_name, "size", &size,
	                                         "reason", &reason, "needs", &needs))
		return false;
	state = state_parse(state_name);
	if (state < 0 || (state == MODULE_FILE && (stat(path, &st) || st.st_size != size)))
		return false;
	m = module_set_put(set, name);
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
	cleanup_free char *path = module_store_record(entry);
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

int module_store_write(const char *entry, const struct module_set *set, struct error *err)
{
	cleanup_free char *path = module_store_record(entry), *text = NULL;
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

int module_store_prepare(const char *entry, struct error *err)
{
	cleanup_free char *directory = xasprintf("%s/modules", entry);

	return io_make_dirs(directory, err);
}

int module_store_note_absent(const char *entry, const struct strings *names, const char *reason, struct error *err)
{
	cleanup_module_set struct module_set set = {0};
	int rc = module_store_prepare(entry, err);

	module_store_read(entry, &set);
	for (size_t i = 0; i < names->count; i++) {
		struct stored_module *m;

		if (module_set_find(&set, names->at[i]))
			continue;
		m = module_set_put(&set, names->at[i]);
		m->state = MODULE_ABSENT;
		replace(&m->reason, reason);
	}
	return rc ? rc : module_store_write(entry, &set, err);
}
