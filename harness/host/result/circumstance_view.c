/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/result/circumstance_view.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/lib/text.h"

#define NO_KERNEL ((size_t)-1)

/* One object's change, and the kernels on which it is so. */
struct line {
	char *what;
	size_t object;
	bool *in;
};

struct lines {
	struct line *at;
	size_t count;
	size_t cells, alike; /* that were compared, and of these, those that come to the same */
};

static void lines_free(struct lines *lines)
{
	for (size_t i = 0; i < lines->count; i++) {
		free(lines->at[i].what);
		free(lines->at[i].in);
	}
	free(lines->at);
}

static char *words_of(const struct result_kernel *k)
{
	struct buf text = {0};

	for (size_t i = 0; i < k->circumstance_count; i++)
		buf_printf(&text, "%s%s", i ? "," : "", k->circumstances[i].asked);
	return text.len ? buf_steal(&text) : xstrdup("");
}

/* The row that has the same kernel and asks for nothing. */
static size_t row_without(const struct result *r, const struct result_kernel *k)
{
	for (size_t i = 0; i < r->kernel_count; i++) {
		const struct result_kernel *other = &r->kernels[i];

		if (!other->circumstance_count && !strcmp(other->release, k->release) &&
		    !strcmp(other->arch, k->arch) && !strcmp(other->image_sha256, k->image_sha256))
			return i;
	}
	return NO_KERNEL;
}

static void take_change(struct lines *lines, const struct result_view *v, const struct cell_view *with,
                        const struct cell_view *without)
{
	cleanup_free char *what = xasprintf("%s in place of %s", with->outcome, without->outcome);
	struct line *line = NULL;

	for (size_t i = 0; !line && i < lines->count; i++)
		if (lines->at[i].object == with->object && !strcmp(lines->at[i].what, what))
			line = &lines->at[i];
	if (!line) {
		lines->at = xrealloc(lines->at, lines->count + 1, sizeof(*lines->at));
		line = &lines->at[lines->count++];
		*line = (struct line){
		        .what = steal_ptr(what),
		        .object = with->object,
		        .in = xcalloc(v->r->kernel_count, sizeof(*line->in)),
		};
	}
	line->in[without->kernel] = true;
}

/* What changes alike on the same kernels is one. */
static void gather(struct circumstance_group *group, const struct result_view *v, struct lines *lines)
{
	for (size_t i = 0; i < lines->count; i++) {
		struct line *first = &lines->at[i];
		cleanup_buf struct buf objects = {0};
		cleanup_free char *kernels = NULL;

		if (!first->what)
			continue;
		buf_puts(&objects, v->r->objects[first->object].name);
		for (size_t k = i + 1; k < lines->count; k++) {
			struct line *other = &lines->at[k];

			if (!other->what || strcmp(other->what, first->what) != 0 ||
			    memcmp(other->in, first->in, v->r->kernel_count * sizeof(*first->in)) != 0)
				continue;
			buf_printf(&objects, ", %s", v->r->objects[other->object].name);
			free(steal_ptr(other->what));
		}
		kernels = result_view_kernels(v, first->in);
		buf_printf(&objects, " on %s: %s", kernels, first->what);
		strings_add(&group->changes, buf_str(&objects));
	}
}

/* Returns whether there was anything to compare. */
static bool compare_row(struct lines *lines, const struct result_view *v, size_t with, size_t without)
{
	size_t before = lines->cells;

	for (size_t o = 0; o < v->r->object_count; o++) {
		const struct cell_view *a = result_view_cell(v, with, o), *b = result_view_cell(v, without, o);

		if (!a->cell || !b->cell)
			continue;
		lines->cells++;
		if (strcmp(a->outcome, b->outcome) != 0)
			take_change(lines, v, a, b);
		else
			lines->alike++;
	}
	return lines->cells > before;
}

static void make_group(struct circumstance_group *group, const struct result_view *v)
{
	__attribute__((cleanup(lines_free))) struct lines lines = {0};
	cleanup_free bool *in = xcalloc(v->r->kernel_count, sizeof(*in));
	cleanup_buf struct buf alone = {0}, text = {0};
	bool any = false;

	for (size_t k = 0; k < v->r->kernel_count; k++) {
		const struct result_kernel *kernel = &v->r->kernels[k];
		cleanup_free char *words = words_of(kernel);
		size_t without;

		if (strcmp(words, group->words) != 0)
			continue;
		without = row_without(v->r, kernel);
		if (without == NO_KERNEL) {
			buf_printf(&alone, "%s%s", alone.len ? ", " : "", kernel->id);
			continue;
		}
		in[without] = compare_row(&lines, v, k, without);
		any |= in[without];
	}
	gather(group, v, &lines);
	if (any) {
		cleanup_free char *kernels = result_view_kernels(v, in);

		buf_printf(&text, "on %s: %zu of ", kernels, lines.alike);
		text_count(&text, lines.cells, "cell");
		buf_puts(&text, " as without");
	}
	if (alone.len)
		buf_printf(&text, "%s%s: compared with nothing, for no row of the kernel is without", any ? "; " : "",
		           buf_str(&alone));
	group->text = buf_steal(&text);
}

void circumstance_view_make(const struct result_view *v, struct circumstance_view *view)
{
	cleanup_strings struct strings words = {0};

	*view = (struct circumstance_view){0};
	for (size_t k = 0; k < v->r->kernel_count; k++) {
		cleanup_free char *of_kernel = words_of(&v->r->kernels[k]);

		if (*of_kernel)
			strings_add_once(&words, of_kernel);
	}
	view->count = words.count;
	view->groups = xcalloc(words.count, sizeof(*view->groups));
	for (size_t i = 0; i < words.count; i++) {
		view->groups[i].words = xstrdup(words.at[i]);
		make_group(&view->groups[i], v);
	}
}

void circumstance_view_free(struct circumstance_view *view)
{
	for (size_t i = 0; i < view->count; i++) {
		struct circumstance_group *g = &view->groups[i];

		free(g->words);
		free(g->text);
		strings_free(&g->changes);
	}
	free(view->groups);
	*view = (struct circumstance_view){0};
}
