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
	char *subject;        /* "", "program on_exec", of a cost program and measure */
	char *who;            /* which member has what; NULL for a cost, until all kernels were seen: */
	uint64_t *low, *high; /* of each member over those kernels */
	bool *in;
	size_t more; /* subjects that are told with it, and of these, those that are not named */
	size_t unnamed;
};

/* So many relocations are named that differ in the same way; the rest are counted. */
#define NAMED 3

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
		free(lines->at[i].subject);
		free(lines->at[i].who);
		free(lines->at[i].low);
		free(lines->at[i].high);
		free(lines->at[i].in);
	}
	free(lines->at);
}

static char *who_of(const struct lines *lines, char *const *values)
{
	struct buf text = {0};

	facet_text_add(&text, lines->facet, lines->family, values);
	return buf_steal(&text);
}

/* Equal words on several kernels are one line. */
static void take_values(struct lines *lines, const struct facet_way *way, size_t kernel)
{
	cleanup_free char *who = who_of(lines, way->values);
	struct line *line = NULL;

	for (size_t i = 0; !line && i < lines->count; i++)
		if (lines->at[i].who && !strcmp(lines->at[i].who, who) && !strcmp(lines->at[i].subject, way->subject))
			line = &lines->at[i];
	if (!line)
		line = add_line(lines, (struct line){.subject = xstrdup(way->subject), .who = steal_ptr(who)});
	line->in[kernel] = true;
}

/* Figures differ from kernel to kernel: of each measure one line, with the least and the most. */
static void take_costs(struct lines *lines, const struct facet_way *way, size_t kernel)
{
	size_t count = lines->family->count;
	struct line *line = NULL;

	for (size_t i = 0; !line && i < lines->count; i++)
		if (lines->at[i].low && !strcmp(lines->at[i].subject, way->subject))
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
	line->who = who_of(lines, values);
	for (size_t i = 0; i < count; i++)
		free(values[i]);
	free(values);
}

/* Bytes of "relocation PROGRAM KIND ", before what is relocated; 0 for a line about something else. */
static size_t relocation_prefix(const struct line *line)
{
	static const char word[] = "relocation ";
	const char *at = line->subject;

	if (strncmp(at, word, sizeof(word) - 1) != 0)
		return 0;
	for (int blanks = 0; *at && blanks < 3; at++)
		blanks += *at == ' ';
	return (size_t)(at - line->subject);
}

static bool are_alike(const struct lines *lines, const struct line *a, const struct line *b)
{
	size_t prefix = relocation_prefix(a);

	return prefix && prefix == relocation_prefix(b) && !memcmp(a->subject, b->subject, prefix) &&
	       !strcmp(a->who, b->who) && !memcmp(a->in, b->in, lines->v->r->kernel_count * sizeof(*a->in));
}

/* A compiler that records nothing of a program's structs is one fact, and not one of each member. */
static void gather_relocations(struct lines *lines)
{
	for (size_t i = 0; i < lines->count; i++) {
		struct line *first = &lines->at[i];

		for (size_t k = i + 1; first->who && k < lines->count; k++) {
			struct line *other = &lines->at[k];
			char *subject;

			if (!other->who || !are_alike(lines, first, other))
				continue;
			if (++first->more < NAMED) {
				subject =
				        xasprintf("%s, %s", first->subject, other->subject + relocation_prefix(other));
				free(first->subject);
				first->subject = subject;
			} else {
				first->unnamed++;
			}
			free(steal_ptr(other->who));
		}
	}
}

static void add_difference(struct facet_view *view, const struct lines *lines, const struct line *line)
{
	struct buf text = {0};

	if (*line->subject)
		buf_puts(&text, line->subject);
	if (line->unnamed)
		buf_printf(&text, " and %zu more", line->unnamed);
	buf_printf(&text, "%s%s", *line->subject ? ": " : "", line->who);
	view->at = xrealloc(view->at, view->count + 1, sizeof(*view->at));
	view->at[view->count++] = (struct facet_difference){
	        .object = xstrdup(lines->family->name),
	        .kernels = result_view_kernels(lines->v, line->in),
	        .text = buf_steal(&text),
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
	gather_relocations(&lines);
	for (size_t i = 0; i < lines.count; i++)
		if (lines.at[i].who)
			add_difference(view, &lines, &lines.at[i]);
	for (size_t i = 0; i < lines.count; i++) {
		if (!lines.at[i].low)
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
