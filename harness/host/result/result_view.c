/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/result/result_view.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"

const struct cell_view *result_view_cell(const struct result_view *v, size_t kernel, size_t object)
{
	return &v->cells[kernel * v->r->object_count + object];
}

/* ---- cells ---- */

/* Number of the kernel or object, or their count; cells come in order, so the search starts where the last one was. */
static size_t find_kernel(const struct result *r, const char *id, size_t start)
{
	for (size_t i = 0; i < r->kernel_count; i++) {
		size_t k = (start + i) % r->kernel_count;

		if (!strcmp(r->kernels[k].id, id))
			return k;
	}
	return r->kernel_count;
}

static size_t find_object(const struct result *r, const char *name, size_t start)
{
	for (size_t i = 0; i < r->object_count; i++) {
		size_t o = (start + i) % r->object_count;

		if (!strcmp(r->objects[o].name, name))
			return o;
	}
	return r->object_count;
}

static void make_cells(struct result_view *v)
{
	const struct result *r = v->r;
	size_t count = r->kernel_count * r->object_count, kernel = 0, object = 0;
	cleanup_free const struct result_cell **cells = xcalloc(count + 1, sizeof(*cells));

	for (size_t i = 0; i < r->cell_count; i++) {
		size_t k = find_kernel(r, r->cells[i].kernel, kernel);
		size_t o = find_object(r, r->cells[i].object, object);
		size_t place = k * r->object_count + o;

		if (k == r->kernel_count || o == r->object_count)
			continue;
		kernel = k;
		object = o + 1;
		cells[place] = cells[place] ? cells[place] : &r->cells[i];
	}
	v->cells = xcalloc(count + 1, sizeof(*v->cells));
	for (size_t i = 0; i < count; i++)
		cell_view_make(cells[i], i / r->object_count, i % r->object_count, &v->cells[i]);
}

/* ---- kernels in words ---- */

static int by_name(const void *a, const void *b)
{
	return kernel_name_order(a, b);
}

static void make_names(struct result_view *v)
{
	const struct result *r = v->r;

	v->names = xcalloc(r->kernel_count + 1, sizeof(*v->names));
	v->places = xcalloc(r->kernel_count + 1, sizeof(*v->places));
	for (size_t k = 0; k < r->kernel_count; k++)
		v->names[k] = (struct kernel_name){r->kernels[k].id, r->kernels[k].release};
	if (r->kernel_count)
		qsort(v->names, r->kernel_count, sizeof(*v->names), by_name);
	for (size_t k = 0; k < r->kernel_count; k++)
		while (v->names[v->places[k]].id != r->kernels[k].id)
			v->places[k]++;
}

char *result_view_kernels(const struct result_view *v, const bool *in)
{
	size_t count = v->r->kernel_count;
	cleanup_free bool *sorted = xcalloc(count + 1, sizeof(*sorted));

	for (size_t k = 0; k < count; k++)
		sorted[v->places[k]] = in[k];
	return kernel_group_text(v->names, sorted, count);
}

/* ---- causes ---- */

/* Whether what `cause` says of its kernel is so of kernel `k`; and in which words, for the first and for the others. */
typedef const char *(*cause_words)(const struct result_view *v, const struct cause *cause, size_t k);

/* The last attempt that failed, NULL when no VM was started. */
static const struct result_attempt *failed_attempt(const struct result_kernel *k)
{
	for (size_t a = k->attempt_count; a; a--)
		if (k->attempts[a - 1].failed)
			return &k->attempts[a - 1];
	return NULL;
}

static char *see_of(const struct cause *cause)
{
	const struct result_attempt *a = failed_attempt(cause->kernel);

	if (cause->topic != CAUSE_UNMEASURED)
		return xstrdup("");
	if (cause->cell)
		return xstrdup(cause->cell->cell->log);
	return a && *a->console ? xasprintf("%s, and %s starts it again", a->console, a->script) : xstrdup("");
}

static size_t kernel_of(const struct result_view *v, const struct cause *cause)
{
	return (size_t)(cause->kernel - v->r->kernels);
}

/* Add `cause`, of which topic, kernel and what it is about are set, unless an earlier kernel has brought it already. */
static void add_cause(struct result_view *v, struct cause cause, cause_words words)
{
	size_t first = kernel_of(v, &cause), count = v->r->kernel_count;
	cleanup_free bool *in = xcalloc(count + 1, sizeof(*in));

	cause.reason = words(v, &cause, first);
	for (size_t k = 0; k < count; k++) {
		const char *reason = words(v, &cause, k);

		if (!reason)
			continue;
		if (k < first)
			return;
		in[k] = true;
		cause.kernel_count++;
		cause.varies |= strcmp(reason, cause.reason) != 0;
	}
	cause.kernels = result_view_kernels(v, in);
	cause.see = see_of(&cause);
	cause.cell_count = cause.kernel_count * (cause.cell ? 1 : v->r->object_count);
	/* grown at powers of two */
	if ((v->cause_count & (v->cause_count - 1)) == 0)
		v->causes = xrealloc(v->causes, v->cause_count ? v->cause_count * 2 : 1, sizeof(*v->causes));
	v->causes[v->cause_count++] = cause;
}

static const char *kernel_words(const struct result_view *v, const struct cause *cause, size_t k)
{
	const struct result_kernel *a = cause->kernel, *b = &v->r->kernels[k];

	return b->infra && cell_view_same_words(a->reason, b->reason) ? b->reason : NULL;
}

