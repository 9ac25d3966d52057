/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/result/facet_compare.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/lib/strings.h"
#include "host/result/baseline.h"
#include "host/result/diff.h"
#include "host/result/facet_text.h"

/* A member on the kernel, and how far its traits, which are in order, have been read. */
struct member {
	const struct result_cell *cell;
	struct baseline_cell traits;
	size_t next;
};

struct comparison {
	struct member *members;
	size_t count;
	bool rejected; /* one of them is */
	struct facet_ways *ways;
};

static void add_way(struct comparison *c, char *subject, char **values, uint64_t *costs)
{
	struct facet_ways *w = c->ways;

	w->at = xrealloc(w->at, w->count + 1, sizeof(*w->at));
	w->at[w->count++] = (struct facet_way){subject, values, costs};
}

static void free_values(char **values, size_t count)
{
	for (size_t i = 0; values && i < count; i++)
		free(values[i]);
	free(values);
}

/* ---- names of traits ---- */

/* Bytes of the key before the " (2)" that tells the second of a name from the first. */
static size_t base_len(const struct trait *t)
{
	size_t len = strlen(t->key), digits = len;

	if (t->kind != TRAIT_RELOCATION || !len || t->key[len - 1] != ')')
		return len;
	for (digits = len - 1; digits && isdigit((unsigned char)t->key[digits - 1]);)
		digits--;
	return digits > 1 && digits < len - 1 && t->key[digits - 1] == '(' && t->key[digits - 2] == ' ' ? digits - 2
	                                                                                                : len;
}

static int base_order(const struct trait *a, const struct trait *b)
{
	size_t x = base_len(a), y = base_len(b);
	int order = (int)a->kind - (int)b->kind;

	if (!order)
		order = strncmp(a->key, b->key, x < y ? x : y);
	return order ? order : x < y ? -1 : x > y;
}

static bool is_of(const struct trait *t, const struct trait *base)
{
	return base_order(t, base) == 0;
}

/* ---- relocations ---- */

/* What it is resolved to; for people, or, with `place`, without whether that is where it was compiled to be. */
static char *relocation_text(struct trait_state s, bool place)
{
	if (place && s.has_value && (s.is == RELO_SAME || s.is == RELO_MOVED))
		return xasprintf("at %" PRIu64, s.value);
	return trait_state_text(TRAIT_RELOCATION, s);
}

enum detail { DETAIL_NAME, DETAIL_TEXT, DETAIL_PLACE };

