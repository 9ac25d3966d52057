/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/result/result_merge.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/lib/text.h"
#include "host/result/result_join.h"

/* ---- whether they are the parts of one matrix ---- */

static int differ(const struct result_merged *a, const struct result_merged *b, const char *what, const char *of_a,
                  const char *of_b, struct error *err)
{
	return error_usage(err, "%s and %s are no parts of one matrix: %s is \"%s\" in one, \"%s\" in the other",
	                   a->name, b->name, what, of_a, of_b);
}

static int check_part(const struct result_merged *p, struct error *err)
{
	const struct result_part *part = &p->r->part;

	if (!part->n)
		return error_usage(err, "%s is no part: it was not run with --part", p->name);
	if (!p->r->complete)
		return error_usage(err, "%s (part %u of %u) was stopped before its end: run that part again", p->name,
		                   part->k, part->n);
	return 0;
}

/* Files for single architectures. */
static int check_files(const struct result_merged *a, const struct result_merged *b, const struct result_object *x,
                       const struct result_object *y, struct error *err)
{
	for (size_t i = 0; i < x->file_count || i < y->file_count; i++) {
		const struct result_file *f = i < x->file_count ? &x->files[i] : NULL;
		const struct result_file *g = i < y->file_count ? &y->files[i] : NULL;
		cleanup_free char *what = xasprintf("%s for %s", x->name, f ? f->arch : g->arch);

		if (!f || !g || strcmp(f->arch, g->arch) || strcmp(f->sha256, g->sha256))
			return differ(a, b, what, f ? f->sha256 : "", g ? g->sha256 : "", err);
	}
	return 0;
}

/* All objects of the matrix, of which each part has some. */
static int check_dealt_objects(const struct result_merged *a, const struct result_merged *b, struct error *err)
{
	const struct strings *x = &a->r->part.objects, *y = &b->r->part.objects;

	for (size_t i = 0; i < x->count || i < y->count; i++) {
		const char *of_x = i < x->count ? x->at[i] : "", *of_y = i < y->count ? y->at[i] : "";

		if (strcmp(of_x, of_y))
			return differ(a, b, "an object", of_x, of_y, err);
	}
	return 0;
}

/* How many of the whole's objects are the part's. */
static size_t dealt(const struct result_part *part)
{
	return (part->objects.count + part->n - part->k) / part->n;
}

/* Several for each that was dealt to it, under as many versions of libbpf. */
static size_t versions_of(const struct result *r)
{
	size_t own = dealt(&r->part);

	return own ? r->object_count / own : 0;
}

/* What it has is what was dealt to it. */
static int check_own_objects(const struct result_merged *p, struct error *err)
{
	const struct result_part *part = &p->r->part;
	size_t versions = versions_of(p->r);
	bool fits = versions && versions * dealt(part) == p->r->object_count;

	for (size_t i = 0; fits && i < p->r->object_count; i++) {
		cleanup_free char *hash = xasprintf(" %s ", p->r->objects[i].sha256);

		fits = strstr(part->objects.at[i / versions * part->n + part->k - 1], hash) != NULL;
	}
	return fits ? 0
	            : error_usage(err, "%s (part %u of %u) does not have the objects of that part", p->name, part->k,
	                          part->n);
}

static const struct result_kernel *find_kernel(const struct result *r, const char *id)
{
	for (size_t i = 0; i < r->kernel_count; i++)
		if (!strcmp(r->kernels[i].id, id))
			return &r->kernels[i];
	return NULL;
}

static int check_kernel(const struct result_merged *a, const struct result_merged *b, const struct result_kernel *x,
                        struct error *err)
{
	const struct result_kernel *y = find_kernel(b->r, x->id);
	const char *const of_x[] = {x->release, x->image_sha256, x->btf_sha256};
	const char *const of_y[] = {y ? y->release : "", y ? y->image_sha256 : "", y ? y->btf_sha256 : ""};

