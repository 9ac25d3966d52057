/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/result/cell_view.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"

/* Hooks that are told by name. */
#define HOOKS_MAX 8

static const char marks[CELL_STATE_COUNT] = {
        [CELL_PASS] = ' ', [CELL_LESS] = '=', [CELL_FAILURE] = '=', [CELL_UNEXPECTED] = '!', [CELL_UNMEASURED] = '!',
};

/* After what a cell came to that an earlier run measured. */
static const char *reused_mark(const struct result_cell *c)
{
	return *c->measured ? " ~" : "";
}

static char *title_of(const struct result_cell *c)
{
	cleanup_free char *verdict = result_cell_verdict(c);

	if (c->verdict == VERDICT_REJECTED && c->class != CLASS_NONE)
		return xasprintf("%s (%s)%s", verdict_name(c->verdict), reject_class_name(c->class), reused_mark(c));
	return xasprintf("%s%s", verdict, reused_mark(c));
}

static char *brief_of(const struct result_cell *c)
{
	return xasprintf("%s%s", verdict_name(c->verdict), reused_mark(c));
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

static char *wrong_fields(const struct result_cell *c)
{
	struct buf names = {0};

	for (size_t i = 0; i < c->truth_count; i++) {
		const struct result_truth *t = &c->truth[i];

		if (!t->ok && !is_listed(buf_str(&names), t->field))
			buf_printf(&names, "%s%s", names.len ? ", " : "", t->field);
	}
	return buf_steal(&names);
}

static char *plain_outcome(const struct result_cell *c)
{
	cleanup_free char *fields = NULL;

	if (c->verdict == VERDICT_INFRA)
		return xstrdup("not measured");
	if (c->verdict != VERDICT_WRONG)
		return result_cell_verdict(c);
	fields = wrong_fields(c);
	return xasprintf("%s: %s", verdict_name(c->verdict), fields);
}

static char *outcome_of(const struct result_cell *c)
{
	char *plain = plain_outcome(c), *warned;

	if (!c->kernel_said.count && !c->kernel_allowed.count)
		return plain;
	warned = xasprintf("%s, the kernel warns", plain);
	free(plain);
	return warned;
}

/* Two programs of an object often share a hook. */
static bool is_told(const struct result_cell *c, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (!strcmp(c->programs[i].never_driven, c->programs[index].never_driven))
			return true;
	return false;
}

static char *never_driven_of(const struct result_cell *c)
{
	struct buf out = {0};
	size_t count = 0;

	for (size_t i = 0; c && i < c->program_count; i++) {
		if (!*c->programs[i].never_driven || is_told(c, i))
			continue;
		if (count++ < HOOKS_MAX)
			buf_printf(&out, "%s%s", out.len ? ", " : "", c->programs[i].never_driven);
	}
	if (count > HOOKS_MAX)
		buf_printf(&out, " and %zu more", count - HOOKS_MAX);
	return buf_steal(&out);
}

void cell_view_make(const struct result_cell *cell, size_t kernel, size_t object, struct cell_view *v)
{
	*v = (struct cell_view){
	        .cell = cell,
	        .kernel = kernel,
	        .object = object,
	        .state = cell ? result_cell_state(cell) : CELL_UNMEASURED,
	        .brief = cell ? brief_of(cell) : xstrdup("not run"),
	        .title = cell ? title_of(cell) : xstrdup("not run"),
	        .verdict = cell ? result_cell_verdict(cell) : xstrdup("not run"),
	        .outcome = cell ? outcome_of(cell) : xstrdup("not measured"),
	        .never_driven = never_driven_of(cell),
	};
	v->mark = marks[v->state];
	v->noted = cell && cell->as_expected && *cell->reason &&
	           (cell->verdict == VERDICT_PASS || cell->verdict == VERDICT_UNPROVEN);
}

void cell_view_free(struct cell_view *v)
{
	free(v->never_driven);
	free(v->brief);
	free(v->title);
	free(v->verdict);
	free(v->outcome);
	*v = (struct cell_view){0};
}

/* ---- causes ---- */

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '#' || c == '.';
}

/* Length of what stands at `s`: a quoted text, a word or number, or one other character. */
static size_t token_len(const char *s, bool *is_value)
{
	size_t len = 0;

	*is_value = false;
	if (*s == '"') {
		const char *end = strchr(s + 1, '"');

		*is_value = true;
		return end ? (size_t)(end - s) + 1 : strlen(s);
	}
	if (!is_word(*s))
		return *s != '\0';
	while (is_word(s[len]))
		len++;
	*is_value = strspn(s, "0123456789.") == len ||
	            (s[0] == '0' && s[1] == 'x' && strspn(s + 2, "0123456789abcdef") == len - 2);
	return len;
}

bool cell_view_same_words(const char *a, const char *b)
{
	while (*a && *b) {
		bool a_value, b_value;
		size_t a_len = token_len(a, &a_value), b_len = token_len(b, &b_value);

		if (a_value != b_value || (!a_value && (a_len != b_len || memcmp(a, b, a_len))))
			return false;
		a += a_len;
		b += b_len;
	}
	return *a == *b;
}

bool cell_view_alike(const struct cell_view *a, const struct cell_view *b)
{
	if (a->object != b->object || a->state != b->state || strcmp(a->outcome, b->outcome))
		return false;
	if (!a->cell || !b->cell)
		return a->cell == b->cell;
	return !strcmp(a->cell->expected, b->cell->expected) &&
	       cell_view_same_words(a->cell->reason, b->cell->reason) &&
	       cell_view_same_words(a->cell->advice, b->cell->advice);
}
