/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/report/report_support.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "host/lib/text.h"
#include "host/result/cell_view.h"

/* Bytes of a cause that a table has room for; results.json has it whole. */
#define WHY_MAX 140

enum column {
	COLUMN_FROM,
	COLUMN_PROVEN,
	COLUMN_FALLBACK,
	COLUMN_UNPROVEN,
	COLUMN_GAPS,
	COLUMN_FORECAST,
	COLUMN_COUNT
};

static const struct {
	const char *title;
	bool always; /* shown though no row has anything there */
} columns[COLUMN_COUNT] = {
        [COLUMN_FROM] = {"supported, of the kernels measured", true},
        [COLUMN_PROVEN] = {"proven by values on", true},
        [COLUMN_FALLBACK] = {"of these by a fallback", false},
        [COLUMN_UNPROVEN] = {"nothing wrong, nothing compared", false},
        [COLUMN_GAPS] = {"gaps", true},
        [COLUMN_FORECAST] = {"predicted, not measured", false},
};

struct row {
	struct buf name;
	struct buf at[COLUMN_COUNT];
};

struct table {
	struct row *rows;
	size_t count;
};

static void row_free(struct row *row)
{
	buf_free(&row->name);
	for (size_t i = 0; i < COLUMN_COUNT; i++)
		buf_free(&row->at[i]);
}

static void table_free(struct table *t)
{
	for (size_t i = 0; i < t->count; i++)
		row_free(&t->rows[i]);
	free(t->rows);
}

/* ---- cells ---- */

struct about {
	const struct support_subject *subject;
	const struct support_scope *scope;
};

static const struct support_place *place_at(const struct about *a, size_t i)
{
	return &a->subject->at[a->scope->kernels[i]];
}

static void version_add(struct buf *out, const struct kernel_name *name)
{
	unsigned major = 0, minor = 0;

	kernel_name_version(name, &major, &minor);
	buf_printf(out, "%u.%u", major, minor);
}

/* "5.10 to 7.3", nothing when there is none. */
static void range_add(const struct about *a, const char *between, struct buf *out)
{
	size_t from = support_from(a->subject, a->scope), start = out->len;
	cleanup_free char *first = NULL;

	if (from == a->scope->versioned)
		return;
	version_add(out, &a->scope->names[from]);
	first = xstrdup(buf_str(out) + start);
	buf_puts(out, between);
	start = out->len;
	version_add(out, &a->scope->names[a->scope->versioned - 1]);
	if (!strcmp(first, buf_str(out) + start)) {
		out->len = start - strlen(between);
		out->data[out->len] = '\0';
	}
}

static bool is_proven(enum support_state state)
{
	return state == SUPPORT_PROVEN || state == SUPPORT_FALLBACK;
}

static void proven_add(const struct about *a, struct buf *out)
{
	cleanup_free bool *in = xcalloc(a->scope->count + 1, sizeof(*in));
	cleanup_free char *text = NULL;
	size_t count = 0;

	for (size_t i = 0; i < a->scope->count; i++)
		count += in[i] = is_proven(place_at(a, i)->state);
	text = kernel_group_closed_text(a->scope->names, in, a->scope->count);
	if (count && count < a->scope->count)
		buf_printf(out, "%zu of %zu kernels: ", count, a->scope->count);
	text_add_table_cell(out, text);
}

static bool is_alike(const struct support_place *x, const struct support_place *y)
{
	return x->state == y->state && !strcmp(x->what, y->what) && cell_view_same_words(x->why, y->why);
}

static bool is_told(const struct about *a, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (is_alike(place_at(a, i), place_at(a, j)))
			return true;
	return false;
}

static void why_add(struct buf *out, const char *why)
{
	cleanup_free char *cut = NULL;
	size_t len = strlen(why);

	/* not within a UTF-8 sequence: its continuation bytes are 10xxxxxx */
	for (len = len > WHY_MAX ? WHY_MAX : len; ((unsigned char)why[len] & 0xc0) == 0x80;)
		len--;
	cut = xstrndup(why, len);
	text_add_table_cell(out, cut);
	buf_puts(out, why[len] ? "…" : "");
}

/* All kernels with the same, "5.10, 6.1: rejected (helper): unknown func bpf_x#9". */
static void group_add(const struct about *a, size_t first, struct buf *out)
{
	const struct support_place *p = place_at(a, first);
	const char *what = p->state == SUPPORT_UNMEASURED ? "not measured"
	                   : p->state == SUPPORT_OFF      ? "not loaded by default"
	                                                  : p->what;
	cleanup_free bool *in = xcalloc(a->scope->count + 1, sizeof(*in));
	cleanup_free char *kernels = NULL;

	for (size_t i = first; i < a->scope->count; i++)
		in[i] = is_alike(p, place_at(a, i));
	kernels = kernel_group_closed_text(a->scope->names, in, a->scope->count);
	buf_puts(out, out->len ? "; " : "");
	text_add_table_cell(out, kernels);
	buf_puts(out, *what || *p->why ? ": " : "");
	text_add_table_cell(out, what);
	buf_puts(out, *what && *p->why ? ": " : "");
	why_add(out, p->why);
}