	if (!y)
		return error_usage(err, "%s and %s are no parts of one matrix: %s was left out of %s", a->name, b->name,
		                   x->id, b->name);
	/* one that did not come to a machine has none */
	for (size_t i = 0; i < sizeof(of_x) / sizeof(*of_x); i++)
		if (*of_x[i] && *of_y[i] && strcmp(of_x[i], of_y[i]))
			return differ(a, b, x->id, of_x[i], of_y[i], err);
	return 0;
}

/* Machines that fetch for themselves may come to other releases of one row. */
static int check_kernels(const struct result_merged *a, const struct result_merged *b, struct error *err)
{
	int rc = 0;

	for (size_t i = 0; i < a->r->kernel_count && !rc; i++)
		rc = check_kernel(a, b, &a->r->kernels[i], err);
	for (size_t i = 0; i < b->r->kernel_count && !rc; i++)
		rc = check_kernel(b, a, &b->r->kernels[i], err);
	return rc;
}

static int check_cut_by_objects(const struct result_merged *a, const struct result_merged *b, struct error *err)
{
	int rc = check_dealt_objects(a, b, err);

	rc = rc ? rc : check_own_objects(a, err);
	rc = rc ? rc : check_own_objects(b, err);
	if (!rc && versions_of(a->r) != versions_of(b->r))
		rc = error_usage(err, "%s and %s are no parts of one matrix: one has more versions of libbpf", a->name,
		                 b->name);
	return rc ? rc : check_kernels(a, b, err);
}

/* An ini decides as much as the object does. */
static int check_objects(const struct result_merged *a, const struct result_merged *b, struct error *err)
{
	for (size_t i = 0; i < a->r->object_count || i < b->r->object_count; i++) {
		const struct result_object *x = i < a->r->object_count ? &a->r->objects[i] : NULL;
		const struct result_object *y = i < b->r->object_count ? &b->r->objects[i] : NULL;

		if (!x || !y || strcmp(x->name, y->name))
			return differ(a, b, "an object", x ? x->name : "", y ? y->name : "", err);
		if (strcmp(x->sha256, y->sha256))
			return differ(a, b, x->name, x->sha256, y->sha256, err);
		if (strcmp(x->ini_sha256, y->ini_sha256)) {
			cleanup_free char *what = xasprintf("the ini of %s", x->name);

			return differ(a, b, what, x->ini_sha256, y->ini_sha256, err);
		}
		if (check_files(a, b, x, y, err))
			return -err->code;
	}
	return 0;
}

static int check_pair(const struct result_merged *a, const struct result_merged *b, struct error *err)
{
	const struct result *x = a->r, *y = b->r;

	if (x->part.n != y->part.n)
		return error_usage(err, "%s and %s are no parts of one matrix: one is of %u parts, the other of %u",
		                   a->name, b->name, x->part.n, y->part.n);
	if (x->part.cut != y->part.cut)
		return error_usage(err, "%s and %s are no parts of one matrix: one is cut by %s, the other by %s",
		                   a->name, b->name, result_cut_name(x->part.cut), result_cut_name(y->part.cut));
	if (strcmp(x->part.list_sha256, y->part.list_sha256))
		return differ(a, b, "the list of kernels", x->part.list_sha256, y->part.list_sha256, err);
	if (strcmp(x->host.corematrix, y->host.corematrix))
		return differ(a, b, "corematrix", x->host.corematrix, y->host.corematrix, err);
	if (strcmp(x->host.libbpf, y->host.libbpf))
		return differ(a, b, "libbpf", x->host.libbpf, y->host.libbpf, err);
	if (strcmp(x->host.agent, y->host.agent))
		return differ(a, b, "the agent", x->host.agent, y->host.agent, err);
	if (x->part.k == y->part.k)
		return error_usage(err, "%s and %s are both part %u of %u", a->name, b->name, x->part.k, x->part.n);
	return x->part.cut == RESULT_CUT_OBJECTS ? check_cut_by_objects(a, b, err) : check_objects(a, b, err);
}

