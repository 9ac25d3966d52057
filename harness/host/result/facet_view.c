/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/result/facet_view.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/lib/strings.h"
#include "host/result/facet_compare.h"
#include "host/result/facet_text.h"

/* What differs in a family in one way, on the kernels for which `in` is true. */
struct line {
	char *text;           /* NULL for a cost, until all kernels were seen: */
	char *subject;        /* program and measure */
	uint64_t *low, *high; /* of each member over those kernels */
	bool *in;
};

struct lines {
	struct line *at;
	size_t count;
	const struct result_view *v;
	enum facet facet;
	const struct facet_family *family;
};

static struct line *add_line(struct lines *lines, struct line line)
{
	lines->at = xrealloc(lines->at, lines->count + 1, sizeof(*lines->at));
	line.in = xcalloc(lines->v->r->kernel_count + 1, sizeof(*line.in));
	lines->at[lines->count] = line;
	return &lines->at[lines->count++];
}

static void lines_free(struct lines *lines)
{
	for (size_t i = 0; i < lines->count; i++) {
		free(lines->at[i].text);
		free(lines->at[i].subject);
		free(lines->at[i].low);
		free(lines->at[i].high);
		free(lines->at[i].in);
	}
	free(lines->at);
}

static char *text_of(const struct lines *lines, const char *subject, char *const *values)
{
	struct buf text = {0};

	if (*subject)
		buf_printf(&text, "%s: ", subject);
	facet_text_add(&text, lines->facet, lines->family, values);
	return buf_steal(&text);
}

/* Equal words on several kernels are one line. */
static void take_values(struct lines *lines, const struct facet_way *way, size_t kernel)
{
	cleanup_free char *text = text_of(lines, way->subject, way->values);
	struct line *line = NULL;

	for (size_t i = 0; !line && i < lines->count; i++)
		if (lines->at[i].text && !strcmp(lines->at[i].text, text))
			line = &lines->at[i];
	if (!line)
		line = add_line(lines, (struct line){.text = steal_ptr(text)});
	line->in[kernel] = true;
}

/* Figures differ from kernel to kernel: of each measure one line, with the least and the most. */
static void take_costs(struct lines *lines, const struct facet_way *way, size_t kernel)
{
	size_t count = lines->family->count;
	struct line *line = NULL;

	for (size_t i = 0; !line && i < lines->count; i++)
		if (lines->at[i].subject && !strcmp(lines->at[i].subject, way->subject))
			line = &lines->at[i];
	if (!line)
		line = add_line(lines, (struct line){
		                               .subject = xstrdup(way->subject),
		                               .low = xcalloc(count, sizeof(*line->low)),
		                               .high = xcalloc(count, sizeof(*line->high)),
		                       });
	for (size_t i = 0; i < count; i++) {
		if (!way->costs[i])
			continue;
		if (!line->low[i] || way->costs[i] < line->low[i])
			line->low[i] = way->costs[i];
		if (way->costs[i] > line->high[i])
			line->high[i] = way->costs[i];
	}
	line->in[kernel] = true;
}

static void word_costs(const struct lines *lines, struct line *line)
{
	size_t count = lines->family->count;
	char **values = xcalloc(count, sizeof(*values));

	for (size_t i = 0; i < count; i++)
		if (line->low[i])
			values[i] = line->low[i] == line->high[i]
			                    ? xasprintf("%" PRIu64, line->low[i])
			                    : xasprintf("%" PRIu64 " to %" PRIu64, line->low[i], line->high[i]);
	line->text = text_of(lines, line->subject, values);
	for (size_t i = 0; i < count; i++)
		free(values[i]);
	free(values);
}

static void add_difference(struct facet_view *view, const struct lines *lines, struct line *line)
{
	view->at = xrealloc(view->at, view->count + 1, sizeof(*view->at));
	view->at[view->count++] = (struct facet_difference){
	        .object = xstrdup(lines->family->name),
	        .kernels = result_view_kernels(lines->v, line->in),
	        .text = steal_ptr(line->text),
	};
}

/* What it comes to and is resolved to goes before what it costs. */
static void add_family(struct facet_view *view, const struct result_view *v, const struct facet_family *family)
{
	__attribute__((cleanup(lines_free))) struct lines lines = {.v = v, .facet = view->facet, .family = family};

	for (size_t k = 0; k < v->r->kernel_count; k++) {
		cleanup_facet_ways struct facet_ways ways;

		facet_compare(v, family, k, &ways);
		for (size_t i = 0; i < ways.count; i++)
			(ways.at[i].values ? take_values : take_costs)(&lines, &ways.at[i], k);
	}
	for (size_t i = 0; i < lines.count; i++)
		if (!lines.at[i].subject)
			add_difference(view, &lines, &lines.at[i]);
	for (size_t i = 0; i < lines.count; i++) {
		if (!lines.at[i].subject)
			continue;
		word_costs(&lines, &lines.at[i]);
		add_difference(view, &lines, &lines.at[i]);
	}
	view->objects++;
	view->alike += !lines.count;
}

/* Not every family has them all: what a compiler does not take has no such build. */
static char *labels_of(const struct facet_families *families)
{
	cleanup_strings struct strings labels = {0};
	struct buf text = {0};

	for (size_t i = 0; i < families->count; i++)
		for (size_t k = 0; k < families->at[i].count; k++)
			strings_add_once(&labels, families->at[i].members[k].label);
	for (size_t i = 0; i < labels.count; i++)
		buf_printf(&text, "%s%s", i ? ", " : "", labels.at[i]);
	return labels.count ? buf_steal(&text) : xstrdup("");
}

void facet_view_make(const struct result_view *v, enum facet facet, struct facet_view *view)
{
	cleanup_facet_families struct facet_families families;

	*view = (struct facet_view){.facet = facet};
	facet_families_find(v, facet, &families);
	for (size_t i = 0; i < families.count; i++)
		add_family(view, v, &families.at[i]);
	/* each object has variants of its own */
	view->labels = facet == FACET_VARIANT ? xstrdup("") : labels_of(&families);
}

char *facet_view_title(const struct facet_view *view)
{
	return xasprintf("Between %s%s%s", facet_words(view->facet), *view->labels ? " " : "", view->labels);
}

void facet_view_free(struct facet_view *view)
{
	for (size_t i = 0; i < view->count; i++) {
		free(view->at[i].object);
		free(view->at[i].kernels);
		free(view->at[i].text);
	}
	free(view->at);
	free(view->labels);
	*view = (struct facet_view){0};
}
