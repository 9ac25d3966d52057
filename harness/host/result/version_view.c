/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/result/version_view.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/result/cell_compare.h"

/* Neighbours in the result: one object under several versions, oldest first. */
struct family {
	const struct result_view *v;
	size_t first, count; /* of the result's objects */
};

/* Under which the object was loaded; "" when no cell tells. */
static const char *version_of(const struct result_view *v, size_t object)
{
	for (size_t k = 0; k < v->r->kernel_count; k++) {
		const struct result_cell *c = result_view_cell(v, k, object)->cell;

		if (c && *c->libbpf)
			return c->libbpf;
	}
	return "";
}

/* Bytes of the object's name that stand before its version; 0 when it has none. */
static size_t name_len(const struct result_view *v, size_t object)
{
	const char *name = v->r->objects[object].name, *version = version_of(v, object);
	size_t len = strlen(name), tail = strlen(version) + 1;

	return *version && len > tail && name[len - tail] == '@' && !strcmp(name + len - tail + 1, version) ? len - tail
	                                                                                                    : 0;
}

static struct family family_at(const struct result_view *v, size_t first)
{
	struct family f = {v, first, 1};
	size_t len = name_len(v, first);

	while (len && first + f.count < v->r->object_count && name_len(v, first + f.count) == len &&
	       !strncmp(v->r->objects[first].name, v->r->objects[first + f.count].name, len))
		f.count++;
	return f;
}

static const struct cell_view *cell_of(const struct family *f, size_t kernel, size_t member)
{
	return result_view_cell(f->v, kernel, f->first + member);
}

static const char *libbpf_of(const struct family *f, size_t member)
{
	return version_of(f->v, f->first + member);
}

/* The first member after `from` that comes to something else. */
static size_t stretch_end(const struct family *f, size_t kernel, size_t from)
{
	const char *outcome = cell_of(f, kernel, from)->outcome;

	while (++from < f->count && !strcmp(cell_of(f, kernel, from)->outcome, outcome))
		;
	return from;
}

/* "rejected:prog-type until 1.1.2, pass from 1.5.0 on" */
static void add_stretch(struct buf *text, const struct family *f, size_t kernel, size_t from, size_t end)
{
	buf_printf(text, "%s%s ", from ? ", " : "", cell_of(f, kernel, from)->outcome);
	if (!from)
		buf_printf(text, "until %s", libbpf_of(f, end - 1));
	else if (end == f->count)
		buf_printf(text, "from %s on", libbpf_of(f, from));
	else if (end == from + 1)
		buf_printf(text, "with %s", libbpf_of(f, from));
	else
		buf_printf(text, "with %s to %s", libbpf_of(f, from), libbpf_of(f, end - 1));
}

/* The same verdicts, and yet not the same: "from 1.1.2 to 1.5.0: relocation …". */
static void add_inner_differences(struct buf *text, const struct family *f, size_t kernel)
{
	for (size_t i = 1; i < f->count; i++) {
		cleanup_free char *difference =
		        cell_compare_load(cell_of(f, kernel, i - 1)->cell, cell_of(f, kernel, i)->cell);

		if (difference)
			buf_printf(text, "%sfrom %s to %s: %s", text->len ? "; " : "", libbpf_of(f, i - 1),
			           libbpf_of(f, i), difference);
	}
}

/* What differs on one kernel; NULL for nothing, and where not all of them were measured. The caller's. */
static char *difference_on(const struct family *f, size_t kernel)
{
	struct buf text = {0};

	for (size_t i = 0; i < f->count; i++)
		if (cell_of(f, kernel, i)->state == CELL_UNMEASURED)
			return NULL;
	if (stretch_end(f, kernel, 0) == f->count)
		add_inner_differences(&text, f, kernel);
	else
		for (size_t i = 0, end; i < f->count; i = end) {
			end = stretch_end(f, kernel, i);
			add_stretch(&text, f, kernel, i, end);
		}
	return text.len ? buf_steal(&text) : NULL;
}

static void add_difference(struct version_view *versions, const struct family *f, const char *text, const bool *in)
{
	const char *name = f->v->r->objects[f->first].name;

	versions->at = xrealloc(versions->at, versions->count + 1, sizeof(*versions->at));
	versions->at[versions->count++] = (struct version_difference){
	        .object = xasprintf("%.*s", (int)name_len(f->v, f->first), name),
	        .kernels = result_view_kernels(f->v, in),
	        .text = xstrdup(text),
	};
}

/* Each way in which it differs, with all of its kernels. */
static void add_family(struct version_view *versions, const struct family *f)
{
	size_t kernels = f->v->r->kernel_count, before = versions->count;
	cleanup_free char **texts = xcalloc(kernels + 1, sizeof(*texts));
	cleanup_free bool *in = xcalloc(kernels + 1, sizeof(*in));

	for (size_t k = 0; k < kernels; k++)
		texts[k] = difference_on(f, k);
	for (size_t k = 0; k < kernels; k++) {
		if (!texts[k])
			continue;
		for (size_t other = 0; other < kernels; other++)
			in[other] = texts[other] && !strcmp(texts[other], texts[k]);
		add_difference(versions, f, texts[k], in);
		for (size_t other = kernels; other-- > k;)
			if (in[other])
				free(steal_ptr(texts[other]));
	}
	versions->objects++;
	versions->alike += versions->count == before;
}

static char *versions_text(const struct family *f)
{
	struct buf text = {0};

	for (size_t i = 0; i < f->count; i++)
		buf_printf(&text, "%s%s", i ? ", " : "", libbpf_of(f, i));
	return buf_steal(&text);
}

void version_view_make(const struct result_view *v, struct version_view *versions)
{
	struct family f;

	*versions = (struct version_view){0};
	for (size_t o = 0; o < v->r->object_count; o += f.count) {
		f = family_at(v, o);
		if (f.count == 1)
			continue;
		if (!versions->versions)
			versions->versions = versions_text(&f);
		add_family(versions, &f);
	}
	if (!versions->versions)
		versions->versions = xstrdup("");
}

void version_view_free(struct version_view *versions)
{
	for (size_t i = 0; i < versions->count; i++) {
		free(versions->at[i].object);
		free(versions->at[i].kernels);
		free(versions->at[i].text);
	}
	free(versions->at);
	free(versions->versions);
	*versions = (struct version_view){0};
}
