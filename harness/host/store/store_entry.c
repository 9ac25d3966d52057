/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/store/store_entry.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "host/arch/image.h"
#include "host/lib/sha256.h"

enum { RECORD_FORMAT = 1 };
static const size_t record_max = 1 << 20;

const char *entry_file_name(const struct entry_record *record, enum entry_file f)
{
	switch (f) {
	case ENTRY_KERNEL:
		return record->arch->image->kernel_name;
	case ENTRY_PACKED:
		return record->arch->image->packed_name;
	case ENTRY_BTF:
		return "btf";
	default:
		return "config";
	}
}

void entry_record_free(struct entry_record *r)
{
	free(r->release);
	free(r->package);
	free(r->version);
	free(r->package_sha256);
	for (size_t i = 0; i < ENTRY_FILE_COUNT; i++)
		free(r->files[i].sha256);
	*r = (struct entry_record){0};
}

static void json_release(json_t **json)
{
	json_decref(*json);
}
#define cleanup_json __attribute__((cleanup(json_release)))

/* Whose kernel it is, and which of its forms boots; records did not always say so in these words. */
static int record_parse_image(json_t *json, struct entry_record *r)
{
	const char *arch = arch_default()->name, *boots = NULL;

	if (json_unpack(json, "{s?s, s?s}", "arch", &arch, "boots", &boots))
		return -EINVAL;
	r->arch = arch_find(arch);
	if (!r->arch)
		return -EINVAL;
	r->kernel_boots = boots ? !strcmp(boots, entry_file_name(r, ENTRY_KERNEL))
	                        : json_is_true(json_object_get(json, r->arch->image->former_key));
	return 0;
}

static int record_parse(json_t *json, struct entry_record *r)
{
	const char *release, *package, *version, *package_sha256;
	json_t *files;
	int format;

	if (json_unpack(json, "{s:i, s:s, s:s, s:s, s:s, s:o}", "format", &format, "release", &release, "package",
	                &package, "version", &version, "package_sha256", &package_sha256, "files", &files) ||
	    format != RECORD_FORMAT || record_parse_image(json, r))
		return -EINVAL;
	r->release = xstrdup(release);
	r->package = xstrdup(package);
	r->version = xstrdup(version);
	r->package_sha256 = xstrdup(package_sha256);
	for (enum entry_file i = 0; i < ENTRY_FILE_COUNT; i++) {
		json_t *file = json_object_get(files, entry_file_name(r, i));
		const char *sha256 = "";
		json_int_t size = 0;

		if (file && (json_unpack(file, "{s:I, s:s}", "size", &size, "sha256", &sha256) || size < 0))
			return -EINVAL;
		r->files[i].present = file != NULL;
		r->files[i].size = (uint64_t)size;
		r->files[i].sha256 = xstrdup(sha256);
	}
	return r->files[ENTRY_KERNEL].present && (r->kernel_boots || r->files[ENTRY_PACKED].present) ? 0 : -EINVAL;
}

static int record_read(const char *path, struct entry_record *r, struct error *err)
{
	cleanup_buf struct buf text = {0};
	cleanup_json json_t *json = NULL;
	json_error_t why;
	int rc = io_read_file(path, record_max, &text, err);

	if (rc)
		return -EINVAL;
	json = json_loadb(buf_str(&text), text.len, JSON_REJECT_DUPLICATES, &why);
	if (!json)
		return error_set(err, EINVAL, "%s: line %d: %s", path, why.line, why.text);
	rc = record_parse(json, r);
	return rc ? error_set(err, EINVAL, "%s: not a record of this version of the store", path) : 0;
}

static char *path_in(const char *dir, const char *name, const char *file)
{
	return xasprintf("%s/%s/%s", dir, name, file);
}

int entry_read(const char *dir, const char *name, struct entry_record *r, struct error *err)
{
	cleanup_free char *record = path_in(dir, name, "record.json"), *place = xasprintf("%s/%s", dir, name);
	struct stat st;
	int rc;

	*r = (struct entry_record){0};
	if (stat(place, &st))
		return error_set(err, ENOENT, "%s: not in the store", place);
	rc = record_read(record, r, err);
	for (enum entry_file i = 0; !rc && i < ENTRY_FILE_COUNT; i++) {
		cleanup_free char *path = path_in(dir, name, entry_file_name(r, i));

		if (!r->files[i].present)
			continue;
		if (stat(path, &st))
			rc = error_set(err, EINVAL, "%s: %s", path, strerror(errno));
		else if ((uint64_t)st.st_size != r->files[i].size)
			rc = error_set(err, EINVAL, "%s: %jd bytes instead of %ju", path, (intmax_t)st.st_size,
			               (uintmax_t)r->files[i].size);
	}
	if (rc) {
		entry_record_free(r);
		return -EINVAL;
	}
	return 0;
}

int entry_verify(const char *dir, const char *name, const struct entry_record *r, struct error *err)
{
	for (enum entry_file i = 0; i < ENTRY_FILE_COUNT; i++) {
		cleanup_free char *path = path_in(dir, name, entry_file_name(r, i)), *hash = NULL;

		if (!r->files[i].present)
			continue;
		if (sha256_file(path, &hash, NULL, err))
			return -EINVAL;
		if (strcmp(hash, r->files[i].sha256))
			return error_set(err, EINVAL, "%s: sha256 is %s instead of %s", path, hash, r->files[i].sha256);
	}
	return 0;
}

int entry_record_write(const char *dir, const struct entry_record *r, struct error *err)
{
	cleanup_free char *path = xasprintf("%s/record.json", dir), *text = NULL;
	cleanup_json json_t *json = NULL;
	json_t *files = json_object();

	for (enum entry_file i = 0; i < ENTRY_FILE_COUNT; i++)
		if (r->files[i].present)
			json_object_set_new(files, entry_file_name(r, i),
			                    json_pack("{s:I, s:s}", "size", (json_int_t)r->files[i].size, "sha256",
			                              r->files[i].sha256));
	json = json_pack("{s:i, s:s, s:s, s:s, s:s, s:s, s:s, s:o}", "format", RECORD_FORMAT, "release", r->release,
	                 "arch", r->arch->name, "package", r->package, "version", r->version, "package_sha256",
	                 r->package_sha256, "boots", entry_file_name(r, r->kernel_boots ? ENTRY_KERNEL : ENTRY_PACKED),
	                 "files", files);
	text = json ? json_dumps(json, JSON_INDENT(2)) : NULL;
	if (!text)
		return error_set(err, EINVAL, "%s: the record holds text that is not UTF-8", path);
	return io_replace_file(path, text, strlen(text), err);
}
