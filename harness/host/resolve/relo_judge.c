/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/resolve/relo_judge.h"

#include <stdlib.h>

#include <linux/bpf.h>

#include "base/buf.h"

static const char *const seen_names[] = {
        [RELO_SEEN_NOTHING] = "nothing",     [RELO_SEEN_VALUE] = "value", [RELO_SEEN_POISON] = "poisoned",
        [RELO_SEEN_AMBIGUOUS] = "ambiguous", [RELO_SEEN_ERROR] = "error",
};

static char *say(const struct relo_witness *w)
{
	const char *name = w->seen < sizeof(seen_names) / sizeof(*seen_names) ? seen_names[w->seen] : "?";

	if (w->seen != RELO_SEEN_VALUE)
		return xstrdup(name);
	return w->width ? xasprintf("%llu (%u bytes wide)", (unsigned long long)w->value, w->width)
	                : xasprintf("%llu", (unsigned long long)w->value);
}

static char *both_sides(const struct relo_fact *f, const char *why)
{
	char *insns = say(&f->insns), *log = say(&f->log);
	char *text = xasprintf("%s: instructions say %s, libbpf's log says %s, compiled in was %llu", why, insns, log,
	                       (unsigned long long)f->local);

	free(insns);
	free(log);
	return text;
}

static bool failed(const struct relo_witness *w)
{
	return w->seen == RELO_SEEN_AMBIGUOUS || w->seen == RELO_SEEN_ERROR;
}

/* The instruction differs from what was compiled in. */
static bool changed(const struct relo_fact *f)
{
	return f->insns.seen == RELO_SEEN_POISON ||
	       (f->insns.seen == RELO_SEEN_VALUE && (f->insns.value != f->local || f->insns.width != f->local_width));
}

static bool answers_yes_or_no(unsigned kind)
{
	return kind == BPF_CORE_FIELD_EXISTS || kind == BPF_CORE_TYPE_EXISTS || kind == BPF_CORE_ENUMVAL_EXISTS ||
	       kind == BPF_CORE_TYPE_MATCHES;
}

/* Why the two witnesses cannot both be right, NULL when they can. */
static const char *contradiction(const struct relo_fact *f)
{
	const struct relo_witness *i = &f->insns, *l = &f->log;

	if (i->seen > RELO_SEEN_ERROR || l->seen > RELO_SEEN_ERROR)
		return "a witness says something unknown";
	if (failed(i))
		return "instructions cannot tell why a relocation failed";
	if (f->reached && i->seen != RELO_SEEN_POISON && l->seen != RELO_SEEN_POISON)
		return "the verifier stopped at poison that no witness saw";
	if (f->reached && f->loaded)
		return "the verifier stopped at this instruction of a program that it accepted";
	if (!f->attempted) {
		if (f->loaded)
			return "the program was loaded, but no witness speaks of its relocation";
		return changed(f) || l->seen != RELO_SEEN_NOTHING
		               ? "relocated, but its program took no part in the load"
		               : NULL;
	}
	if (failed(l))
		return f->loaded    ? "the relocation failed, but the program was loaded"
		       : changed(f) ? "the relocation failed, but the instruction changed"
		                    : NULL;
	if (i->seen == RELO_SEEN_NOTHING || l->seen == RELO_SEEN_NOTHING)
		return i->seen == l->seen ? "attempted, but no witness says what became of it" : NULL;
	if (i->seen != l->seen)
		return "resolved for one witness, poisoned for the other";
	if (i->seen == RELO_SEEN_VALUE && i->value != l->value)
		return "the witnesses saw different values";
	if (i->seen == RELO_SEEN_VALUE && i->width && l->width && i->width != l->width)
		return "the witnesses saw different widths";
	return NULL;
}

/* The witness to believe once both agree: a failure is known to the log alone, a width to the instructions. */
static const struct relo_witness *speaker(const struct relo_fact *f)
{
	return failed(&f->log) || f->insns.seen == RELO_SEEN_NOTHING ? &f->log : &f->insns;
}

enum relo_outcome relo_judge_resolved(unsigned kind, uint64_t local, uint8_t local_width, uint64_t value, uint8_t width,
                                      bool found)
{
	if (kind == BPF_CORE_TYPE_ID_LOCAL)
		return RELO_LOCAL;
	if (answers_yes_or_no(kind))
		return value ? RELO_PRESENT : RELO_ABSENT;
	if ((kind == BPF_CORE_TYPE_SIZE || kind == BPF_CORE_TYPE_ID_TARGET) && !value && !found)
		return RELO_ABSENT;
	if (local_width && width && width != local_width)
		return RELO_RESIZED;
	return value == local ? RELO_SAME : RELO_MOVED;
}

enum relo_outcome relo_judge(const struct relo_fact *f, char **disagreement)
{
	const char *why = contradiction(f);
	const struct relo_witness *w = speaker(f);

	*disagreement = NULL;
	if (!why && f->attempted && w->seen == RELO_SEEN_VALUE && answers_yes_or_no(f->kind) && w->value > 1)
		why = "a question of existence was answered by neither 0 nor 1";
	if (why)
		*disagreement = both_sides(f, why);
	if (!f->attempted)
		return RELO_NOT_ATTEMPTED;
	switch (w->seen) {
	case RELO_SEEN_VALUE:
		return relo_judge_resolved(f->kind, f->local, f->local_width, w->value, w->width, f->candidates > 0);
	case RELO_SEEN_POISON:
		return f->reached ? RELO_FATAL : RELO_GUARDED;
	case RELO_SEEN_AMBIGUOUS:
		return RELO_AMBIGUOUS;
	default:
		return RELO_ERROR;
	}
}

bool relo_judge_value(const struct relo_fact *f, uint64_t *value, uint8_t *width)
{
	const struct relo_witness *w = speaker(f);

	if (!f->attempted || contradiction(f) || w->seen != RELO_SEEN_VALUE)
		return false;
	if (value)
		*value = w->value;
	if (width)
		*width = w->width;
	return true;
}