/* Whether a field moved depends on the kernel, and is no difference between members. */
static const char *outcome_word(enum relo_outcome o)
{
	return o == RELO_SAME || o == RELO_MOVED ? "resolved" : relo_outcome_name(o);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The different states of those traits of the member that have this name: "guarded and same"; NULL: none. */
static char *states_of(const struct member *m, const struct trait *base, enum detail detail)
{
	cleanup_strings struct strings words = {0};
	struct buf text = {0};

	for (size_t i = m->next; i < m->traits.trait_count && is_of(&m->traits.traits[i], base); i++) {
		struct trait_state s = m->traits.traits[i].state;
		cleanup_free char *word = detail == DETAIL_NAME ? xstrdup(outcome_word((enum relo_outcome)s.is))
		                                                : relocation_text(s, detail == DETAIL_PLACE);

		if (s.is != RELO_NOT_ATTEMPTED)
			strings_add_once(&words, word);
	}
	if (words.count)
		qsort(words.at, words.count, sizeof(*words.at), by_text);
	for (size_t i = 0; i < words.count; i++)
		buf_printf(&text, "%s%s", i ? " and " : "", words.at[i]);
	return words.count ? buf_steal(&text) : NULL;
}

static bool has_program(const struct member *m, const char *name, size_t len)
{
	for (size_t i = 0; i < m->cell->program_count; i++)
		if (strlen(m->cell->programs[i].name) == len && !memcmp(m->cell->programs[i].name, name, len))
			return true;
	return false;
}

/*
 * Whether the member lacks a relocation that another one has: it came far enough to tell, and its compiler did not
 * merely leave the same in a function of its own, or take it out of one.
 */
static bool lacks(const struct member *m, const struct trait *base)
{
	size_t program = strcspn(base->key, " "), rest = base_len(base) - program;

	if (m->cell->verdict == VERDICT_REJECTED && !m->cell->relocation_count)
		return false;
	if (!has_program(m, base->key, program))
		return false;
	for (size_t i = 0; i < m->traits.trait_count; i++) {
		const struct trait *t = &m->traits.traits[i];
		size_t own = strcspn(t->key, " ");

		if (t->kind == TRAIT_RELOCATION && base_len(t) - own == rest && !has_program(m, t->key, own) &&
		    !memcmp(t->key + own, base->key + program, rest))
			return false;
	}
	return true;
}

static bool has_any(const struct member *m, const struct trait *base)
{
	return m->next < m->traits.trait_count && is_of(&m->traits.traits[m->next], base);
}

static char **relocation_values(const struct comparison *c, const struct trait *base, enum detail detail)
{
	char **values = xcalloc(c->count, sizeof(*values));

	for (size_t i = 0; i < c->count; i++) {
		const struct member *m = &c->members[i];

		values[i] = states_of(m, base, detail);
		if (!values[i] && !has_any(m, base) && lacks(m, base))
			values[i] = xstrdup("none");
	}
	return values;
}

static void compare_relocation(struct comparison *c, const struct trait *base)
{
	char **places = relocation_values(c, base, DETAIL_PLACE), **names;
	bool differ = facet_text_differs(places, c->count);

	free_values(places, c->count);
	if (!differ)
		return;
	names = relocation_values(c, base, DETAIL_NAME);
	if (!facet_text_differs(names, c->count)) {
		free_values(names, c->count);
		names = relocation_values(c, base, DETAIL_TEXT);
	}
	add_way(c, xasprintf("relocation %.*s", (int)base_len(base), base->key), names, NULL);
}

/* ---- programs and costs ---- */

static const struct trait *trait_at(const struct member *m, const struct trait *base)
{
	return has_any(m, base) ? &m->traits.traits[m->next] : NULL;
}

static void compare_program(struct comparison *c, const struct trait *base)
{
	char **values;

	if (c->rejected)
		return;
	values = xcalloc(c->count, sizeof(*values));
	for (size_t i = 0; i < c->count; i++) {
		const struct trait *t = trait_at(&c->members[i], base);

		/* that one is off is a setting, and none of the object's doing */
		if (!t || t->state.is != PROGRAM_OFF)
			values[i] = xstrdup(t ? trait_state_name(TRAIT_PROGRAM, t->state) : "none");
	}
	if (facet_text_differs(values, c->count))
		add_way(c, xasprintf("program %s", base->key), values, NULL);
	else
		free_values(values, c->count);
}

static void compare_cost(struct comparison *c, const struct trait *base)
{
	uint64_t *costs = xcalloc(c->count, sizeof(*costs)), least = UINT64_MAX, most = 0;

	for (size_t i = 0; i < c->count; i++) {
		const struct trait *t = trait_at(&c->members[i], base);

		if (!t)
			continue;
		costs[i] = t->state.value;
		least = costs[i] < least ? costs[i] : least;
		most = costs[i] > most ? costs[i] : most;
	}
	if (least < most && diff_cost_exceeds(least, most, DIFF_COST_TOLERANCE))
		add_way(c, xstrdup(base->key), NULL, costs);
	else
		free(costs);
}

/* ---- all of them ---- */

static void compare_verdicts(struct comparison *c, const struct result_view *v, const struct facet_family *family,
                             size_t kernel)
{
	char **values = xcalloc(c->count, sizeof(*values));

	for (size_t i = 0; i < c->count; i++)
		values[i] = xstrdup(result_view_cell(v, kernel, family->members[i].object)->outcome);
	if (facet_text_differs(values, c->count))
		add_way(c, xstrdup(""), values, NULL);
	else
		free_values(values, c->count);
}

/* The first name that a member has not been read to; NULL at the end. */
static const struct trait *first_unread(const struct comparison *c)
{
	const struct trait *first = NULL;

	for (size_t i = 0; i < c->count; i++) {
		const struct member *m = &c->members[i];
		const struct trait *t = m->next < m->traits.trait_count ? &m->traits.traits[m->next] : NULL;

		if (t && (!first || base_order(t, first) < 0))
			first = t;
	}
	return first;
}

static void compare_traits(struct comparison *c)
{
	static void (*const compare[TRAIT_KIND_COUNT])(struct comparison *, const struct trait *) = {
	        [TRAIT_PROGRAM] = compare_program, [TRAIT_RELOCATION] = compare_relocation, [TRAIT_COST] = compare_cost,
	        /* fields that are wrong are part of what a cell comes to */
	};
	const struct trait *base;

	while ((base = first_unread(c))) {
		if (compare[base->kind])
			compare[base->kind](c, base);
		for (size_t i = 0; i < c->count; i++)
			while (has_any(&c->members[i], base))
				c->members[i].next++;
	}
}

void facet_compare(const struct result_view *v, const struct facet_family *family, size_t kernel,
                   struct facet_ways *ways)
{
	cleanup_free struct member *members = xcalloc(family->count, sizeof(*members));
	struct comparison c = {.members = members, .count = family->count, .ways = ways};

	*ways = (struct facet_ways){.members = family->count};
	for (size_t i = 0; i < family->count; i++) {
		const struct cell_view *cell = result_view_cell(v, kernel, family->members[i].object);

		if (cell->state == CELL_UNMEASURED)
			return;
		members[i].cell = cell->cell;
		c.rejected |= cell->cell->verdict == VERDICT_REJECTED;
	}
	for (size_t i = 0; i < family->count; i++)
		baseline_cell_take(members[i].cell, &members[i].traits);
	compare_verdicts(&c, v, family, kernel);
	compare_traits(&c);
	for (size_t i = 0; i < family->count; i++)
		baseline_cell_free(&members[i].traits);
}

void facet_ways_free(struct facet_ways *ways)
{
	for (size_t i = 0; i < ways->count; i++) {
		free(ways->at[i].subject);
		free_values(ways->at[i].values, ways->members);
		free(ways->at[i].costs);
	}
	free(ways->at);
	*ways = (struct facet_ways){0};
}
