/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/result/baseline_file.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "host/lib/strings.h"
#include "host/result/baseline_text.h"
#include "host/result/result_json.h"

static int read_file(const char *path, struct baseline *b, struct error *err)
{
	cleanup_buf struct buf text = {0};
	struct result *r = NULL;
	int rc;

	if (io_read_file(path, RESULT_JSON_MAX, &text, err)) {
		err->status = EXIT_USAGE;
		return -err->code;
	}
	if (text.len >= strlen(BASELINE_TEXT_HEAD) &&
	    !strncmp(text.data, BASELINE_TEXT_HEAD, strlen(BASELINE_TEXT_HEAD)))
		return baseline_text_parse(text.data, text.len, path, b, err);
	if (text.len && text.data[0] != '{')
		return error_usage(err, "%s: is neither a results.json nor a baseline", path);
	rc = result_json_decode(buf_str(&text), text.len, path, &r, err);
	if (rc)
		return rc;
	baseline_take(r, b);
	result_free(r);
	return 0;
}

static int find_baselines(const char *dir, struct strings *files, struct error *err)
{
	cleanup_closedir DIR *d = opendir(dir);
	const struct dirent *entry;

	if (!d)
		return error_usage(err, "%s: %s", dir, strerror(errno));
	while ((entry = readdir(d))) {
		size_t len = strlen(entry->d_name), ending = strlen(BASELINE_ENDING);

		if (len > ending && !strcmp(entry->d_name + len - ending, BASELINE_ENDING))
			strings_addf(files, "%s/%s", dir, entry->d_name);
	}
	if (!files->count)
		return error_usage(
		        err,
		        "%s: holds neither a results.json nor a baseline; store one with `make baseline OBJ=…` or `corematrix baseline RUN -o %s`",
		        dir, dir);
	return 0;
}

static int read_wanted(const char *dir, const struct baseline *wanted, struct baseline *b, struct error *err)
{
	for (size_t i = 0; i < wanted->object_count; i++) {
		const char *name = wanted->objects[i].name;
		cleanup_free char *path = xasprintf("%s/%s" BASELINE_ENDING, dir, name);
		int rc;

		if (access(path, F_OK))
			return error_usage(
			        err,
			        "%s: there is no baseline of object %s yet; store one with `make baseline OBJ=…` or `corematrix baseline RUN -o %s`",
			        path, name, dir);
		rc = read_file(path, b, err);
		if (rc)
			return rc;
	}
	return 0;
}

int baseline_file_read(const char *path, const struct baseline *wanted, struct baseline *b, struct error *err)
{
	cleanup_free char *json = xasprintf("%s/%s", path, RESULT_JSON_NAME);
	cleanup_strings struct strings files = {0};
	struct stat st;
	int rc = 0;

	*b = (struct baseline){0};
	if (stat(path, &st) && wanted && errno == ENOENT)
		return error_usage(
		        err,
		        "%s: there is no baseline yet; store one with `make baseline OBJ=…` or `corematrix baseline RUN -o %s`",
		        path, path);
	if (stat(path, &st) || !S_ISDIR(st.st_mode))
		return read_file(path, b, err);
	if (!access(json, F_OK))
		return read_file(json, b, err);
	rc = find_baselines(path, &files, err);
	if (!rc && wanted)
		return read_wanted(path, wanted, b, err);
	for (size_t i = 0; !rc && i < files.count; i++)
		rc = read_file(files.at[i], b, err);
	baseline_sort(b);
	return rc;
}

static int check_measured(const struct baseline *b, struct error *err)
{
	for (size_t i = 0; i < b->object_count; i++) {
		const struct baseline_object *o = &b->objects[i];

		/* a result from elsewhere may call an object anything */
		if (strchr(o->name, '/') || !*o->name)
			return error_usage(err, "object \"%s\": its name cannot be a file name", o->name);
		for (size_t k = 0; k < o->cell_count; k++)
			if (o->cells[k].verdict == VERDICT_INFRA)
				return error_set(err, ENODATA,
				                 "object %s was not measured on %s, so no baseline was stored: %s",
				                 o->name, o->cells[k].kernel,
				                 *o->cells[k].reason ? o->cells[k].reason : "it was not run");
	}
	return 0;
}

static int write_one(const struct baseline_object *o, const char *dir, bool *changed, struct error *err)
{
	cleanup_free char *path = xasprintf("%s/%s" BASELINE_ENDING, dir, o->name);
	cleanup_buf struct buf text = {0}, old = {0};

	baseline_text_write(o, &text);
	*changed = io_read_file(path, BASELINE_TEXT_MAX, &old, NULL) || old.len != text.len ||
	           memcmp(old.data, text.data, text.len) != 0;
	return *changed ? io_replace_file(path, text.data, text.len, err) : 0;
}

int baseline_file_write(const struct baseline *b, const char *dir, bool *changed, struct error *err)
{
	int rc = check_measured(b, err);

	rc = rc ? rc : io_make_dirs(dir, err);
	for (size_t i = 0; !rc && i < b->object_count; i++)
		rc = write_one(&b->objects[i], dir, &changed[i], err);
	return rc;
}
