/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/run/run_merge.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "host/lib/child.h"
#include "host/lib/strings.h"
#include "host/result/result_json.h"
#include "host/result/result_merge.h"
#include "host/run/run_dir.h"
#include "host/run/run_write.h"

static void close_dir(DIR **d)
{
	if (*d)
		closedir(*d);
}

/* The directories in it: what its guests left, kernel by kernel. */
static int list_evidence(const char *directory, struct strings *names, struct error *err)
{
	DIR *d __attribute__((cleanup(close_dir))) = opendir(directory);
	struct dirent *e;

	if (!d)
		return error_set(err, errno, "%s: cannot read: %s", directory, strerror(errno));
	while ((e = readdir(d)))
		if (e->d_type == DT_DIR && strcmp(e->d_name, ".") && strcmp(e->d_name, ".."))
			strings_add(names, e->d_name);
	return 0;
}

static int copy_tree(const char *from, const char *to, struct error *err)
{
	const char *const argv[] = {"cp", "-R", "--", from, to, NULL};
	cleanup_child_result struct child_result said = {0};
	int rc = child_run(argv, NULL, &said, err);

	if (rc || child_ok(&said))
		return rc;
	return error_set(err, EIO, "%s: cannot be copied to %s: %s", from, to, buf_str(&said.err));
}

static int copy_evidence(const char *directory, const struct result_part *part, const char *whole, struct error *err)
{
	cleanup_strings struct strings names = {0};
	cleanup_free char *below = result_merge_directory(part), *to = xasprintf("%s/%s", whole, below);
	int rc = list_evidence(directory, &names, err);

	rc = rc ? rc : io_make_dirs(to, err);

	for (size_t i = 0; i < names.count && !rc; i++) {
		cleanup_free char *from = xasprintf("%s/%s", directory, names.at[i]);

		rc = copy_tree(from, to, err);
	}
	return rc;
}

static int read_parts(const char *const *directories, struct result_merged *parts, size_t count, struct error *err)
{
	int rc = 0;

	for (size_t i = 0; i < count && !rc; i++) {
		cleanup_free char *json = xasprintf("%s/" RESULT_JSON_NAME, directories[i]);

		parts[i].name = directories[i];
		rc = result_json_read(json, &parts[i].r, err);
	}
	return rc;
}

int run_merge(const char *const *directories, size_t count, const char *output, struct result *r, char **path,
              struct error *err)
{
	struct result_merged *parts = xcalloc(count, sizeof(*parts));
	int rc = read_parts(directories, parts, count, err);

	*path = NULL;
	rc = rc ? rc : result_merge(r, parts, count, err);
	rc = rc ? rc : run_dir_create(output, path, err);
	for (size_t i = 0; i < count && !rc; i++)
		rc = copy_evidence(directories[i], &parts[i].r->part, *path, err);
	rc = rc ? rc : run_write(r, *path, err);
	for (size_t i = 0; i < count; i++)
		result_free(parts[i].r);
	free(parts);
	return rc;
}
