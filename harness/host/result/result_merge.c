/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/result/result_merge.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/lib/text.h"

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
	}
	return 0;
}

static int check_pair(const struct result_merged *a, const struct result_merged *b, struct error *err)
{
	const struct result *x = a->r, *y = b->r;

	if (x->part.n != y->part.n)
		return error_usage(err, "%s and %s are no parts of one matrix: one is of %u parts, the other of %u",
		                   a->name, b->name, x->part.n, y->part.n);
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
	return check_objects(a, b, err);
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

static bool has_object(const struct result *r, const char *text)
{
	for (size_t i = 0; i < r->object_count; i++) {
		size_t len = strlen(r->objects[i].name);

		if (!strncmp(text, r->objects[i].name, len) && text[len] == ':')
			return true;
	}
	return false;
}

/* What an object's ini allows is unused when no part's kernel said it; what a row allows is its part's business. */
static void merge_allowances(struct result *whole, const struct result_merged *parts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct strings *unused = &parts[i].r->unused_allowances;

		for (size_t k = 0; k < unused->count; k++) {
			bool everywhere = true;

			if (strings_has(&whole->unused_allowances, unused->at[k]))
				continue;
			for (size_t j = 0; has_object(whole, unused->at[k]) && j < count; j++)
				everywhere &= strings_has(&parts[j].r->unused_allowances, unused->at[k]);
			if (everywhere)
				strings_add(&whole->unused_allowances, unused->at[k]);
		}
	}
}

static int by_line(const void *a, const void *b)
{
	const struct result_kernel *x = a, *y = b;

	return x->line < y->line ? -1 : x->line > y->line;
}

int result_merge(struct result *whole, const struct result_merged *parts, size_t count, struct error *err)
{
	int rc = count ? check(parts, count, err) : error_usage(err, "no parts to merge");

	if (rc)
		return rc;
	merge_hosts(whole, parts, count);
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
	qsort(whole->kernels, whole->kernel_count, sizeof(*whole->kernels), by_line);
	result_sort_cells(whole);
	whole->complete = true;
	return 0;
}
