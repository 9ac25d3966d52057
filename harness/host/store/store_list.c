/* SPDX-License-Identifier: BSD-2-Clause */
/* A list with rows that stand for several kernels, and the kernels that these are. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "host/source/catalogue.h"
#include "host/store/store.h"
#include "host/store/store_dir.h"
#include "host/store/store_plan.h"

/* ---- what kernels.lock says of such a row: a line without a package, whose release names all of them ---- */

static const char separator[] = ",";

static void read_releases(const struct lock_line *line, struct strings *releases)
{
	cleanup_free char *text = xstrdup(line->release);
	char *at = text, *release;

	while ((release = strsep(&at, separator)))
		if (*release)
			strings_add(releases, release);
}

static void pin_releases(struct kernel_lock *lock, const struct kernel_row *row, const struct strings *releases)
{
	cleanup_free char *spec = kernel_row_spec(row);
	cleanup_buf struct buf all = {0};
	static char none[] = "";

	for (size_t i = 0; i < releases->count; i++)
		buf_printf(&all, "%s%s", i ? separator : "", releases->at[i]);
	kernel_lock_set(lock, &(const struct lock_line){.id = row->id,
	                                                .package = none,
	                                                .version = none,
	                                                .release = all.data,
	                                                .package_sha256 = none,
	                                                .image_sha256 = none,
	                                                .spec = spec});
}

/* ---- which kernels ---- */

static int ask_source(const struct store_options *o, struct catalogue_set *sources, const struct kernel_row *row,
                      struct strings *releases, struct error *err)
{
	struct catalogue *c = catalogue_of(sources, row->source, row->arch);
	const struct kernel_wish wish = kernel_row_wish(row);
	int rc = o->update && !c->asked ? catalogue_renew(c, err)
	                                : catalogue_settle(c, &(const struct catalogue_question){0}, 1, err);

	if (rc)
		return rc;
	source_find_all(row->source, &c->index, &wish, releases);
	if (!releases->count)
		row->source->explain(row->source, &c->index, &wish, err);
	return releases->count ? 0 : -EINVAL;
}

static int find_releases(const struct store_options *o, struct catalogue_set *sources, const struct kernel_row *row,
                         struct kernel_lock *lock, struct strings *releases, struct error *err)
{
	const struct lock_line *line = o->update || o->unpinned ? NULL : store_plan_lock_line(lock, row);
	int rc;

	if (line) {
		read_releases(line, releases);
		return 0;
	}
	if (o->frozen)
		return store_plan_not_in_lock(o->dir, row, err);
	rc = ask_source(o, sources, row, releases, err);
	if (!rc)
		pin_releases(lock, row, releases);
	return rc;
}

/* ---- the list ---- */

static bool has_id(const struct kernel_list *list, const char *id)
{
	for (size_t i = 0; i < list->count; i++)
		if (!strcmp(list->rows[i].id, id))
			return true;
	return false;
}

/* Put the kernels' rows in place of `row`, but for those that have one. */
static void put_rows(struct kernel_list *expanded, const struct kernel_list *list, const struct kernel_row *row,
                     const struct strings *releases)
{
	expanded->rows =
	        xrealloc(expanded->rows, expanded->count + releases->count + list->count, sizeof(*expanded->rows));
	for (size_t i = 0; i < releases->count; i++) {
		struct kernel_row one = kernel_row_of_release(row, releases->at[i]);

		if (has_id(list, one.id) || has_id(expanded, one.id))
			kernel_row_free(&one);
		else
			expanded->rows[expanded->count++] = one;
	}
}

static int expand(const struct store_options *o, struct kernel_list *list, struct kernel_lock *lock, struct error *err)
{
	cleanup_catalogue_set struct catalogue_set sources = {.dir = o->dir, .quiet = o->quiet, .offline = o->offline};
	struct kernel_list expanded = {.rows = xcalloc(list->count, sizeof(*expanded.rows))};
	cleanup_free bool *gone = xcalloc(list->count, sizeof(*gone));
	int rc = 0;

	for (size_t i = 0; i < list->count && !rc; i++) {
		struct kernel_row *row = &list->rows[i];
		cleanup_strings struct strings releases = {0};

		if (row->several)
			rc = find_releases(o, &sources, row, lock, &releases, err);
		if (rc && row->optional) {
			log_warn("%s:%u: optional kernels %s are skipped: %s", list->path, row->line, row->id,
			         err->text);
			error_clear(err);
			rc = 0;
		} else if (rc) {
			error_prefix(err, "%s:%u: ", list->path, row->line);
		}
		put_rows(&expanded, list, row, &releases);
		gone[i] = row->several;
		if (!row->several)
			expanded.rows[expanded.count++] = *row;
	}
	if (rc) {
		for (size_t i = 0; i < expanded.count; i++)
			if (expanded.rows[i].group)
				kernel_row_free(&expanded.rows[i]);
		free(expanded.rows);
		return rc;
	}
	for (size_t i = 0; i < list->count; i++)
		if (gone[i])
			kernel_row_free(&list->rows[i]);
	free(list->rows);
	list->rows = expanded.rows;
	list->count = expanded.count;
	return 0;
}

static bool has_several(const struct kernel_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->rows[i].several)
			return true;
	return false;
}

int store_list_expand(const struct store_options *o, struct kernel_list *list, struct error *err)
{
	cleanup_kernel_lock struct kernel_lock lock = {0};
	cleanup_close int fd = -1;
	int rc;

	if (!has_several(list))
		return 0;
	rc = store_dir_lock(o->dir, &fd, err);
	rc = rc ? rc : store_dir_read_lock_file(o->dir, &lock, err);
	rc = rc ? rc : expand(o, list, &lock, err);
	return rc || o->unpinned || o->frozen || o->offline ? rc : store_dir_write_lock_file(o->dir, &lock, err);
}

int store_list_open(const struct store_options *o, const char *path, char *const *globs, size_t glob_count,
                    struct kernel_list *list, struct kernel_list *types, struct error *err)
{
	int rc = kernel_list_read(path, list, err);

	*types = (struct kernel_list){0};
	rc = rc ? rc : store_list_expand(o, list, err);
	return rc ? rc : kernel_list_sift(list, globs, glob_count, types, err);
}
