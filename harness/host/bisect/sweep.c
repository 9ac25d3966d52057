/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/bisect/sweep.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "host/bisect/bisect_try.h"
#include "host/run/run.h"
#include "host/run/run_dir.h"
#include "host/store/store.h"

/* How many kernels are in the store at once: enough that some are fetched while others are booted. */
static const size_t step_kernels = 4;

void sweep_free(struct sweep *s)
{
	for (size_t i = 0; s->kernels && i < s->list.count; i++) {
		struct sweep_kernel *k = &s->kernels[i];

		for (size_t n = 0; k->verdicts && n < s->objects.count; n++) {
			free(k->verdicts[n]);
			free(k->reasons[n]);
			free(k->relocations[n]);
		}
		free(k->verdicts);
		free(k->reasons);
		free(k->relocations);
	}
	for (size_t i = 0; i < s->series_count; i++)
		free(s->series[i].id);
	free(s->kernels);
	free(s->kinds);
	free(s->series);
	free(s->directory);
	strings_free(&s->objects);
	kernel_list_free(&s->list);
	*s = (struct sweep){0};
}

/* ---- which kernels ---- */

static int read_rows(const struct sweep_request *o, struct kernel_list *list, struct error *err)
{
	cleanup_buf struct buf text = {0};

	if (!o->rows.count)
		return kernel_list_read(o->list_path, list, err);
	for (size_t i = 0; i < o->rows.count; i++)
		buf_printf(&text, "%s\n", o->rows.at[i]);
	return kernel_list_parse(buf_str(&text), text.len, "--rows", list, err);
}

static int keep_several(const struct sweep_request *o, struct kernel_list *list, struct error *err)
{
	cleanup_free bool *keep = xcalloc(list->count, sizeof(*keep));

	for (size_t i = 0; i < list->count; i++) {
		keep[i] = list->rows[i].several;
		if (!keep[i] && o->rows.count)
			return error_usage(err,
			                   "--rows '%s' stands for one kernel; expected several, as `6.12 * cloud`, "
			                   "`* cloud` or `6.12.40..6.12.90 cloud` do",
			                   o->rows.at[i]);
	}
	kernel_list_keep(list, keep);
	return list->count
	               ? 0
	               : error_usage(err, "%s: no row stands for several kernels; name some with --rows '6.12 * cloud'",
	                             o->list_path);
}

static void find_series(struct sweep *s)
{
	s->series = xcalloc(s->list.count, sizeof(*s->series));
	for (size_t i = 0; i < s->list.count; i++) {
		const char *group = s->list.rows[i].group;

		if (!i || strcmp(group, s->list.rows[i - 1].group) != 0)
			s->series[s->series_count++] = (struct sweep_series){.id = xstrdup(group), .first = i};
		s->series[s->series_count - 1].count++;
	}
	s->kinds = xcalloc(s->list.count, sizeof(*s->kinds));
	s->kernels = xcalloc(s->list.count, sizeof(*s->kernels));
	for (size_t i = 0; i < s->list.count; i++)
		s->kinds[i] = SWEEP_UNKNOWN;
}

/* The same kernels whatever the lock file of the store names: a sweep is of what there is today. */
static struct store_options store_of(const struct sweep_request *o)
{
	return (struct store_options){.dir = o->images, .unpinned = true, .quiet = true};
}

static int find_kernels(const struct sweep_request *o, struct sweep *s, struct error *err)
{
	const struct store_options store = store_of(o);
	int rc = read_rows(o, &s->list, err);

	rc = rc ? rc : keep_several(o, &s->list, err);
	rc = rc ? rc : store_list_expand(&store, &s->list, err);
	if (!rc)
		find_series(s);
	return rc;
}

/* ---- one step: some kernels at once ---- */

static int write_list(const struct sweep *s, const bool *next, const char *path, struct error *err)
{
	cleanup_buf struct buf text = {0};

	for (size_t i = 0; i < s->list.count; i++)
		if (next[i])
			kernel_row_write_release(&s->list.rows[i], s->list.rows[i].spec, &text);
	return io_replace_file(path, text.data, text.len, err);
}