static void groups_add(const struct about *a, enum support_state state, struct buf *out)
{
	for (size_t i = 0; i < a->scope->count; i++)
		if (place_at(a, i)->state == state && !is_told(a, i))
			group_add(a, i, out);
}

static void forecasts_add(const struct result_view *v, const char *object, struct buf *out)
{
	for (size_t i = 0; v && i < v->forecast_count; i++) {
		const struct forecast_view *f = &v->forecasts[i];

		if (strcmp(f->forecast->object, object) != 0)
			continue;
		buf_puts(out, out->len ? "; " : "");
		text_add_table_cell(out, f->kernels);
		buf_puts(out, ": ");
		text_add_table_cell(out, f->forecast->predicted);
		buf_puts(out, *f->forecast->reason ? ": " : "");
		why_add(out, f->forecast->reason);
	}
}

/* ---- rows ---- */

/* In backquotes, which the text may have itself. */
static void code_add(struct buf *out, const char *text)
{
	cleanup_buf struct buf clean = {0};

	text_add_line(&clean, text);
	for (char *s = clean.data; s && *s; s++)
		*s = *s == '`' ? '\'' : *s;
	buf_puts(out, "`");
	text_add_table_cell(out, buf_str(&clean));
	buf_puts(out, "`");
}

static void row_make(const struct support *s, const struct support_subject *subject, const char *arch,
                     const struct result_view *v, struct row *row)
{
	cleanup_support_scope struct support_scope scope;
	const struct about about = {subject, &scope};

	*row = (struct row){0};
	support_scope_take(s, subject, arch, &scope);
	if (!*subject->program)
		code_add(&row->name, subject->object);
	if (!*subject->program && arch)
		buf_printf(&row->name, " on %s", arch);
	if (*subject->program)
		code_add(&row->name, subject->program);
	range_add(&about, " to ", &row->at[COLUMN_FROM]);
	proven_add(&about, &row->at[COLUMN_PROVEN]);
	groups_add(&about, SUPPORT_FALLBACK, &row->at[COLUMN_FALLBACK]);
	groups_add(&about, SUPPORT_UNPROVEN, &row->at[COLUMN_UNPROVEN]);
	groups_add(&about, SUPPORT_BROKEN, &row->at[COLUMN_GAPS]);
	groups_add(&about, SUPPORT_UNMEASURED, &row->at[COLUMN_GAPS]);
	groups_add(&about, SUPPORT_OFF, &row->at[COLUMN_GAPS]);
	if (!*subject->program)
		forecasts_add(v, subject->object, &row->at[COLUMN_FORECAST]);
}

static bool is_same_row(const struct row *x, const struct row *y)
{
	for (size_t i = 0; i < COLUMN_COUNT; i++)
		if (i != COLUMN_FORECAST && strcmp(buf_str(&x->at[i]), buf_str(&y->at[i])) != 0)
			return false;
	return true;
}

/* The row of a program, unless it says what its object's does; programs of which the same is said share one. */
static void program_add(struct table *t, size_t object, struct row *row)
{
	for (size_t i = object; i < t->count; i++) {
		if (!is_same_row(&t->rows[i], row))
			continue;
		if (i > object)
			buf_printf(&t->rows[i].name, ", %s", buf_str(&row->name));
		row_free(row);
		return;
	}
	t->rows = xrealloc(t->rows, t->count + 1, sizeof(*t->rows));
	t->rows[t->count] = *row;
	t->rows[t->count].name = (struct buf){0};
	buf_printf(&t->rows[t->count++].name, "↳ %s", buf_str(&row->name));
	buf_free(&row->name);
}

/* The object and the programs that follow it. */
static void object_add(const struct support *s, size_t object, const char *arch, const struct result_view *v,
                       struct table *t)
{
	size_t first = t->count;

	t->rows = xrealloc(t->rows, t->count + 1, sizeof(*t->rows));
	row_make(s, &s->subjects[object], arch, v, &t->rows[t->count++]);
	for (size_t i = object + 1; i < s->subject_count && *s->subjects[i].program; i++) {
		struct row row;

		row_make(s, &s->subjects[i], arch, v, &row);
		program_add(t, first, &row);
	}
}

static void architectures_find(const struct support *s, struct strings *archs)
{
	for (size_t k = 0; k < s->kernel_count; k++)
		strings_add_once(archs, s->kernels[k].arch);
}

static void table_make(const struct support *s, const struct result_view *v, struct table *t)
{
	cleanup_strings struct strings archs = {0};

	architectures_find(s, &archs);
	for (size_t i = 0; i < s->subject_count; i++) {
		if (*s->subjects[i].program)
			continue;
		for (size_t a = 0; archs.count > 1 && a < archs.count; a++)
			object_add(s, i, archs.at[a], v, t);
		if (archs.count < 2)
			object_add(s, i, NULL, v, t);
	}
}

static bool is_shown(const struct table *t, enum column column)
{
	for (size_t i = 0; i < t->count; i++)
		if (t->rows[i].at[column].len)
			return true;
	return columns[column].always;
}

