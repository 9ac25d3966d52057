/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/report/report_mechanisms.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/version.h"
#include "host/lib/text.h"

/* Kernels of one major.minor, in the order of the list. */
struct group {
	unsigned major, minor;
	size_t all, in; /* kernels it has, and those of them that are in the set */
};

/* What some of an object's cells came to: "pass", "wrong: comm, ppid", and on which kernels. */
struct outcome {
	enum verdict verdict;
	char *text;
	bool *in;
};

struct outcome_list {
	struct outcome *at;
	size_t count;
};

static void outcome_list_free(struct outcome_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->at[i].text);
		free(list->at[i].in);
	}
	free(list->at);
}

static bool same_group(const struct result_kernel *k, const struct group *g)
{
	unsigned major = 0, minor = 0;

	version_parse(k->release, &major, &minor);
	return g->major == major && g->minor == minor;
}

static size_t groups_make(const struct result *r, const bool *in, struct group *groups)
{
	size_t count = 0;

	for (size_t k = 0; k < r->kernel_count; k++) {
		size_t g = 0;

		while (g < count && !same_group(&r->kernels[k], &groups[g]))
			g++;
		if (g == count) {
			groups[count] = (struct group){0};
			version_parse(r->kernels[k].release, &groups[count].major, &groups[count].minor);
			count++;
		}
		groups[g].all++;
		groups[g].in += in[k];
	}
	return count;
}

static void add_separator(struct buf *out, size_t start)
{
	buf_puts(out, out->len > start ? ", " : "");
}

/* Append what stands for text in a cell of a table. */
static void add_text(struct buf *out, const char *text)
{
	cleanup_buf struct buf line = {0};

	text_add_line(&line, text);
	for (const char *s = buf_str(&line); *s; s++) {
		if (strchr("|<>&", *s))
			buf_printf(out, "&#%d;", *s);
		else
			buf_putc(out, *s);
	}
}

static void add_members(const struct result *r, const bool *in, const struct group *g, struct buf *out, size_t start)
{
	for (size_t k = 0; k < r->kernel_count; k++) {
		if (!in[k] || !same_group(&r->kernels[k], g))
			continue;
		add_separator(out, start);
		add_text(out, r->kernels[k].id);
	}
}

static void add_run(const struct group *groups, size_t first, size_t end, size_t count, struct buf *out, size_t start)
{
	const struct group *a = &groups[first], *b = &groups[end - 1];

	add_separator(out, start);
	if (end == count && end - first > 1)
		buf_printf(out, "%u.%u and later", a->major, a->minor);
	else if (end - first > 2)
		buf_printf(out, "%u.%u to %u.%u", a->major, a->minor, b->major, b->minor);
	else if (end - first == 2)
		buf_printf(out, "%u.%u, %u.%u", a->major, a->minor, b->major, b->minor);
	else
		buf_printf(out, "%u.%u", a->major, a->minor);
}

void report_mechanisms_kernels(const struct result *r, const bool *in, struct buf *out)
{
	struct group *groups = xcalloc(r->kernel_count + 1, sizeof(*groups));
	size_t count = groups_make(r, in, groups), total = 0, start = out->len;

	for (size_t k = 0; k < r->kernel_count; k++)
		total += in[k];
	if (total == r->kernel_count)
		buf_printf(out, "all %zu", total);
	for (size_t g = 0; g < count && total < r->kernel_count;) {
		size_t end = g;

		while (end < count && groups[end].in == groups[end].all)
			end++;
		if (end > g) {
			add_run(groups, g, end, count, out, start);
			g = end;
		} else {
			add_members(r, in, &groups[g++], out, start);
		}
	}
	free(groups);
}

/* Whether `name` is one of `names`, which are joined by ", ". */
static bool is_listed(const char *names, const char *name)
{
	size_t len;

	for (const char *s = names; *s; s += len + (s[len] ? 2 : 0)) {
		len = strcspn(s, ",");
		if (len == strlen(name) && !memcmp(s, name, len))
			return true;
	}
	return false;
}