static int check(const struct result_merged *parts, size_t count, struct error *err)
{
	cleanup_buf struct buf missing = {0};
	unsigned n;
	int rc = 0;

	for (size_t i = 0; i < count && !rc; i++)
		rc = check_part(&parts[i], err);
	for (size_t i = 0; i < count && !rc; i++)
		for (size_t k = 0; k < i && !rc; k++)
			rc = check_pair(&parts[k], &parts[i], err);
	n = rc ? 0 : parts[0].r->part.n;
	for (unsigned k = 1; k <= n; k++) {
		bool found = false;

		for (size_t i = 0; i < count; i++)
			found |= parts[i].r->part.k == k;
		if (!found)
			buf_printf(&missing, "%s%u", missing.len ? ", " : "", k);
	}
	return missing.len ? error_usage(err, "of %u parts these are missing: %s", n, buf_str(&missing)) : rc;
}

/* ---- the whole ---- */

/* "A", or "A, B" where the machines differ. */
static void add_text(char **to, const char *more)
{
	cleanup_free char *both = NULL;

	if (!*more || strstr(*to, more))
		return;
	both = **to ? xasprintf("%s, %s", *to, more) : xstrdup(more);
	text_set(to, both);
}

static void merge_hosts(struct result *whole, const struct result_merged *parts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct result *r = parts[i].r;

		add_text(&whole->host.uname, r->host.uname);
		add_text(&whole->host.qemu, r->host.qemu);
		add_text(&whole->host.accel, r->host.accel);
		add_text(&whole->host.libbpf, r->host.libbpf);
		add_text(&whole->host.corematrix, r->host.corematrix);
		add_text(&whole->host.agent, r->host.agent);
		add_text(&whole->host.cc, r->host.cc);
		add_text(&whole->host.clang, r->host.clang);
		add_text(&whole->host.vmlinux_h, r->host.vmlinux_h);
		if (r->host.cpus > whole->host.cpus)
			whole->host.cpus = r->host.cpus;
		if (!i || strcmp(r->started, whole->started) < 0)
			text_set(&whole->started, r->started);
		if (r->elapsed_s > whole->elapsed_s)
			whole->elapsed_s = r->elapsed_s;
	}
}

/* Whether an unused allowance is of an object's ini, not of a row. */
static bool is_of_object(const struct result *r, const char *text)
{
	for (size_t i = 0; i < r->object_count; i++) {
		size_t len = strlen(r->objects[i].name);

		if (!strncmp(text, r->objects[i].name, len) && text[len] == ':')
			return true;
	}
	return false;
}

/* Of what several parts have it is unused when no part used it; what one part alone has is its business. */
static bool is_unused(const struct result *whole, const struct result_merged *parts, size_t count, const char *text)
{
	bool shared = is_of_object(whole, text) == (parts[0].r->part.cut == RESULT_CUT_KERNELS), everywhere = true;

	for (size_t i = 0; shared && i < count; i++)
		everywhere &= strings_has(&parts[i].r->unused_allowances, text);
	return everywhere;
}

static void merge_allowances(struct result *whole, const struct result_merged *parts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct strings *unused = &parts[i].r->unused_allowances;

		for (size_t k = 0; k < unused->count; k++)
			if (!strings_has(&whole->unused_allowances, unused->at[k]) &&
			    is_unused(whole, parts, count, unused->at[k]))
				strings_add(&whole->unused_allowances, unused->at[k]);
	}
}

static int by_line(const void *a, const void *b)
{
	const struct result_kernel *x = a, *y = b;

	return x->line < y->line ? -1 : x->line > y->line;
}

/* ---- cut by kernels ---- */

