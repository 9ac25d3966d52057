/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/report/report_diff.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/lib/text.h"

static const char *const titles[DIFF_SECTION_COUNT] = {
        [DIFF_WORSE] = "worse",   [DIFF_UNMEASURED] = "not measured",
        [DIFF_BETTER] = "better", [DIFF_CHANGED] = "changed, neither better nor worse",
        [DIFF_NEW] = "new",       [DIFF_GONE] = "gone",
};

static size_t word_len(const char *text)
{
	return strcspn(text, " ");
}

/* 0 for findings that say the same of different kernels. */
static int subject_order(const struct diff_finding *a, const struct diff_finding *b)
{
	int order = (int)a->section - (int)b->section;

	order = order ? order : strcmp(a->object, b->object);
	if (!order && (!a->trait || !b->trait))
		order = (a->trait != NULL) - (b->trait != NULL);
	if (!order && a->trait)
		order = a->trait->kind != b->trait->kind ? (int)a->trait->kind - (int)b->trait->kind
		                                         : strcmp(a->trait->key, b->trait->key);
	order = order ? order : strcmp(a->was.word, b->was.word);
	return order ? order : strcmp(a->now.word, b->now.word);
}

static int finding_order(const void *a, const void *b)
{
	const struct diff_finding *x = a, *y = b;
	int order = subject_order(x, y);

	return order ? order : (x->kernel > y->kernel) - (x->kernel < y->kernel);
}

/* A run of findings that say the same, and the names of their kernels. */
struct group {
	const struct diff_finding *at;
	size_t count;
	char *kernels;
};

static struct group group_at(const struct diff *d, size_t first)
{
	cleanup_free bool *in = xcalloc(d->kernel_count + 1, sizeof(*in));
	struct group g = {.at = &d->findings[first]};

	while (first + g.count < d->count && !subject_order(g.at, &g.at[g.count]))
		in[g.at[g.count++].kernel] = true;
	g.kernels = kernel_group_text(d->kernels, in, d->kernel_count);
	return g;
}

static const struct diff_state *state_of(const struct diff_finding *f, bool before)
{
	return before ? &f->was : &f->now;
}

/* The state that the group's findings share, with its detail only if they share that too. */
static char *shared_state(const struct group *g, bool before)
{
	const struct diff_state *first = state_of(g->at, before);
	bool shared = *first->detail != '\0';

	for (size_t i = 1; i < g->count; i++)
		shared &= !strcmp(first->detail, state_of(&g->at[i], before)->detail);
	return shared ? xasprintf("%s %s", first->word, first->detail) : xstrdup(first->word);
}

/* "on_exec byte_off struct task_struct.pid (2)": the number tells the second of its like better than the "(2)". */
static void add_relocation(struct buf *out, const struct trait *t)
{
	const char *kind = t->key + word_len(t->key), *spec;
	size_t spec_len;

	kind += *kind == ' ';
	spec = kind + word_len(kind);
	spec += *spec == ' ';
	spec_len = strlen(spec);
	if (t->number >= 0 && spec_len && spec[spec_len - 1] == ')') {
		const char *twin = strrchr(spec, ' ');

		if (twin && twin[1] == '(' && strspn(twin + 2, "0123456789") == strlen(twin) - 3)
			spec_len = (size_t)(twin - spec);
	}
	buf_puts(out, "relocation ");
	if (t->number >= 0)
		buf_printf(out, "%d, ", t->number);
	buf_printf(out, "`%.*s` (%.*s in %.*s)", (int)spec_len, spec, (int)word_len(kind), kind, (int)word_len(t->key),
	           t->key);
}

static void add_subject(struct buf *out, const struct diff_finding *f)
{
	buf_puts(out, "  ");
	text_add_line(out, f->object);
	buf_puts(out, ": ");
	if (!f->trait)
		return;
	if (f->trait->kind == TRAIT_RELOCATION)
		add_relocation(out, f->trait);
	else
		buf_printf(out, "%s `%s`", trait_kind_name(f->trait->kind), f->trait->key);
	buf_puts(out, ": ");
}