static void table_add(const struct table *t, struct buf *out)
{
	buf_puts(out, "| object |");
	for (enum column c = 0; c < COLUMN_COUNT; c++)
		if (is_shown(t, c))
			buf_printf(out, " %s |", columns[c].title);
	buf_puts(out, "\n|---|");
	for (enum column c = 0; c < COLUMN_COUNT; c++)
		if (is_shown(t, c))
			buf_puts(out, "---|");
	for (size_t i = 0; i < t->count; i++) {
		buf_printf(out, "\n| %s |", buf_str(&t->rows[i].name));
		for (enum column c = 0; c < COLUMN_COUNT; c++) {
			const struct buf *text = &t->rows[i].at[c];
			const char *strong = c == COLUMN_FROM && text->len ? "**" : "";

			if (is_shown(t, c))
				buf_printf(out, " %s%s%s |", strong, text->len ? buf_str(text) : "–", strong);
		}
	}
	buf_puts(out, "\n\n");
}

/* ---- what it rests on ---- */

static void kernels_add(const struct support *s, struct buf *out)
{
	text_count(out, s->kernel_count, "kernel");
	for (size_t k = 0; k < s->kernel_count; k++) {
		buf_puts(out, k ? ", " : ": ");
		text_add_table_cell(out, s->kernels[k].id);
		if (!*s->kernels[k].release || !strcmp(s->kernels[k].id, s->kernels[k].release))
			continue;
		buf_puts(out, " (");
		text_add_table_cell(out, s->kernels[k].release);
		buf_puts(out, ")");
	}
}

static void basis_add(const struct support *s, const struct result_view *v, struct buf *out)
{
	size_t controls = 0;

	buf_puts(
	        out,
	        "Supported: on every kernel measured from the first version to the last, values that the programs captured, or effects that they had, were compared with the truth, and all are right. Nothing is said of kernels that were not measured.\n\nMeasured");
	if (v)
		buf_printf(out, " %.10s", v->r->started);
	buf_puts(out, " on ");
	kernels_add(s, out);
	if (v) {
		buf_puts(out, "; ");
		result_tools_line(v->r, out);
	}
	buf_puts(out, ".\n");
	for (size_t i = 0; v && i < v->r->object_count; i++)
		controls += v->r->objects[i].control;
	if (controls)
		buf_printf(out, "\nLeft out: %zu control%s, which %s to fail somewhere.\n", controls,
		           controls == 1 ? "" : "s", controls == 1 ? "has" : "have");
}

void report_support(const struct support *s, const struct result_view *v, struct buf *out)
{
	__attribute__((cleanup(table_free))) struct table t = {0};

	table_make(s, v, &t);
	table_add(&t, out);
	basis_add(s, v, out);
}

/* ---- the badge ---- */

struct counts {
	size_t proven, unproven, broken; /* kernels */
};

static struct counts count(const struct about *a, size_t first, size_t end)
{
	struct counts c = {0};

	for (size_t i = first; i < end; i++) {
		enum support_state state = place_at(a, i)->state;

		c.proven += is_proven(state);
		c.unproven += state == SUPPORT_UNPROVEN;
		c.broken += state == SUPPORT_BROKEN;
	}
	return c;
}

/* What it says, and its colour among those that shields.io has names for. */
static const char *message_add(const struct about *a, struct buf *out)
{
	size_t from = support_from(a->subject, a->scope);
	const struct counts all = count(a, 0, a->scope->count), before = count(a, 0, from);

	range_add(a, "–", out);
	if (out->len)
		buf_printf(out, ", proven on %zu of %zu kernels", all.proven, a->scope->count);
	else if (all.proven)
		buf_printf(out, "proven on %zu of %zu kernels", all.proven, a->scope->count);
	else if (all.broken)
		buf_printf(out, "does not work on %zu of %zu kernels", all.broken, a->scope->count);
	else
		buf_puts(out, all.unproven ? "not proven" : "not measured");
	if (from < a->scope->versioned)
		return all.proven == a->scope->count ? "brightgreen" : before.proven ? "yellow" : "green";
	return all.broken ? all.proven ? "orange" : "red" : all.proven ? "yellow" : "lightgrey";
}

void report_support_badge(const struct support *s, struct buf *out)
{
	const char *label = "kernels", *colour;
	cleanup_support_scope struct support_scope scope;
	struct support_subject whole;
	cleanup_buf struct buf message = {0}, name = {0};
	cleanup_free char *text = NULL;
	size_t objects = 0;
	json_t *badge;

	for (size_t i = 0; i < s->subject_count; i++)
		objects += !*s->subjects[i].program;
	text_add_line(&name, objects == 1 ? s->subjects[0].object : label);
	support_whole(s, &whole);
	support_scope_take(s, &whole, NULL, &scope);
	colour = message_add(&(struct about){&whole, &scope}, &message);
	badge = json_pack("{s:i, s:s, s:s, s:s}", "schemaVersion", 1, "label", buf_str(&name), "message",
	                  buf_str(&message), "color", colour);
	text = json_dumps(badge, JSON_COMPACT);
	json_decref(badge);
	buf_printf(out, "%s\n", text ? text : "{}");
	support_subject_free(&whole, s->kernel_count);
}
