/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/bisect/bisect.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/bisect/bisect_suspect.h"
#include "host/run/run_dir.h"
#include "host/store/store.h"

void bisect_free(struct bisect *b)
{
	for (size_t i = 0; b->tries && i < b->releases.count; i++)
		bisect_try_free(&b->tries[i]);
	free(b->tries);
	free(b->states);
	free(b->changes);
	strings_free(&b->releases);
	free(b->directory);
	*b = (struct bisect){0};
}

/* ---- which kernels ---- */

/* Release and version that `name` stands for; both are the caller's. */
static int find_kernel(const struct bisect_request *o, const char *name, char **release, char **version,
                       struct error *err)
{
	const struct store_options store = {.dir = o->images};
	cleanup_kernel_list struct kernel_list list = {0};
	struct store_row *rows = NULL;
	size_t count = 0;
	int rc = 0;

	*release = xstrdup(name);
	*version = xstrdup("");
	/* a release needs no list */
	if (kernel_list_read(o->list_path, &list, NULL) || store_list(&store, &list, &rows, &count, NULL))
		return 0;
	for (size_t i = 0; i < count && !rc; i++) {
		if (strcmp(list.rows[i].id, name))
			continue;
		if (!*rows[i].release || !*rows[i].version)
			rc = error_usage(
			        err,
			        "%s: the row of %s has not been resolved to a kernel of a mirror; `corematrix kernels fetch` does that, or give a release",
			        name, o->list_path);
		free(*release);
		free(*version);
		*release = xstrdup(rows[i].release);
		*version = xstrdup(rows[i].version);
	}
	store_rows_free(rows, count);
	return rc;
}

static int make_row(const struct bisect_request *o, struct bisect *b, struct error *err)
{
	const struct store_options store = {.dir = o->images};
	cleanup_free char *good = NULL, *good_version = NULL, *bad = NULL, *bad_version = NULL;
	int rc = find_kernel(o, o->good, &good, &good_version, err);

	rc = rc ? rc : find_kernel(o, o->bad, &bad, &bad_version, err);
	if (rc)
		return rc;
	strings_add(&b->releases, good);
	rc = store_range(&store, NULL, (struct release_point){good, good_version},
	                 (struct release_point){bad, bad_version}, true, &b->releases, err);
	strings_add(&b->releases, bad);
	b->states = xcalloc(b->releases.count, sizeof(*b->states));
	b->tries = xcalloc(b->releases.count, sizeof(*b->tries));
	return rc;
}

/* ---- trying ---- */

static bool is_like(const struct bisect *b, size_t x, size_t y)
{
	return bisect_try_alike(&b->tries[x], &b->tries[y], b->by_relocations);
}

static int try_kernel(const struct bisect_request *o, struct bisect *b, size_t i, struct error *err)
{
	/* of a run of one cell only what it is at is worth knowing */
	const struct watch watch = {.ctx = o->watch ? o->watch->ctx : NULL,
	                            .at_work = o->watch ? o->watch->at_work : NULL};
	char *objects[] = {o->object};
	const struct run_request run = {
	        .argc = o->argc,
	        .argv = o->argv,
	        .images = o->images,
	        .accel = o->accel,
	        .args = objects,
	        .arg_count = 1,
	        .variant = o->variant,
	        .repeat = 1,
	        .quiet = true,
	        .watch = &watch,
	};
	struct bisect_try *t = &b->tries[i];
	int rc = bisect_try_run(run, b->releases.at[i], b->directory, t, err);

	if (!rc)
		watch_say(o->watch, WATCH_NOTE, "%-32s %s%s%s", b->releases.at[i], t->verdict, *t->reason ? ": " : "",
		          t->reason);
	return rc;
}

static int try_ends(const struct bisect_request *o, struct bisect *b, struct error *err)
{
	size_t last = b->releases.count - 1;
	int rc = try_kernel(o, b, 0, err);

	rc = rc ? rc : try_kernel(o, b, last, err);
	if (rc)
		return rc;
	if (b->tries[0].infra || b->tries[last].infra)
		return error_set(err, EIO, "%s could not be measured: %s", b->releases.at[b->tries[0].infra ? 0 : last],
		                 b->tries[b->tries[0].infra ? 0 : last].reason);
	b->by_relocations = !strcmp(b->tries[0].verdict, b->tries[last].verdict);
	if (is_like(b, 0, last))
		return error_usage(
		        err,
		        "%s is %s on both %s and %s, with the same relocations resolved: nothing changes between them",
		        o->object, b->tries[0].verdict, b->releases.at[0], b->releases.at[last]);
	b->states[0] = BISECT_GOOD;
	b->states[last] = BISECT_BAD;
	return 0;
}

struct measurement {
	const struct bisect_request *request;
	struct bisect *b;
};

/* A bisect_measure. A kernel that the mirror lists and does not have, or that does not boot, is passed over. */
static int measure(void *ctx, size_t i, enum bisect_state *state, struct error *err)
{
	const struct measurement *m = ctx;
	struct bisect *b = m->b;
	cleanup_error struct error why = {0};
	int rc = try_kernel(m->request, b, i, &why);

	if (rc == -EIO || (!rc && b->tries[i].infra)) {
		watch_say(m->request->watch, WATCH_WARNING, "%s is skipped: %s", b->releases.at[i],
		          rc ? why.text : b->tries[i].reason);
		*state = BISECT_SKIPPED;
		return 0;
	}
	if (rc)
		return error_set(err, why.code, "%s", why.text);
	*state = is_like(b, 0, i) ? BISECT_GOOD : BISECT_BAD;
	return 0;
}

static int search(const struct bisect_request *o, struct bisect *b, struct error *err)
{
	cleanup_free bool *suspects = xcalloc(b->releases.count, sizeof(*suspects));
	struct measurement m = {o, b};
	int rc = try_ends(o, b, err);

	bisect_suspect(o->object, o->variant, o->images, &b->releases, suspects);
	rc = rc ? rc : bisect_search(b->states, b->releases.count, suspects, o->probes, measure, &m, err);
	if (rc)
		return rc;
	b->changes = xcalloc(b->releases.count, sizeof(*b->changes));
	b->change_count = bisect_changes(b->states, b->releases.count, b->changes);
	b->good = b->changes[0].before;
	b->bad = b->changes[0].after;
	return 0;
}

int bisect_run(const struct bisect_request *o, struct bisect *b, struct error *err)
{
	int rc;

	*b = (struct bisect){0};
	rc = make_row(o, b, err);
	rc = rc ? rc : run_dir_create(o->output, &b->directory, err);
	if (rc)
		return rc;
	watch_say(o->watch, WATCH_NOTE, "%zu releases from %s to %s", b->releases.count, b->releases.at[0],
	          b->releases.at[b->releases.count - 1]);
	return search(o, b, err);
}
