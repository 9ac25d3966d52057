/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/source/catalogue.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/log.h"

static const long stale_s = 24 * 3600, settled_s = 3600, ahead_s = 60;
static const size_t index_max = 64u << 20;

struct catalogue *catalogue_of(struct catalogue_set *set, const struct kernel_source *source, const struct arch *arch)
{
	bool usual = arch == arch_default();
	struct catalogue *c;

	for (size_t i = 0; i < set->count; i++)
		if (set->at[i]->source == source && set->at[i]->arch == arch)
			return set->at[i];
	c = xcalloc(1, sizeof(*c));
	*c = (struct catalogue){
	        .source = source,
	        .arch = arch,
	        .dir = xasprintf("%s/%s%s%s", set->dir, source->directory, usual ? "" : "-", usual ? "" : arch->deb),
	        .offline = set->offline,
	        .quiet = set->quiet};
	set->at = xrealloc(set->at, set->count + 1, sizeof(struct catalogue *));
	set->at[set->count++] = c;
	return c;
}

void catalogue_set_free(struct catalogue_set *set)
{
	for (size_t i = 0; i < set->count; i++) {
		kernel_index_free(&set->at[i]->index);
		kernel_index_free(&set->at[i]->former);
		free(set->at[i]->dir);
		free(set->at[i]);
	}
	free(set->at);
	set->at = NULL;
	set->count = 0;
}

static char *index_path(const struct catalogue *c)
{
	return xasprintf("%s/kernels.index", c->dir);
}

/* The index of an earlier run; a damaged one, or one of another place, is none. */
static void read_at_hand(struct catalogue *c)
{
	cleanup_free char *path = index_path(c);
	cleanup_buf struct buf text = {0};
	struct stat st;

	if (c->known || stat(path, &st) || io_read_file(path, index_max, &text, NULL) ||
	    kernel_index_read(buf_str(&text), text.len, path, &c->index, NULL))
		return;
	if (!c->source->serves(c->source, &c->index)) {
		kernel_index_free(&c->index);
		return;
	}
	c->age_s = (long)(time(NULL) - st.st_mtime);
	c->known = true;
}

/*
 * A clock that was set back makes an index that is younger than nothing. By less than a minute it is of now: since
 * Linux 6.13 files are stamped with a finer clock than time() reads, and a file server has a clock of its own.
 */
static bool is_younger(const struct catalogue *c, long seconds)
{
	return c->age_s > -ahead_s && c->age_s < seconds;
}

static bool is_settled(const struct catalogue *c, const struct catalogue_question *q)
{
	if (q->release && *q->version && kernel_index_exact(&c->index, q->release, q->version))
		return true;
	if (is_younger(c, settled_s))
		return true;
	if (q->release && (*q->version || !kernel_index_exact(&c->index, q->release, "")))
		return false;
	return is_younger(c, stale_s) && (!q->wish || source_find(c->source, &c->index, q->wish, NULL));
}

/* Ask the source, and keep what it says. */
static int ask(struct catalogue *c, struct kernel_index *index, struct error *err)
{
	cleanup_free char *path = index_path(c);
	cleanup_buf struct buf text = {0};
	int rc = io_make_dirs(c->dir, err);

	c->asked = true;
	if (rc)
		return rc;
	if (!c->quiet)
		log_info("reading %s%s%s", c->source->listing, c->arch == arch_default() ? "" : " for ",
		         c->arch == arch_default() ? "" : c->arch->deb);
	rc = c->source->refresh(c->source, c->dir, c->arch, index, err);
	if (rc)
		return rc;
	for (size_t i = 0; i < index->gap_count; i++)
		log_warn("%s has a gap: %s", c->source->listing, index->gaps[i]);
	kernel_index_write(index, &text);
	rc = io_replace_file(path, text.data, text.len, err);
	if (rc)
		kernel_index_free(index);
	return rc;
}

int catalogue_renew(struct catalogue *c, struct error *err)
{
	struct kernel_index index = {0};
	int rc = ask(c, &index, err);

	if (rc)
		return rc;
	kernel_index_free(&c->former);
	c->former = c->index;
	c->index = index;
	c->known = true;
	c->age_s = 0;
	return 0;
}

static char *age_text(const struct catalogue *c)
{
	long hours = c->age_s < 0 ? 0 : c->age_s / 3600;

	return hours < 48 ? xasprintf("%ld hours", hours) : xasprintf("%ld days", hours / 24);
}

/* The source cannot be asked: what it said at an earlier time is better than nothing. */
static void go_on(struct catalogue *c, const struct error *why)
{
	cleanup_free char *age = age_text(c);
	cleanup_free char *gap = xasprintf("it is %s old, and reading it again failed: %s", age, why->text);

	log_warn("%s: %s; using the old one", c->source->listing, gap);
	kernel_index_add_gap(&c->index, gap);
}

int catalogue_settle(struct catalogue *c, const struct catalogue_question *questions, size_t count, struct error *err)
{
	cleanup_error struct error why = {0};
	bool settled = true;
	int rc;

	read_at_hand(c);
	if (c->offline)
		return c->known ? 0 : error_set(err, ENOENT, "%s: no index of kernels yet", c->dir);
	for (size_t i = 0; c->known && settled && i < count; i++)
		settled = is_settled(c, &questions[i]);
	if (c->known && (settled || c->asked))
		return 0;
	rc = catalogue_renew(c, &why);
	if (!rc)
		return 0;
	if (c->known) {
		go_on(c, &why);
		return 0;
	}
	if (err) {
		*err = why;
		why = (struct error){0};
	}
	return rc;
}
