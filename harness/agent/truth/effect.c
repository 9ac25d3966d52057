/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/truth/effect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"

void effect_add(struct effect_list *list, const struct subject_kind *kind, const struct subject_outcome *outcome)
{
	list->at = xrealloc(list->at, list->count + 1, sizeof(*list->at));
	list->at[list->count++] = (struct effect){.kind = kind, .outcome = *outcome};
}

static bool is_success(const struct subject_outcome *o)
{
	return !o->err && !o->signal && !o->other;
}

bool effect_any(const struct effect_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (!is_success(&list->at[i].outcome))
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
	return rule->groups & 1u << kind->group && (!rule->has_uid || rule->uid == kind->uid);
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

	if (is_success(o) || is_about(rule, o))
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
		bool spoken_of = is_success(&e->outcome);

		for (size_t r = 0; r < rule_count; r++) {
			cleanup_free char *observed = NULL;

			if (!applies(&rules[r], e->kind))
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

static bool same_outcome(const struct subject_outcome *a, const struct subject_outcome *b)
{
	return !strcmp(a->call, b->call) && a->err == b->err && a->signal == b->signal && a->other == b->other;
}

char *effect_text(const struct effect_list *list)
{
	struct buf out = {0};

	for (size_t i = 0; i < list->count; i++) {
		const struct effect *e = &list->at[i];
		cleanup_free char *outcome = outcome_text(&e->outcome);
		size_t same = 0, earlier = 0;

		for (size_t k = 0; k < list->count; k++) {
			same += same_outcome(&list->at[k].outcome, &e->outcome);
			earlier += k < i && same_outcome(&list->at[k].outcome, &e->outcome);
		}
		if (is_success(&e->outcome) || earlier)
			continue;
		buf_printf(&out, "%s%s: %s (%s", out.len ? "; " : "", e->outcome.call, outcome, e->kind->name);
		if (same > 1)
			buf_printf(&out, " and %zu more", same - 1);
		buf_puts(&out, ")");
	}
	return buf_steal(&out);
}

void effect_list_free(struct effect_list *list)
{
	free(list->at);
	*list = (struct effect_list){0};
}
