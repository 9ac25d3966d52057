/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/store/store_build.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <string.h>
#include <sys/statvfs.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/log.h"
#include "host/lib/child.h"
#include "host/store/entry_build.h"
#include "host/store/store_pin.h"

enum { WORKERS = 2 };

/* Measured over 5.10 to 7.3: vmlinux, BTF and configuration of a distribution's kernel take 62 to 68 MB, what it was
 * compressed to 8 to 15. */
static const uint64_t kernel_bytes = (uint64_t)83 << 20;

struct builder {
	struct child_worker worker;
	struct plan_row *row; /* NULL: free */
	int64_t started_ms;
};

struct order {
	struct store_plan *plan;
	struct plan_row *row;
};

static int build_work(void *ctx, struct error *err)
{
	const struct order *o = ctx;
	cleanup_entry_claim struct entry_claim claim = {.fd = -1};
	const struct entry_source source = {.source = o->row->row->source,
	                                    .package = o->row->package,
	                                    .path = o->row->file,
	                                    .sha256 = o->row->file_sha256,
	                                    .modules = o->plan->modules};
	int rc = entry_claim_take(o->plan->dir, o->row->name, o->row->elsewhere, &claim, err);

	if (rc || store_plan_is_there(o->plan, o->row))
		return rc;
	return entry_build(o->plan->dir, o->row->name, &claim, &source, err);
}

/* Bytes that are fetched for a row. */
static uint64_t fetch_bytes(const struct plan_row *r)
{
	return r->package ? r->package->image.size + r->package->config.size : 0;
}

static bool is_first_of_name(const struct store_plan *plan, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (plan->rows[i].state == PLAN_BUILD && !strcmp(plan->rows[i].name, plan->rows[index].name))
			return false;
	return true;
}

/* What all that is still to be built takes, and the largest packages beside it, which are there until it is. */
static uint64_t space_needed(const struct store_plan *plan, size_t *kernels, uint64_t *to_fetch)
{
	uint64_t largest = 0, total = 0;

	*kernels = 0;
	*to_fetch = 0;
	for (size_t i = 0; i < plan->count; i++) {
		if (plan->rows[i].state != PLAN_BUILD || !is_first_of_name(plan, i))
			continue;
		(*kernels)++;
		*to_fetch += fetch_bytes(&plan->rows[i]);
		total += kernel_bytes;
		if (fetch_bytes(&plan->rows[i]) > largest)
			largest = fetch_bytes(&plan->rows[i]);
	}
	return total + largest * (*kernels < WORKERS ? *kernels : WORKERS);
}

static uint64_t space_free(const char *dir)
{
	struct statvfs st;

	return statvfs(dir, &st) ? UINT64_MAX : (uint64_t)st.f_bavail * st.f_frsize;
}

static uint64_t mb(uint64_t bytes)
{
	return (bytes + (1 << 20) - 1) >> 20;
}

static int no_space(const struct store_plan *plan, uint64_t free_bytes, struct error *err)
{
	size_t kernels;
	uint64_t to_fetch, need = space_needed(plan, &kernels, &to_fetch);

	return error_set(err, ENOSPC,
	                 "no space left in %s: kernels still to unpack: %zu, which need about %" PRIu64
	                 " MB; free: %" PRIu64 " MB; make room, or choose fewer kernels",
	                 plan->dir, kernels, mb(need), mb(free_bytes));
}

/* Whether nothing fails when the kernel of this row is not built. */
static bool is_dispensable(const struct store_plan *plan, const struct plan_row *row)
{
	for (size_t i = 0; i < plan->count; i++) {
		const struct plan_row *r = &plan->rows[i];

		if (r->state == PLAN_BUILD && !r->row->optional && !strcmp(r->name, row->name))
			return false;
	}
	return row->state == PLAN_BUILD;
}

int store_plan_make_room(struct store_plan *plan, uint64_t free_bytes, struct error *err)
{
	size_t kernels;
	uint64_t to_fetch;

	for (size_t i = plan->count; free_bytes < space_needed(plan, &kernels, &to_fetch) && i-- > 0;) {
		cleanup_error struct error why = {0};

		if (!is_dispensable(plan, &plan->rows[i]))
			continue;
		no_space(plan, free_bytes, &why);
		store_plan_failed(plan, &plan->rows[i], &why);
	}
	return free_bytes < space_needed(plan, &kernels, &to_fetch) ? no_space(plan, free_bytes, err) : 0;
}

static void say_elsewhere(const struct store_plan *plan, const struct plan_row *row, bool quiet)
{
	if (!quiet && !store_plan_is_there(plan, row))
		log_info("waiting for another run that is fetching %s", row->row->id);
}

static int builder_start(struct builder *builder, struct store_plan *plan, struct plan_row *row, struct error *err)
{
	struct order order = {plan, row};
	int rc = child_worker_start(&builder->worker, build_work, &order, err);

	if (rc)
		return rc;
	builder->row = row;
	builder->started_ms = clock_ms();
	return 0;
}

static void report(const struct plan_row *r, int64_t ms)
{
	if (r->elsewhere)
		log_info("%s: release %s, from another run", r->row->id, r->record.release);
	else if (r->package)
		log_info("%s: %s %s, %.1f MB fetched and unpacked in %.1f s", r->row->id, r->package->image.name,
		         r->package->version, (double)fetch_bytes(r) / 1e6, (double)ms / 1e3);
	else
		log_info("%s: %s, release %s, unpacked in %.1f s", r->row->id, r->file, r->record.release,
		         (double)ms / 1e3);
}

