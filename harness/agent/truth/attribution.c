/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/truth/attribution.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/truth/self_check.h"
#include "base/buf.h"
#include "base/cleanup.h"

/* An object may send thousands of events per subject: these many are listed in full, then only what is wrong. */
#define EVENTS_LISTED 16
#define WRONG_LISTED 16

/* What is known of one kept event. */
struct mark {
	bool own;      /* it says that it is the subject's */
	bool stranger; /* it says that it is the agent's, who works in the window too */
	bool checked;  /* the scene speaks of some field of it */
	size_t mismatches;
};

struct survey {
	struct mark *marks; /* one per kept event */
	size_t count;
	size_t own, strangers;
	bool has_identity;
	bool understood; /* some value has a known meaning */
	bool explained;  /* some event fits a view of the scene */
	size_t best;     /* the event that comes nearest when none does; `count` when the scene speaks of none */
};

static void survey_free(struct survey *s)
{
	free(s->marks);
}

static size_t count_named(const struct event *e)
{
	size_t count = 0;

	for (size_t i = 0; i < e->count; i++)
		count += *e->values[i].name != '%';
	return count;
}

/* By its format, which tells more exactly where values end; unless that has names for fewer of them. */
static void line_read(const struct attribution *a, const struct capture_event *raw, struct event *out)
{
	struct event by_format;

	event_decode_pairs(raw->bytes, raw->len, out);
	if (!a->formats || !print_formats_decode(a->formats, raw->bytes, raw->len, &by_format))
		return;
	if (count_named(&by_format) < count_named(out)) {
		event_free(&by_format);
		return;
	}
	event_free(out);
	*out = by_format;
}

static bool same_value(const struct event_value *a, const struct event_value *b)
{
	if (a->has_integer)
		return b->has_integer && a->integer == b->integer;
	return a->has_text && b->has_text && a->text_size == b->text_size && !memcmp(a->text, b->text, a->text_size);
}

/* Of global variables only those that have changed were said: the others are as they always were. */
static void unchanged_drop(const struct capture_event *raw, struct event *e)
{
	cleanup_event struct event before;
	size_t kept = 0;

	event_decode(raw->layout, raw->before, raw->len, &before);
	for (size_t i = 0; i < e->count; i++) {
		if (!same_value(&e->values[i], &before.values[i])) {
			e->values[kept++] = e->values[i];
			continue;
		}
		free(e->values[i].name);
		free(e->values[i].text);
	}
	e->count = kept;
}

static void event_read(const struct attribution *a, const struct capture_event *raw, struct event *out)
{
	if (raw->named) {
		event_decode_named(raw->bytes, raw->len, out);
		return;
	}
	if (raw->layout) {
		event_decode(raw->layout, raw->bytes, raw->len, out);
		if (raw->before)
			unchanged_drop(raw, out);
		return;
	}
	if (a->layout->type)
		event_decode(a->layout, raw->bytes, raw->len, out);
	else if (capture_source_prints(capture_source(a->capture)))
		line_read(a, raw, out);
	else
		*out = (struct event){.len = raw->len};
}

static bool is_agents(const struct event *e)
{
	const struct truth self = {.numbers = {[TRUTH_TGID] = (uint64_t)getpid(), [TRUTH_TID] = (uint64_t)getpid()}};
	const struct truth init = {.numbers = {[TRUTH_TGID] = 1, [TRUTH_TID] = 1}};
	const struct compare_subject either = {.workload = "", .before = &self, .after = &init};

	return compare_is_own(e, &either);
}

