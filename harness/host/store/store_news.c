/* SPDX-License-Identifier: BSD-2-Clause */
/* What the sources have that kernels.lock does not. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/version.h"
#include "host/source/catalogue.h"
#include "host/store/store.h"
#include "host/store/store_dir.h"
#include "host/store/store_plan.h"

static void news_add(struct store_news *news, const struct kernel_row *row, const char *release, const char *before)
{
	news->at = xrealloc(news->at, news->count + 1, sizeof(*news->at));
	news->at[news->count++] =
	        (struct store_new){.row = row, .release = xstrdup(release), .before = xstrdup(before ? before : "")};
}

/* Whether a line names that release, alone or among others. */
static bool names(const struct lock_line *line, const char *release)
{
	size_t len = strlen(release);

	for (const char *at = line ? line->release : NULL; at; at = strchr(at, ',')) {
		at += *at == ',';
		if (!strncmp(at, release, len) && (!at[len] || at[len] == ','))
			return true;
	}
	return false;
}

static int row_news(const struct kernel_row *row, const struct catalogue *c, const struct kernel_lock *lock,
                    struct store_news *news, struct error *err)
{
	const struct kernel_wish wish = kernel_row_wish(row);
	const struct lock_line *line = store_plan_lock_line(lock, row);
	cleanup_strings struct strings releases = {0};
	const struct kernel_package *package;

	if (row->several) {
		source_find_all(row->source, &c->index, &wish, &releases);
		for (size_t i = 0; i < releases.count; i++)
			if (!names(line, releases.at[i]))
				news_add(news, row, releases.at[i], "");
		return 0;
	}
	package = source_find(row->source, &c->index, &wish, err);
	if (!package)
		return -EINVAL;
	if (!names(line, package->release) || strcmp(line->version, package->version) != 0)
		news_add(news, row, package->release, line ? line->release : NULL);
	return 0;
}

/* ---- versions that no row means ---- */

static bool has_row(const struct kernel_list *list, const struct kernel_source *source, const struct arch *arch,
                    const struct kernel_package *k)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct kernel_row *row = &list->rows[i];
		const struct kernel_wish wish = kernel_row_wish(row);

		if (row->source == source && row->arch == arch && source->fits(k, &wish))
			return true;
	}
	return false;
}

/* Whether the list has kernels of that flavour, and all of them are older. */
static bool is_beyond(const struct kernel_list *list, const struct catalogue *c, const struct kernel_package *k)
{
	const struct kernel_source *source = c->source;
	bool found = false;

	for (size_t i = 0; i < list->count; i++) {
		const struct kernel_wish wish = kernel_row_wish(&list->rows[i]);
		const struct kernel_package *newest =
		        list->rows[i].source == source ? source_find(source, &c->index, &wish, NULL) : NULL;

		if (!newest || strcmp(source->flavour(newest->release), source->flavour(k->release)) != 0)
			continue;
		if (source->compare(newest->version, k->version) >= 0)
			return false;
		found = true;
	}
	return found;
}

static bool is_same_series(const struct kernel_source *source, const struct kernel_package *a,
                           const struct kernel_package *b)
{
	unsigned major[2], minor[2];

	return !strcmp(source->flavour(a->release), source->flavour(b->release)) &&
	       !version_parse(a->version, &major[0], &minor[0]) && !version_parse(b->version, &major[1], &minor[1]) &&
	       major[0] == major[1] && minor[0] == minor[1];
}

/* The newest of each version and flavour beyond those of the list. */
static void find_rowless(const struct kernel_list *list, const struct catalogue *c, struct strings *rowless)
{
	for (size_t i = 0; i < c->index.count; i++) {
		const struct kernel_package *k = &c->index.kernels[i];
		bool newest = !k->gone && !has_row(list, c->source, c->arch, k) && is_beyond(list, c, k);

		for (size_t n = i + 1; n < c->index.count && newest; n++)
			newest = c->index.kernels[n].gone || !is_same_series(c->source, k, &c->index.kernels[n]);
		if (newest && c->source->definition)
			strings_addf(rowless, "%s source=\"%s\"", k->release, c->source->place);
		else if (newest)
			strings_add(rowless, k->release);
	}
}

/* ---- all of it ---- */

static bool is_first_of_source(const struct kernel_list *list, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (list->rows[k].source == list->rows[i].source && list->rows[k].arch == list->rows[i].arch)
			return false;
	return list->rows[i].source != NULL;
}

int store_news(const struct store_options *o, const struct kernel_list *list, struct store_news *news,
               struct error *err)
{
	cleanup_catalogue_set struct catalogue_set sources = {.dir = o->dir, .quiet = o->quiet};
	cleanup_kernel_lock struct kernel_lock lock = {0};
	cleanup_close int fd = -1;
	int rc = store_dir_lock(o->dir, &fd, err);

	*news = (struct store_news){0};
	rc = rc ? rc : store_dir_read_lock_file(o->dir, &lock, err);
	for (size_t i = 0; i < list->count && !rc; i++) {
		const struct kernel_row *row = &list->rows[i];
		struct catalogue *c = row->source ? catalogue_of(&sources, row->source, row->arch) : NULL;

		if (!c)
			continue;
		rc = c->asked ? 0 : catalogue_renew(c, err);
		if (!rc && is_first_of_source(list, i))
			find_rowless(list, c, &news->rowless);
		rc = rc ? rc : row_news(row, c, &lock, news, err);
		if (rc && row->optional) {
			log_warn("%s:%u: %s", list->path, row->line, err->text);
			error_clear(err);
			rc = 0;
		} else if (rc) {
			error_prefix(err, "%s:%u: ", list->path, row->line);
		}
	}
	return rc;
}

void store_news_free(struct store_news *news)
{
	for (size_t i = 0; i < news->count; i++) {
		free(news->at[i].release);
		free(news->at[i].before);
	}
	free(news->at);
	strings_free(&news->rowless);
	*news = (struct store_news){0};
}