static const char *cell_words(const struct result_view *v, const struct cause *cause, size_t k)
{
	const struct cell_view *other = result_view_cell(v, k, cause->cell->object);

	if (!cell_view_alike(cause->cell, other) || (cause->cell->state == CELL_UNMEASURED && v->r->kernels[k].infra))
		return NULL;
	return other->cell->reason;
}

static const char *contradiction_words(const struct result_view *v, const struct cause *cause, size_t k)
{
	const struct result_cell *a = cause->cell->cell, *b = result_view_cell(v, k, cause->cell->object)->cell;
	size_t number = cause->relocation ? (size_t)(cause->relocation - a->relocations) : 0;
	const char *x = cause->relocation ? cause->relocation->disagreement : a->disagreement, *y;

	if (!b || (cause->relocation && number >= b->relocation_count))
		return NULL;
	y = cause->relocation ? b->relocations[number].disagreement : b->disagreement;
	return *y && cell_view_same_words(x, y) ? y : NULL;
}

static void add_contradictions(struct result_view *v, const struct cell_view *cell)
{
	struct cause cause = {.topic = CAUSE_CONTRADICTION, .kernel = &v->r->kernels[cell->kernel], .cell = cell};

	if (*cell->cell->disagreement)
		add_cause(v, cause, contradiction_words);
	for (size_t i = 0; i < cell->cell->relocation_count; i++) {
		cause.relocation = &cell->cell->relocations[i];
		if (*cause.relocation->disagreement)
			add_cause(v, cause, contradiction_words);
	}
}

static const char *hook_words(const struct result_view *v, const struct cause *cause, size_t k)
{
	const char *hooks = result_view_cell(v, k, cause->cell->object)->never_driven;

	return strcmp(hooks, cause->cell->never_driven) ? NULL : hooks;
}

static void add_cell_causes(struct result_view *v, const struct cell_view *cell)
{
	const struct result_kernel *k = &v->r->kernels[cell->kernel];
	struct cause cause = {.kernel = k, .cell = cell};

	if (!cell->cell)
		return;
	if (cell->state == CELL_UNEXPECTED)
		cause.topic = CAUSE_UNEXPECTED;
	else if (cell->state == CELL_UNMEASURED)
		cause.topic = CAUSE_UNMEASURED;
	else
		cause.topic = CAUSE_NOTE;
	/* what holds for a kernel as a whole is not told again of each of its cells */
	if (cell->state == CELL_UNMEASURED ? !k->infra : cell->state == CELL_UNEXPECTED || cell->noted)
		add_cause(v, cause, cell_words);
	add_contradictions(v, cell);
	cause.topic = CAUSE_NEVER_DRIVEN;
	if (*cell->never_driven)
		add_cause(v, cause, hook_words);
}

static void make_causes(struct result_view *v)
{
	for (size_t k = 0; k < v->r->kernel_count; k++)
		if (v->r->kernels[k].infra)
			add_cause(v, (struct cause){.topic = CAUSE_UNMEASURED, .kernel = &v->r->kernels[k]},
			          kernel_words);
	for (size_t i = 0; i < v->r->kernel_count * v->r->object_count; i++)
		add_cell_causes(v, &v->cells[i]);
}

/* ---- forecasts ---- */

static bool is_same_forecast(const struct result_forecast *a, const struct result_forecast *b)
{
	return !strcmp(a->object, b->object) && !strcmp(a->predicted, b->predicted) &&
	       cell_view_same_words(a->reason, b->reason);
}

static void add_forecast(struct result_view *v, const struct result_forecast *f)
{
	for (size_t i = 0; i < v->forecast_count; i++) {
		struct forecast_view *known = &v->forecasts[i];
		cleanup_free char *before = NULL;

		if (!is_same_forecast(known->forecast, f))
			continue;
		before = known->kernels;
		known->kernels = xasprintf("%s, %s", before, f->kernel);
		return;
	}
	v->forecasts[v->forecast_count++] = (struct forecast_view){f, xstrdup(f->kernel)};
}

static void make_forecasts(struct result_view *v)
{
	v->forecasts = xcalloc(v->r->forecast_count + 1, sizeof(*v->forecasts));
	for (size_t i = 0; i < v->r->forecast_count; i++)
		add_forecast(v, &v->r->forecasts[i]);
}

/* ---- the whole ---- */

struct result_view *result_view_new(const struct result *r)
{
	struct result_view *v = xcalloc(1, sizeof(*v));
	size_t matrix = r->kernel_count * r->object_count;

	v->r = r;
	result_count(r, &v->totals);
	v->missing = matrix > v->totals.cells ? matrix - v->totals.cells : 0;
	make_cells(v);
	make_names(v);
	make_causes(v);
	make_forecasts(v);
	return v;
}

void result_view_free(struct result_view *v)
{
	if (!v)
		return;
	for (size_t i = 0; i < v->r->kernel_count * v->r->object_count; i++)
		cell_view_free(&v->cells[i]);
	for (size_t i = 0; i < v->cause_count; i++) {
		free(v->causes[i].kernels);
		free(v->causes[i].see);
	}
	for (size_t i = 0; i < v->forecast_count; i++)
		free(v->forecasts[i].kernels);
	free(v->cells);
	free(v->causes);
	free(v->forecasts);
	free(v->names);
	free(v->places);
	free(v);
}
