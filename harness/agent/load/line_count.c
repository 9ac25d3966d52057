/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/load/line_count.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

/* What of a line tells whether it shows an instruction: "1000000: (". */
#define HEAD_MAX 16u

struct line_count {
	uint64_t *visits; /* per instruction */
	uint32_t insn_count;
	char head[HEAD_MAX + 1]; /* of the line at hand */
	size_t head_len;
};

struct line_count *line_count_new(uint32_t insn_count)
{
	struct line_count *c = xcalloc(1, sizeof(*c));

	c->insn_count = insn_count;
	c->visits = xcalloc(insn_count + 1, sizeof(*c->visits));
	return c;
}

static void end_line(struct line_count *c)
{
	int64_t insn;

	c->head[c->head_len] = '\0';
	c->head_len = 0;
	insn = source_line_last_insn(c->head);
	if (insn >= 0 && insn < c->insn_count)
		c->visits[insn]++;
}

void line_count_take(struct line_count *c, const char *bytes, size_t len)
{
	while (len) {
		const char *newline = memchr(bytes, '\n', len);
		size_t part = newline ? (size_t)(newline - bytes) : len;
		size_t room = HEAD_MAX - c->head_len, copied = part < room ? part : room;

		memcpy(c->head + c->head_len, bytes, copied);
		c->head_len += copied;
		if (!newline)
			return;
		end_line(c);
		bytes += part + 1;
		len -= part + 1;
	}
}

/* Whether `a` and `b` are of one line; without line info each instruction is its own. */
static bool same_line(const struct line_fact *a, const char *place, const char *text)
{
	return !strcmp(a->place, place) && !strcmp(a->text, text);
}

static void add(struct line_fact **list, uint32_t *count, char *place, const char *text, uint64_t visits)
{
	for (uint32_t i = 0; i < *count; i++) {
		if (!same_line(&(*list)[i], place, text))
			continue;
		(*list)[i].insns += visits;
		free(place);
		return;
	}
	*list = xrealloc(*list, *count + 1, sizeof(**list));
	(*list)[(*count)++] = (struct line_fact){.place = place, .text = xstrdup(text), .insns = visits};
}

static int most_first(const void *a, const void *b)
{
	const struct line_fact *x = a, *y = b;

	if (x->insns != y->insns)
		return x->insns < y->insns ? 1 : -1;
	return strcmp(x->place, y->place);
}

struct line_fact *line_count_top(const struct line_count *c, const struct source_lines *lines, uint32_t *count)
{
	struct line_fact *list = NULL;

	*count = 0;
	for (uint32_t i = 0; i < c->insn_count; i++) {
		struct source_line line = {.text = ""};

		if (!c->visits[i])
			continue;
		if (source_line_of(lines, i, &line))
			add(&list, count, xasprintf("%s:%u", line.file, line.line), line.text, c->visits[i]);
		else
			add(&list, count, xasprintf("instruction %u", i), "", c->visits[i]);
	}
	if (*count)
		qsort(list, *count, sizeof(*list), most_first);
	while (*count > LINE_COUNT_TOP) {
		(*count)--;
		free(list[*count].place);
		free(list[*count].text);
	}
	return list;
}

struct line_fact *line_count_none(const char *why, uint32_t *count)
{
	struct line_fact *list = xcalloc(1, sizeof(*list));

	*list = (struct line_fact){.place = xstrdup("not counted"), .text = xstrdup(why)};
	*count = 1;
	return list;
}

void line_count_free(struct line_count *c)
{
	if (c)
		free(c->visits);
	free(c);
}