/* The objects are those of the first result; each has a cell on each kernel. */
static void name_objects(struct sweep *s, const struct result *r)
{
	if (s->objects.count)
		return;
	for (size_t i = 0; i < r->object_count; i++)
		strings_add(&s->objects, r->objects[i].name);
}

static size_t object_index(const struct sweep *s, const char *name)
{
	size_t i = 0;

	while (i < s->objects.count && strcmp(s->objects.at[i], name) != 0)
		i++;
	return i;
}

static bool is_alike(const struct sweep *s, size_t a, size_t b)
{
	for (size_t n = 0; n < s->objects.count; n++)
		if (strcmp(s->kernels[a].verdicts[n], s->kernels[b].verdicts[n]) != 0 ||
		    strcmp(s->kernels[a].relocations[n], s->kernels[b].relocations[n]) != 0)
			return false;
	return true;
}

/* Its kind is the index of the first that is like it. */
static void settle_kind(struct sweep *s, size_t i)
{
	s->kinds[i] = (int)i;
	for (size_t k = 0; k < s->list.count && s->kinds[i] == (int)i; k++)
		if (k != i && s->kinds[k] >= 0 && is_alike(s, i, k))
			s->kinds[i] = s->kinds[k];
	s->measured++;
}

/* What a run says of kernel `i`; false when it was not measured, with the reason. */
static bool take_kernel(struct sweep *s, const struct result *r, size_t i, char **reason)
{
	const char *id = s->list.rows[i].id;
	struct sweep_kernel *k = &s->kernels[i];
	size_t found = 0;

	k->verdicts = xcalloc(s->objects.count, sizeof(*k->verdicts));
	k->reasons = xcalloc(s->objects.count, sizeof(*k->reasons));
	k->relocations = xcalloc(s->objects.count, sizeof(*k->relocations));
	for (size_t c = 0; c < r->cell_count; c++) {
		const struct result_cell *cell = &r->cells[c];
		size_t n = object_index(s, cell->object);

		if (strcmp(cell->kernel, id) != 0 || n == s->objects.count || k->verdicts[n])
			continue;
		if (cell->verdict == VERDICT_INFRA) {
			*reason = xstrdup(cell->reason);
			return false;
		}
		k->verdicts[n] = result_verdict_text(cell->verdict, cell->class);
		k->reasons[n] = xstrdup(cell->reason);
		k->relocations[n] = bisect_try_relocations(cell);
		found++;
	}
	if (found == s->objects.count)
		return true;
	for (size_t n = 0; n < r->skipped_count && !*reason; n++)
		if (!strcmp(r->skipped[n].kernel, id))
			*reason = xstrdup(r->skipped[n].reason);
	if (!*reason)
		*reason = xstrdup("it has no result");
	return false;
}

static void say_kernel(const struct sweep_request *o, const struct sweep *s, size_t i)
{
	cleanup_buf struct buf line = {0};

	for (size_t n = 0; n < s->objects.count; n++)
		buf_printf(&line, "%s%s %s", n ? ", " : "", s->objects.at[n], s->kernels[i].verdicts[n]);
	watch_say(o->watch, WATCH_NOTE, "%-32s %s", s->list.rows[i].id, buf_str(&line));
}

static void take_result(const struct sweep_request *o, struct sweep *s, const struct result *r, const bool *next)
{
	name_objects(s, r);
	for (size_t i = 0; i < s->list.count; i++) {
		cleanup_free char *reason = NULL;

		if (!next[i])
			continue;
		if (take_kernel(s, r, i, &reason)) {
			settle_kind(s, i);
			say_kernel(o, s, i);
			continue;
		}
		s->kinds[i] = SWEEP_SKIPPED;
		watch_say(o->watch, WATCH_WARNING, "%s is skipped: %s", s->list.rows[i].id, reason);
	}
}

/* Keep what is small of the kernels, and have those that were not there before removed. */
static int leave(const struct sweep_request *o, struct sweep *s, const bool *next, const bool *had, struct error *err)
{
	const struct store_options store = store_of(o);
	cleanup_free char *types = xasprintf("%s/types", s->directory);
	uint64_t sum = 0;
	int rc = 0;

	for (size_t i = 0; i < s->list.count && !rc; i++) {
		const char *release = s->list.rows[i].spec;
		uint64_t bytes = 0;

		if (!next[i] || !store_has(&store, release))
			continue;
		rc = store_keep_types(&store, release, types, err);
		if (!rc && !had[i])
			rc = store_drop(&store, release, &bytes, err);
		sum += bytes;
	}
	if (sum > s->most_bytes)
		s->most_bytes = sum;
	return rc;
}

