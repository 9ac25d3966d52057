/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/truth/effect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/deeds/unwatched.h"
#include "base/buf.h"
#include "base/cleanup.h"

void effect_add(struct effect_list *list, const struct subject_kind *kind, const struct subject_outcome *outcome,
                const struct subject_outcome *before)
{
	list->at = xrealloc(list->at, list->count + 1, sizeof(*list->at));
	list->at[list->count++] = (struct effect){.kind = kind, .outcome = *outcome, .before = before};
}

void effect_settle(struct effect_list *list, size_t index, const struct subject_outcome *after)
{
	struct effect *e = &list->at[index];

	e->after = *after;
	e->before = e->before ? e->before : &e->after;
}

void effect_add_hindrance(struct effect_list *list, const char *text)
{
	for (size_t i = 0; i < list->hindrance_count; i++)
		if (!strcmp(list->hindrances[i], text))
			return;
	list->hindrances = xrealloc(list->hindrances, list->hindrance_count + 1, sizeof(char *));
	list->hindrances[list->hindrance_count++] = xstrdup(text);
}

/* By itself, on this kernel: no object has a part in it. */
static bool is_impossible(const struct effect *e)
{
	return e->before && !subject_outcome_good(e->before) && subject_outcome_same(e->before, &e->outcome);
}

static bool is_effect(const struct effect *e)
{
	return !subject_outcome_good(&e->outcome) && !is_impossible(e);
}

bool effect_any(const struct effect_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (is_effect(&list->at[i]))
			return true;
	return false;
}

static char *outcome_text(const struct subject_outcome *o)
{
	const char *name;

	if (o->signal) {
		name = sigabbrev_np(o->signal);
		return name ? xasprintf("SIG%s", name) : xasprintf("signal %d", o->signal);
	}
	if (o->other)
		return xstrdup(o->other);
	name = o->err ? strerrorname_np(o->err) : EFFECT_SUCCESS;
	return name ? xstrdup(name) : xasprintf("error %d", o->err);
}

static bool applies(const struct effect_rule *rule, const struct subject_kind *kind)
{
	return rule->groups & WORKLOAD_BIT(kind->group) && (!rule->has_uid || rule->uid == kind->uid);
}

/* Whether the outcome is of the call that the rule speaks of. A signal ends a subject at whatever call. */
static bool is_about(const struct effect_rule *rule, const struct subject_outcome *o)
{
	return !strcmp(rule->call, EFFECT_SIGNAL) ? o->signal != 0 : !strcmp(rule->call, o->call);
}

/* What the rule's call came to: well, when the deed failed at none, or at another. */
static char *observed_text(const struct effect_rule *rule, const struct subject_outcome *o)
{
	cleanup_free char *text = outcome_text(o);

	if (subject_outcome_good(o) || is_about(rule, o))
		return xstrdup(text);
	return xasprintf("%s: %s", o->call, text);
}

static void fact_add(struct fact_list *out, const struct subject_kind *kind, const char *call, const char *expected,
                     const char *observed, bool ok)
{
	struct truth_fact *f = fact_list_add(out, kind->name, call);

	f->expected = xstrdup(expected);
	f->observed = xstrdup(observed);
	f->ok = ok;
	f->hint = xstrdup(ok                                  ? ""
	                  : !strcmp(observed, EFFECT_SUCCESS) ? "the object did not act"
	                                                      : "the object does not act as its ini says");
}

void effect_compare(const struct effect_list *list, const struct effect_rule *rules, size_t rule_count,
                    struct fact_list *out)
{
	for (size_t i = 0; rule_count && i < list->count; i++) {
		const struct effect *e = &list->at[i];
		bool spoken_of = !is_effect(e);

		for (size_t r = 0; r < rule_count; r++) {
			cleanup_free char *observed = NULL;

			if (!applies(&rules[r], e->kind) || is_impossible(e))
				continue;
			observed = observed_text(&rules[r], &e->outcome);
			fact_add(out, e->kind, rules[r].call, rules[r].outcome, observed,
			         !strcmp(observed, rules[r].outcome));
			spoken_of |= is_about(&rules[r], &e->outcome);
		}
		if (!spoken_of) {
			cleanup_free char *observed = outcome_text(&e->outcome);

			fact_add(out, e->kind, e->outcome.call, EFFECT_SUCCESS, observed, false);
		}
	}
}

/* Whether an effect is to be told, and which of its outcomes. */
typedef const struct subject_outcome *(*effect_view)(const struct effect *e);

static const struct subject_outcome *view_effect(const struct effect *e)
{
	return is_effect(e) ? &e->outcome : NULL;
}

static const struct subject_outcome *view_impossible(const struct effect *e)
{
	return is_impossible(e) ? &e->outcome : NULL;
}

static const struct subject_outcome *view_left(const struct effect *e)
{
	bool left = e->before && !subject_outcome_good(&e->after) && !subject_outcome_same(&e->after, e->before);

	return is_effect(e) && left ? &e->after : NULL;
}

/* The subjects of one outcome together, told with its first. */
static void outcome_add(const struct effect_list *list, size_t index, effect_view view, struct buf *out)
{
	const struct subject_outcome *o = view(&list->at[index]), *other;
	cleanup_free char *text = o ? outcome_text(o) : NULL;
	size_t same = 0;

	for (size_t i = 0; o && i < list->count; i++) {
		if (!(other = view(&list->at[i])) || !subject_outcome_same(other, o))
			continue;
		if (i < index)
			return;
		same++;
	}
	if (!o)
		return;
	buf_printf(out, "%s%s: %s (%s", out->len ? "; " : "", o->call, text, list->at[index].kind->name);
	if (same > 1)
		buf_printf(out, " and %zu more", same - 1);
	buf_puts(out, ")");
}

static void outcomes_add(const struct effect_list *list, effect_view view, struct buf *out)
{
	for (size_t i = 0; i < list->count; i++)
		outcome_add(list, i, view, out);
}

char *effect_text(const struct effect_list *list)
{
	struct buf out = {0};

	outcomes_add(list, view_effect, &out);
	for (size_t i = 0; i < list->hindrance_count; i++)
		buf_printf(&out, "%s%s", out.len ? "; " : "", list->hindrances[i]);
	return buf_steal(&out);
}

char *effect_impossible(const struct effect_list *list)
{
	struct buf out = {0};

	outcomes_add(list, view_impossible, &out);
	return buf_steal(&out);
}

char *effect_left_behind(const struct effect_list *list)
{
	struct buf out = {0};

	outcomes_add(list, view_left, &out);
	return buf_steal(&out);
}

void effect_list_free(struct effect_list *list)
{
	for (size_t i = 0; i < list->hindrance_count; i++)
		free(list->hindrances[i]);
	free(list->hindrances);
	free(list->at);
	*list = (struct effect_list){0};
}
