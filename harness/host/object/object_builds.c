/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/object/object_builds.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "host/object/object_paths.h"

struct build {
	char *label, *path; /* borrowed */
	struct object_list objects;
};

/* ---- a directory of builds ---- */

static int by_version(const void *a, const void *b)
{
	return strverscmp(*(char *const *)a, *(char *const *)b);
}

static int list_names(const char *directory, struct strings *names, struct error *err)
{
	cleanup_closedir DIR *dir = opendir(directory);
	struct dirent *entry;

	if (!dir)
		return error_usage(err, "--builds %s: %s", directory, strerror(errno));
	while ((entry = readdir(dir)))
		if (*entry->d_name != '.')
			strings_add(names, entry->d_name);
	if (names->count)
		qsort(names->at, names->count, sizeof(*names->at), by_version);
	return 0;
}

/* Whether there is a directory of that path with objects in it. */
static bool holds_objects(const char *path)
{
	cleanup_free char *inside = xasprintf("%s/.", path);
	cleanup_strings struct strings found = {0};
	cleanup_error struct error none = {0};

	return !access(inside, F_OK) && !object_paths_expand((char *const[]){(char *)path}, 1, &found, &none);
}

int object_builds_find(const char *directory, struct strings *builds, struct error *err)
{
	cleanup_strings struct strings names = {0};
	size_t before = builds->count;
	int rc = list_names(directory, &names, err);

	for (size_t i = 0; !rc && i < names.count; i++) {
		cleanup_free char *path = xasprintf("%s/%s", directory, names.at[i]);

		if (holds_objects(path))
			strings_addf(builds, "%s=%s", names.at[i], path);
	}
	if (!rc && builds->count == before)
		return error_usage(
		        err,
		        "--builds %s: no directory in it holds a .bpf.o; give one with a directory per build, such as %s/clang-14/my.bpf.o",
		        directory, directory);
	return rc;
}

/* ---- reading them ---- */

static int split(const char *text, struct build *b, struct error *err)
{
	char *equals;

	b->label = xstrdup(text);
	equals = strchr(b->label, '=');
	if (!equals || !equals[1])
		return error_usage(err, OBJECT_BUILDS_OPTION " %s: give LABEL=PATH, such as clang-14=out/my.bpf.o",
		                   text);
	*equals = '\0';
	b->path = equals + 1;
	if (!object_is_label(b->label))
		return error_usage(
		        err,
		        OBJECT_BUILDS_OPTION
		        " %s: \"%s\" does not name a build; take up to %d letters, digits, \".\", \"-\" and \"_\"",
		        text, b->label, OBJECT_LABEL_MAX);
	return 0;
}

static int read_builds(const struct strings *texts, struct build *builds, struct error *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < texts->count; i++) {
		struct build *b = &builds[i];

		rc = split(texts->at[i], b, err);
		for (size_t k = 0; !rc && k < i; k++)
			if (!strcmp(builds[k].label, b->label))
				return error_usage(
				        err,
				        OBJECT_BUILDS_OPTION
				        " %s is given twice; a build of several objects is a directory of them",
				        b->label);
		rc = rc ? rc : object_list_read(&b->path, 1, &b->objects, err);
	}
	return rc;
}

static void rename_object(struct object *o, const char *name)
{
	char *copy = xstrdup(name);

	free(o->name);
	o->name = copy;
}

/* Builds of one object may be files of any name. */
static void name_single(struct build *builds, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (builds[i].objects.count != 1)
			return;
	for (size_t i = 1; i < count; i++) {
		struct object *o = &builds[i].objects.at[0];

		o->adopted |= strcmp(o->name, builds[0].objects.at[0].name) != 0;
		rename_object(o, builds[0].objects.at[0].name);
	}
}

/* NULL when the build has none of that name, or has given it away. */
static struct object *find(const struct build *b, const char *name)
{
	for (size_t i = 0; i < b->objects.count; i++)
		if (b->objects.at[i].name && !strcmp(b->objects.at[i].name, name))
			return &b->objects.at[i];
	return NULL;
}

/* Each from the first of them that has one. */
static int share_ini(struct object *const *same, size_t count, struct error *err)
{
	const char *ini = NULL;
	int rc = 0;

	for (size_t i = 0; !ini && i < count; i++)
		ini = same[i] && !access(same[i]->ini_path, F_OK) ? same[i]->ini_path : NULL;
	for (size_t i = 0; !rc && ini && i < count; i++) {
		if (!same[i] || !access(same[i]->ini_path, F_OK))
			continue;
		same[i]->adopted = true;
		rc = object_read_ini(same[i], ini, err);
	}
	return rc;
}

static void give(struct object_list *list, struct object *o, const char *label)
{
	cleanup_free char *name = o->name;

	o->build = xstrdup(label);
	if (!o->guest_name)
		o->guest_name = xstrdup(name);
	o->name = xasprintf("%s@%s", name, label);
	list->at = xrealloc(list->at, list->count + 1, sizeof(*list->at));
	list->at[list->count++] = *o;
	*o = (struct object){0};
}

/* All builds of an object, one after the other. */
static int take_object(struct build *builds, size_t count, const char *name, struct object_list *list,
                       struct error *err)
{
	cleanup_free struct object **same = xcalloc(count, sizeof(*same));
	int rc;

	for (size_t i = 0; i < count; i++)
		same[i] = find(&builds[i], name);
	rc = share_ini(same, count, err);
	for (size_t i = 0; !rc && i < count; i++)
		if (same[i])
			give(list, same[i], builds[i].label);
	return rc;
}

int object_builds_read(const struct strings *texts, struct object_list *list, struct error *err)
{
	cleanup_free struct build *builds = xcalloc(texts->count + 1, sizeof(*builds));
	int rc = read_builds(texts, builds, err);

	if (!rc)
		name_single(builds, texts->count);
	for (size_t i = 0; !rc && i < texts->count; i++)
		for (size_t k = 0; !rc && k < builds[i].objects.count; k++) {
			cleanup_free char *name =
			        builds[i].objects.at[k].name ? xstrdup(builds[i].objects.at[k].name) : NULL;

			rc = name ? take_object(builds, texts->count, name, list, err) : 0;
		}
	for (size_t i = 0; i < texts->count; i++) {
		object_list_free(&builds[i].objects);
		free(builds[i].label);
	}
	return rc;
}

int object_list_read_all(char *const *paths, size_t count, const struct strings *builds, struct object_list *list,
                         struct error *err)
{
	int rc = 0;

	*list = (struct object_list){0};
	if (count || !builds->count)
		rc = object_list_read(paths, count, list, err);
	return rc ? rc : object_builds_read(builds, list, err);
}