static void merge_kernels(struct result *whole, const struct result_merged *parts, size_t count)
{
	for (size_t o = 0; o < parts[0].r->object_count; o++)
		RESULT_SWAP(result_add_object(whole), &parts[0].r->objects[o]);
	merge_allowances(whole, parts, count);
	for (size_t i = 0; i < count; i++) {
		struct result *r = parts[i].r;

		for (size_t k = 0; k < r->kernel_count; k++)
			RESULT_SWAP(result_add_kernel(whole), &r->kernels[k]);
		for (size_t k = 0; k < r->skipped_count; k++)
			RESULT_SWAP(result_add_skipped(whole), &r->skipped[k]);
		for (size_t k = 0; k < r->forecast_count; k++)
			RESULT_SWAP(result_add_forecast(whole), &r->forecasts[k]);
		for (size_t k = 0; k < r->cell_count; k++)
			RESULT_SWAP(result_add_cell(whole), &r->cells[k]);
	}
}

/* ---- cut by objects ---- */

static int by_part(const void *a, const void *b)
{
	const struct result_merged *x = a, *y = b;

	return x->r->part.k < y->r->part.k ? -1 : x->r->part.k > y->r->part.k;
}

/* Back in turn, as they were dealt out. */
static void collect_objects(struct result *whole, const struct result_merged *parts, size_t count)
{
	size_t versions = versions_of(parts[0].r), all = parts[0].r->part.objects.count;

	for (size_t i = 0; i < all; i++) {
		struct result *r = parts[i % count].r;

		for (size_t v = 0; v < versions; v++)
			RESULT_SWAP(result_add_object(whole), &r->objects[i / count * versions + v]);
	}
}

struct placed {
	size_t kernel, object;
	struct result_forecast forecast;
};

static int by_place(const void *a, const void *b)
{
	const struct placed *x = a, *y = b;

	if (x->kernel != y->kernel)
		return x->kernel < y->kernel ? -1 : 1;
	return (x->object > y->object) - (x->object < y->object);
}

/* In the order of kernels as they first occur, and of the objects. */
static void sort_forecasts(struct result *r)
{
	cleanup_free struct placed *placed = xcalloc(r->forecast_count, sizeof(*placed));

	for (size_t i = 0; i < r->forecast_count; i++) {
		struct placed *p = &placed[i];

		p->forecast = r->forecasts[i];
		while (strcmp(r->forecasts[p->kernel].kernel, p->forecast.kernel))
			p->kernel++;
		while (p->object < r->object_count && strcmp(r->objects[p->object].name, p->forecast.object))
			p->object++;
	}
	if (r->forecast_count)
		qsort(placed, r->forecast_count, sizeof(*placed), by_place);
	for (size_t i = 0; i < r->forecast_count; i++)
		r->forecasts[i] = placed[i].forecast;
}

static void merge_objects(struct result *whole, const struct result_merged *parts, size_t count)
{
	cleanup_free struct result_merged *dealt_to = xcalloc(count, sizeof(*dealt_to));

	memcpy(dealt_to, parts, count * sizeof(*dealt_to));
	qsort(dealt_to, count, sizeof(*dealt_to), by_part);
	collect_objects(whole, dealt_to, count);
	merge_allowances(whole, dealt_to, count);
	for (size_t i = 0; i < count; i++) {
		cleanup_free char *directory = result_merge_directory(&dealt_to[i].r->part);

		result_join_part(whole, &(const struct result_part_of){dealt_to[i].r, directory});
	}
	sort_forecasts(whole);
}

char *result_merge_directory(const struct result_part *part)
{
	return part->cut == RESULT_CUT_OBJECTS ? xasprintf("part-%u", part->k) : xstrdup("");
}

int result_merge(struct result *whole, const struct result_merged *parts, size_t count, struct error *err)
{
	int rc = count ? check(parts, count, err) : error_usage(err, "no parts to merge");

	if (rc)
		return rc;
	merge_hosts(whole, parts, count);
	if (parts[0].r->part.cut == RESULT_CUT_OBJECTS)
		merge_objects(whole, parts, count);
	else
		merge_kernels(whole, parts, count);
	qsort(whole->kernels, whole->kernel_count, sizeof(*whole->kernels), by_line);
	result_sort_cells(whole);
	whole->complete = true;
	return 0;
}