/* Every row that means the entry just built takes it over. */
static int rows_built(struct store_plan *plan, const char *name, struct error *err)
{
	for (size_t i = 0; i < plan->count; i++) {
		struct plan_row *r = &plan->rows[i];
		int rc;

		if (r->state != PLAN_BUILD || strcmp(r->name, name))
			continue;
		rc = store_plan_built(plan, r, err);
		if (rc && (rc = store_plan_failed(plan, r, err)))
			return rc;
	}
	return 0;
}

static int rows_failed(struct store_plan *plan, const char *name, struct error *err)
{
	cleanup_error struct error why = {0};
	int rc = 0;

	if (err->code == ENOSPC)
		no_space(plan, space_free(plan->dir), err);
	why = *err;
	*err = (struct error){0};
	for (size_t i = 0; i < plan->count && !rc; i++) {
		struct plan_row *r = &plan->rows[i];

		if (r->state != PLAN_BUILD || strcmp(r->name, name))
			continue;
		if (why.code == ENOENT && r->package) {
			store_plan_gone(r, why.text);
			continue;
		}
		error_set(err, why.code, "%s", why.text);
		err->status = why.status;
		rc = store_plan_failed(plan, r, err);
	}
	return rc;
}

static int builder_finish(struct builder *builder, struct store_plan *plan, bool quiet, struct error *err)
{
	struct plan_row *row = builder->row;
	cleanup_free char *name = xstrdup(row->name);
	int rc = child_worker_wait(&builder->worker, err);

	builder->row = NULL;
	/* left for the end: it may be there by then */
	if (rc == -EALREADY && !row->elsewhere) {
		error_clear(err);
		row->elsewhere = true;
		return 0;
	}
	if (rc)
		return rows_failed(plan, name, err);
	rc = rows_built(plan, name, err);
	rc = rc || plan->unpinned ? rc : store_pin(plan, err);
	if (!rc && !quiet && row->state == PLAN_PRESENT)
		report(row, clock_ms() - builder->started_ms);
	return rc;
}

/* The builder whose worker has answered or died; NULL when none runs. */
static struct builder *builder_wait(struct builder *builders)
{
	struct pollfd fds[WORKERS];
	size_t running = 0;

	for (size_t i = 0; i < WORKERS; i++) {
		fds[i] = (struct pollfd){.fd = builders[i].row ? builders[i].worker.report : -1, .events = POLLIN};
		running += builders[i].row != NULL;
	}
	while (running) {
		if (poll(fds, WORKERS, -1) < 0)
			continue;
		for (size_t i = 0; i < WORKERS; i++)
			if (builders[i].row && fds[i].revents)
				return &builders[i];
	}
	return NULL;
}

static size_t builders_running(const struct builder *builders)
{
	size_t running = 0;

	for (size_t i = 0; i < WORKERS; i++)
		running += builders[i].row != NULL;
	return running;
}

static struct builder *builder_free(struct builder *builders)
{
	for (size_t i = 0; i < WORKERS; i++)
		if (!builders[i].row)
			return &builders[i];
	return NULL;
}

/* Finish whichever builder ends next. The first error is kept: later ones are often its consequences. */
static void builder_next(struct builder *builders, struct store_plan *plan, bool quiet, int *first, struct error *err)
{
	cleanup_error struct error own = {0};
	struct builder *builder = builder_wait(builders);
	int rc = builder ? builder_finish(builder, plan, quiet, &own) : 0;

	if (!rc || *first)
		return;
	*first = rc;
	if (!err)
		return;
	*err = own;
	own = (struct error){0};
}

/* Build the rows that nobody else was found building, or (`elsewhere`) those that somebody was. */
static int build_rows(struct builder *builders, struct store_plan *plan, bool elsewhere, bool quiet, struct error *err)
{
	int first = 0;

	for (size_t i = 0; i < plan->count && !first; i++) {
		struct plan_row *row = &plan->rows[i];
		struct builder *builder;
		int rc;

		if (row->state != PLAN_BUILD || row->elsewhere != elsewhere || !is_first_of_name(plan, i))
			continue;
		while (!(builder = builder_free(builders)) && !first)
			builder_next(builders, plan, quiet, &first, err);
		if (first)
			break;
		if (elsewhere)
			say_elsewhere(plan, row, quiet);
		rc = builder_start(builder, plan, row, err);
		if (rc)
			first = rc;
	}
	while (builders_running(builders))
		builder_next(builders, plan, quiet, &first, err);
	return first;
}

int store_plan_build(struct store_plan *plan, bool quiet, struct error *err)
{
	struct builder builders[WORKERS] = {0};
	uint64_t to_fetch;
	size_t kernels;
	int first = 0;

	if (!store_plan_count(plan, PLAN_BUILD))
		return 0;
	first = store_plan_make_room(plan, space_free(plan->dir), err);
	if (first || !space_needed(plan, &kernels, &to_fetch))
		return first;
	if (!quiet && to_fetch)
		log_info("%zu %s to fetch, %" PRIu64 " MB", kernels, kernels == 1 ? "kernel" : "kernels", mb(to_fetch));
	first = build_rows(builders, plan, false, quiet, err);
	return first ? first : build_rows(builders, plan, true, quiet, err);
}
