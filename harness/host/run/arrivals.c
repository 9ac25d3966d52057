/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/run/arrivals.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "host/store/store_modules.h"

/* Another process may fetch a kernel, which nothing here would hear of. */
#define LOOK_MS 250

/* Unpacking leaves the processors to the guests, which somebody waits for. */
#define FETCH_NICENESS 10

/* ---- the process that fetches ---- */

static int fetch(void *ctx, struct error *err)
{
	const struct arrivals *a = ctx;
	struct store_kernel *kernels;
	struct module_set *sets = NULL;
	size_t count;
	int rc;

	errno = 0;
	if (nice(FETCH_NICENESS) < 0 && errno)
		return error_set(err, errno, "nice: %s", strerror(errno));
	rc = store_prepare(a->store, a->list, &kernels, &count, err);
	if (!rc)
		rc = store_modules_prepare(a->store, a->list, kernels, count, a->store->modules, &sets, err);
	store_modules_free(sets, count);
	store_kernels_free(kernels, count);
	return rc;
}

/* ---- what has come ---- */

/* Some rows of the list, as a list; its rows are borrowed. */
struct some_rows {
	struct kernel_list list;
	size_t *at; /* their indices */
};

static void some_rows_free(struct some_rows *some)
{
	free(some->list.rows);
	free(some->at);
}

static struct some_rows missing_rows(const struct kernel_list *list, const bool *there)
{
	struct some_rows some = {.list = {.path = list->path, .rows = xcalloc(list->count, sizeof(*list->rows))},
	                         .at = xcalloc(list->count, sizeof(*some.at))};

	for (size_t i = 0; i < list->count; i++) {
		if (there && there[i])
			continue;
		some.at[some.list.count] = i;
		some.list.rows[some.list.count++] = list->rows[i];
	}
	return some;
}

/* Leave those that the store has, whole. */
static int keep_present(const struct store_options *store, struct some_rows *some, struct error *err)
{
	struct store_row *rows;
	size_t count, kept = 0;
	int rc = store_list(store, &some->list, &rows, &count, err);

	for (size_t i = 0; i < count; i++) {
		if (!rows[i].present)
			continue;
		some->at[kept] = some->at[i];
		some->list.rows[kept++] = some->list.rows[i];
	}
	some->list.count = kept;
	store_rows_free(rows, count);
	return rc;
}

/* The store has them: no network is needed but for modules that were not asked for when they were fetched. */
static int take(struct arrivals *a, const struct some_rows *some, struct error *err)
{
	struct store_kernel *kernels;
	struct module_set *sets = NULL;
	struct external_btf *external = NULL;
	size_t count;
	int rc = store_prepare(a->store, &some->list, &kernels, &count, err);

	if (!rc)
		rc = store_modules_prepare(a->store, &some->list, kernels, count, a->store->modules, &sets, err);
	if (!rc)
		rc = external_btf_read(&some->list, kernels, NULL, &external, err);
	if (rc) {
		store_modules_free(sets, count);
		store_kernels_free(kernels, count);
		external_btf_free(external, count);
		return rc;
	}
	for (size_t i = 0; i < count; i++) {
		size_t row = some->at[i];

		store_kernel_free(&a->kernels[row]);
		free(a->external[row].path);
		a->kernels[row] = kernels[i];
		a->modules[row] = sets[i];
		a->external[row] = external[i];
		a->there[row] = true;
	}
	a->missing -= count;
	free(kernels);
	free(sets);
	free(external);
	return 0;
}

static int look(struct arrivals *a, struct error *err)
{
	struct some_rows some __attribute__((cleanup(some_rows_free))) = missing_rows(a->list, a->there);
	int rc = keep_present(a->store, &some, err);

	return rc || !some.list.count ? rc : take(a, &some, err);
}

/* ---- the interface ---- */

bool arrivals_are_due(const struct store_options *store, const struct kernel_list *list)
{
	struct some_rows some __attribute__((cleanup(some_rows_free))) = missing_rows(list, NULL);

	for (size_t i = 0; i < list->count; i++)
		if (list->rows[i].optional || *list->rows[i].btf)
			return false;
	return !store->frozen && !keep_present(store, &some, NULL) && some.list.count < list->count;
}

int arrivals_start(struct arrivals *a, struct error *err)
{
	int rc;

	a->missing = a->list->count;
	a->kernels = xcalloc(a->missing, sizeof(*a->kernels));
	a->modules = xcalloc(a->missing, sizeof(*a->modules));
	a->external = xcalloc(a->missing, sizeof(*a->external));
	a->there = xcalloc(a->missing, sizeof(*a->there));
	for (size_t i = 0; i < a->list->count; i++) {
		a->kernels[i] = store_kernel_awaited(&a->list->rows[i]);
		a->external[i].path = xstrdup("");
	}
	rc = store_resolve(a->store, a->list, err);
	rc = rc ? rc : look(a, err);
	rc = rc ? rc : child_worker_start(&a->worker, fetch, a, err);
	if (rc)
		return rc;
	a->fetching = true;
	while (a->missing == a->list->count && a->fetching) {
		poll(&(struct pollfd){.fd = arrivals_fd(a), .events = POLLIN}, 1, LOOK_MS);
		arrivals_step(a);
	}
	if (a->missing < a->list->count)
		return 0;
	*err = a->failed;
	a->failed = (struct error){0};
	return -err->code;
}

int arrivals_fd(const struct arrivals *a)
{
	return a->fetching ? a->worker.report : -1;
}

int64_t arrivals_wake_ms(const struct arrivals *a)
{
	return a->fetching && a->missing ? clock_ms() + LOOK_MS : INT64_MAX;
}

void arrivals_step(struct arrivals *a)
{
	cleanup_error struct error why = {0}, blind = {0};
	struct pollfd fd = {.fd = arrivals_fd(a), .events = POLLIN};
	bool ended;

	if (!a->fetching)
		return;
	ended = poll(&fd, 1, 0) == 1;
	if (ended) {
		child_worker_wait(&a->worker, &why);
		a->fetching = false;
	}
	if (look(a, &blind)) {
		arrivals_end(a);
		error_clear(&why);
		why = blind;
		blind = (struct error){0};
	}
	if (a->fetching || !a->missing)
		return;
	if (!why.text)
		error_set(&why, EIO, "the kernel was fetched and is not in %s", a->store->dir);
	a->failed = why;
	why = (struct error){0};
}

void arrivals_end(struct arrivals *a)
{
	if (a->fetching)
		child_worker_kill(&a->worker);
	a->fetching = false;
}

void arrivals_free(struct arrivals *a)
{
	arrivals_end(a);
	free(a->there);
	error_clear(&a->failed);
}