static struct survey survey_make(const struct attribution *a, const struct compare_subject *identity,
                                 const struct scene *scene, bool noisy)
{
	struct survey s = {0};
	const struct capture_event *raw = capture_events(a->capture, &s.count);

	s.marks = xcalloc(s.count + 1, sizeof(*s.marks));
	s.best = s.count;
	for (size_t i = 0; i < s.count; i++) {
		cleanup_event struct event e;
		struct mark *m = &s.marks[i];

		event_read(a, &raw[i], &e);
		m->own = compare_is_own(&e, identity);
		m->stranger = !m->own && noisy && is_agents(&e);
		s.own += m->own;
		s.strangers += m->stranger;
		s.has_identity |= compare_has_identity(&e);
		s.understood |= a->understood || compare_is_understood(&e) || scene_is_understood(&e);
		if (scene) {
			size_t checked;

			m->mismatches = scene_mismatches(&e, scene, &checked);
			m->checked = checked > 0;
		}
	}
	for (size_t i = 0; i < s.count; i++) {
		const struct mark *m = &s.marks[i];

		if (!m->checked || m->stranger || (s.own && !m->own))
			continue;
		s.explained |= !m->mismatches;
		if (s.best == s.count || m->mismatches < s.marks[s.best].mismatches)
			s.best = i;
	}
	return s;
}

/* Check event `i`; returns true when something in it is wrong. */
static bool event_judge(struct attribution *a, const struct attribution_subject *subject, const struct survey *s,
                        size_t i)
{
	size_t count, wrong;
	const struct capture_event *raw = capture_events(a->capture, &count);
	const struct mark *m = &s->marks[i];
	cleanup_event struct event e;

	event_read(a, &raw[i], &e);
	wrong = compare_event(&e, &subject->identity, &a->hints, &a->facts);
	if (a->kconfig)
		wrong += kconfig_event(a->kconfig, &e, subject->identity.workload, &a->facts);
	wrong += self_check_event(&e, subject->identity.workload, &a->facts);
	if (m->checked && (!m->mismatches || (!s->explained && i == s->best)))
		wrong += scene_compare(&e, subject->scene, subject->identity.workload, &a->hints, &a->facts);
	return wrong > 0;
}

static void maker_note(struct attribution *a, const struct bpf_program *maker)
{
	for (size_t i = 0; i < a->maker_count; i++)
		if (a->makers[i] == maker)
			return;
	a->makers = xrealloc(a->makers, a->maker_count + 1, sizeof(*a->makers));
	a->makers[a->maker_count++] = maker;
}

size_t attribution_judge(struct attribution *a, const struct attribution_subject *subject)
{
	__attribute__((cleanup(survey_free))) struct survey s =
	        survey_make(a, &subject->identity, subject->scene, subject->noisy);
	const struct capture_event *raw = capture_events(a->capture, &s.count);
	size_t judged = 0, wrong = 0;
	bool doubtful; /* what is right is the subject's, what is not may be anybody's */

	a->own_events += s.own;
	doubtful = !s.own && subject->tentative;
	if (!s.own && (!subject->expected || (doubtful && s.has_identity)))
		return 0;
	/* Events that nothing is known of: that some came is all that can be said. */
	if (!s.understood) {
		a->own_events += s.count;
		return s.count;
	}
	/* Of an unknown moment and without an id, an event may be anybody's. */
	if (!s.has_identity && !subject->sharp) {
		a->own_events += s.count;
		return s.count;
	}
	for (size_t i = 0; i < s.count; i++) {
		size_t before = a->facts.count;
		bool bad;

		if (s.marks[i].stranger || (s.own && !s.marks[i].own))
			continue;
		bad = event_judge(a, subject, &s, i);
		if (doubtful && bad) {
			fact_list_cut(&a->facts, before);
			continue;
		}
		judged++;
		wrong += bad;
		if (raw[i].maker && a->facts.count > before)
			maker_note(a, raw[i].maker);
		/* Without an id, a whole and right event is the best sign there is. */
		a->own_events += !s.own && !bad && a->facts.count > before;
		if (judged > EVENTS_LISTED && (!bad || wrong > WRONG_LISTED) && i != s.best)
			fact_list_cut(&a->facts, before);
	}
	return judged;
}

size_t attribution_pass_over(struct attribution *a, const struct compare_subject *subject)
{
	__attribute__((cleanup(survey_free))) struct survey s = survey_make(a, subject, NULL, false);

	a->own_events += s.own;
	return s.own;
}