/* What a cell came to, without anything that differs from run to run. */
static char *cell_text(const struct result_cell *c)
{
	struct buf out = {0};

	if (!c || c->verdict == VERDICT_INFRA)
		return xstrdup("not measured");
	if (c->verdict == VERDICT_WRONG) {
		cleanup_buf struct buf names = {0};

		for (size_t i = 0; i < c->truth_count; i++) {
			const struct result_truth *t = &c->truth[i];

			if (!t->ok && !is_listed(buf_str(&names), t->field))
				buf_printf(&names, "%s%s", names.len ? ", " : "", t->field);
		}
		buf_printf(&out, "wrong: %s", buf_str(&names));
		return buf_steal(&out);
	}
	return result_cell_verdict(c);
}

static const struct result_cell *cell_of(const struct result *r, size_t kernel, const char *object)
{
	return result_find_cell((struct result *)r, r->kernels[kernel].id, object);
}

static struct outcome_list outcomes_of(const struct result *r, const struct result_object *o)
{
	struct outcome_list list = {0};

	for (size_t k = 0; k < r->kernel_count; k++) {
		const struct result_cell *c = cell_of(r, k, o->name);
		cleanup_free char *text = cell_text(c);
		size_t i = 0;

		while (i < list.count && strcmp(list.at[i].text, text))
			i++;
		if (i == list.count) {
			list.at = xrealloc(list.at, list.count + 1, sizeof(*list.at));
			list.at[list.count++] = (struct outcome){.verdict = c ? c->verdict : VERDICT_INFRA,
			                                         .text = steal_ptr(text),
			                                         .in = xcalloc(r->kernel_count, sizeof(bool))};
		}
		list.at[i].in[k] = true;
	}
	return list;
}

static bool holds(const struct outcome *o)
{
	return o->verdict == VERDICT_PASS || o->verdict == VERDICT_DEGRADED;
}

/* Outcomes of the wanted sort, each with its kernels. */
static void add_outcomes(const struct result *r, const struct outcome_list *list, bool wanted, struct buf *out)
{
	size_t start = out->len;

	for (size_t i = 0; i < list->count; i++) {
		const struct outcome *o = &list->at[i];

		if (holds(o) != wanted)
			continue;
		buf_puts(out, out->len > start ? "; " : "");
		if (!wanted) {
			add_text(out, o->text);
			buf_puts(out, " on ");
		}
		report_mechanisms_kernels(r, o->in, out);
		if (o->verdict == VERDICT_DEGRADED)
			buf_puts(out, " by a fallback");
	}
	buf_puts(out, out->len == start ? "–" : "");
}

static void add_table(const struct result *r, bool controls, const char *heads, struct buf *out)
{
	bool begun = false;

	for (size_t i = 0; i < r->object_count; i++) {
		const struct result_object *o = &r->objects[i];
		__attribute__((cleanup(outcome_list_free))) struct outcome_list list = {0};

		if (!*o->mechanism || o->control != controls)
			continue;
		if (!begun)
			buf_printf(out, "%s%s\n|---|---|---|---|\n", out->len ? "\n" : "", heads);
		begun = true;
		list = outcomes_of(r, o);
		buf_puts(out, "| ");
		add_text(out, o->mechanism);
		buf_puts(out, " | `");
		add_text(out, o->name);
		buf_puts(out, "` | ");
		add_outcomes(r, &list, !controls, out);
		buf_puts(out, " | ");
		add_outcomes(r, &list, controls, out);
		buf_puts(out, " |\n");
	}
}

void report_mechanisms(const struct result *r, struct buf *out)
{
	add_table(r, false, "| what | program | holds on | seen elsewhere |", out);
	add_table(r, true, "| mistake | program | caught as | harmless on |", out);
}