static void add_change(struct buf *out, const struct group *g)
{
	cleanup_free char *was = shared_state(g, true), *now = shared_state(g, false);
	const struct diff_finding *f = g->at;

	if (!*was)
		buf_printf(out, "%s%s", f->trait ? "new, " : "", now);
	else if (!*now)
		buf_printf(out, "gone, was %s", was);
	else if (strcmp(was, now))
		buf_printf(out, "was %s, now %s", was, now);
	else if (f->trait)
		buf_printf(out, "still %s, but at another value", now);
	else
		buf_printf(out, "still %s, but %s", now,
		           f->section == DIFF_WORSE ? "not expected any more" : "now expected");
}

static void add_why(struct buf *out, const struct diff_finding *f)
{
	if (f->trait || (f->section != DIFF_WORSE && f->section != DIFF_UNMEASURED && f->section != DIFF_NEW))
		return;
	if (*f->cell->reason && f->cell->verdict != VERDICT_PASS) {
		buf_puts(out, "      ");
		text_add_line(out, f->cell->reason);
		buf_putc(out, '\n');
	}
	if (*f->cell->advice) {
		buf_puts(out, "      to do: ");
		text_add_line(out, f->cell->advice);
		buf_putc(out, '\n');
	}
}

/* What is said differently of the same thing on other kernels follows at once, so the first change is told first. */
static void add_findings(struct buf *out, const struct diff *d)
{
	const struct diff_finding *last = NULL;

	for (size_t i = 0; i < d->count;) {
		struct group g = group_at(d, i);
		cleanup_buf struct buf line = {0};

		if (!last || last->section != g.at->section)
			buf_printf(out, "%s%s:\n", last ? "\n" : "", titles[g.at->section]);
		add_subject(&line, g.at);
		add_change(&line, &g);
		buf_printf(&line, " on %s", g.kernels);
		buf_printf(out, "%s\n", buf_str(&line));
		add_why(out, g.at);
		free(g.kernels);
		last = g.at;
		i += g.count;
	}
}

static void add_kernels(struct buf *out, const struct diff *d)
{
	cleanup_buf struct buf lines = {0};
	size_t changes = 0;

	for (size_t i = 0; i < d->kernel_count; i++) {
		const char *id = d->kernels[i].id, *old = d->old_releases[i], *new = d->new_releases[i];

		if (old && new && !strcmp(old, new))
			continue;
		changes++;
		if (!old)
			buf_printf(&lines, "  %s was added: %s\n", id, new);
		else if (!new)
			buf_printf(&lines, "  %s was not run: %s\n", id, old);
		else
			buf_printf(&lines, "  %s was replaced: %s, now %s\n", id, *old ? old : "unknown",
			           *new ? new : "unknown");
	}
	if (changes)
		buf_printf(out, "%skernels:\n%s", out->len ? "\n" : "", buf_str(&lines));
}

static void add_totals(struct buf *out, const struct diff *d)
{
	static const char *const words[DIFF_SECTION_COUNT] = {"worse",   "not measured", "better",
	                                                      "changed", "new",          "gone"};
	size_t counts[DIFF_SECTION_COUNT] = {0}, measured = 0;

	for (size_t i = 0; i < d->kernel_count; i++)
		measured += d->new_releases[i] != NULL;
	for (size_t i = 0; i < d->count;) {
		struct group g = group_at(d, i);

		counts[g.at->section]++;
		i += g.count;
		free(g.kernels);
	}
	if (out->len)
		buf_putc(out, '\n');
	text_count(out, d->object_count, "object");
	buf_puts(out, " on ");
	text_count(out, measured, "kernel");
	buf_putc(out, ':');
	for (size_t i = 0; i < DIFF_SECTION_COUNT; i++)
		if (counts[i])
			buf_printf(out, " %zu %s,", counts[i], words[i]);
	if (!d->count)
		buf_puts(out, " no difference");
	else
		out->data[--out->len] = '\0';
	buf_putc(out, '\n');
}

char *report_diff(struct diff *d)
{
	struct buf out = {0};

	if (d->count)
		qsort(d->findings, d->count, sizeof(*d->findings), finding_order);
	add_findings(&out, d);
	add_kernels(&out, d);
	add_totals(&out, d);
	return buf_steal(&out);
}