static int run_step(const struct sweep_request *o, struct sweep *s, const char *list, struct result *r,
                    struct error *err)
{
	/* of these runs only what they are at is worth knowing */
	const struct watch watch = {.ctx = o->watch ? o->watch->ctx : NULL,
	                            .at_work = o->watch ? o->watch->at_work : NULL};
	cleanup_free char *directory = xasprintf("%s/%zu", s->directory, s->runs), *where = NULL;
	const struct run_request run = {
	        .argc = o->argc,
	        .argv = o->argv,
	        .list_path = list,
	        .images = o->images,
	        .directory = directory,
	        .accel = o->accel,
	        .args = o->args,
	        .arg_count = o->arg_count,
	        .repeat = 1,
	        .unpinned = true,
	        .cold = true, /* nobody will resume a guest of a kernel that is removed */
	        .quiet = true,
	        .watch = &watch,
	};

	return run_matrix(&run, r, &where, err);
}

static int step(const struct sweep_request *o, struct sweep *s, const bool *next, size_t count, struct error *err)
{
	const struct store_options store = store_of(o);
	cleanup_free char *list = xasprintf("%s/%zu.txt", s->directory, ++s->runs);
	cleanup_free bool *had = xcalloc(s->list.count, sizeof(*had));
	cleanup_error struct error why = {0};
	struct result *r = result_new();
	int rc, left;

	for (size_t i = 0; i < s->list.count; i++)
		had[i] = next[i] && store_has(&store, s->list.rows[i].spec);
	rc = write_list(s, next, list, &why);
	rc = rc ? rc : run_step(o, s, list, r, &why);
	if (rc && rc != -EINTR && r->skipped_count == count) {
		rc = 0;
		error_clear(&why);
	}
	if (!rc && r->cell_count && result_exit_status(r) == EXIT_CONTRADICTION)
		rc = error_set(&why, EPROTO, "prediction and measurement contradict each other: see %s/%zu",
		               s->directory, s->runs);
	if (!rc) {
		take_result(o, s, r, next);
		if (r->cell_count && result_exit_status(r) > s->status)
			s->status = result_exit_status(r);
	}
	result_free(r);
	left = leave(o, s, next, had, rc ? NULL : &why);
	rc = rc ? rc : left;
	if (rc && err) {
		*err = why;
		why = (struct error){0};
	}
	return rc;
}

/* ---- all steps ---- */

static size_t pick(const struct sweep_request *o, const struct sweep *s, bool *next)
{
	size_t picked = 0;

	for (size_t i = 0; i < s->list.count; i++) {
		next[i] = o->all && picked < step_kernels && s->kinds[i] == SWEEP_UNKNOWN;
		picked += next[i];
	}
	for (size_t i = 0; i < s->series_count && !o->all; i++) {
		const struct sweep_series *x = &s->series[i];

		picked += sweep_pick(s->kinds + x->first, x->count, step_kernels - picked, next + x->first);
	}
	return picked;
}

int sweep_run(const struct sweep_request *o, struct sweep *s, struct error *err)
{
	cleanup_free bool *next = NULL;
	int64_t begin = clock_ms();
	size_t count;
	int rc;

	*s = (struct sweep){0};
	rc = find_kernels(o, s, err);
	rc = rc ? rc : run_dir_create(o->output, &s->directory, err);
	if (rc)
		return rc;
	watch_say(o->watch, WATCH_NOTE, "%zu releases, from %s to %s", s->list.count, s->list.rows[0].id,
	          s->list.rows[s->list.count - 1].id);
	next = xcalloc(s->list.count, sizeof(*next));
	while (!rc && (count = pick(o, s, next)))
		rc = step(o, s, next, count, err);
	s->seconds = (double)(clock_ms() - begin) / 1000;
	return rc;
}
