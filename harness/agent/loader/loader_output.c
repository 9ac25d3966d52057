/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/loader/loader_output.h"

#include <stdlib.h>
#include <string.h>

#include "agent/truth/attribution.h"
#include "base/buf.h"
#include "base/cleanup.h"

static const struct event_layout no_layout;

struct judging {
	const struct loader_round *round;
	struct loader_output *out;
	const struct capture_event *lines;
	size_t count;
	bool *taken;       /* of each line: some subject's */
	uint64_t named;    /* bits of workload groups: those that the ini names */
	uint64_t answered; /* and those of which some subject was reported */
	uint64_t triggers;
	enum trigger_moment moment;
};

static struct compare_subject identity_of(const struct judging *j, const struct led *led)
{
	const struct subject_kind *kind = led->kind;
	struct compare_subject s = {.workload = kind->name, .before = &led->life.before, .after = &led->life.after};

	if (kind->traced)
		s.skip = 1u << TRUTH_PARENT_TID;
	if (kind->action != ACTION_NONE)
		s.skip = compare_unclear_keys(kind->group);
	else if (j->moment != MOMENT_UNKNOWN)
		s.at = j->moment == MOMENT_BEFORE ? s.before : s.after;
	return s;
}

static struct compare_subject child_of(const struct led *led)
{
	const struct truth *child = &led->life.child;

	return (struct compare_subject){.workload = led->kind->name,
	                                .skip = compare_unclear_keys(led->kind->group),
	                                .at = child,
	                                .before = child,
	                                .after = child};
}

static bool is_expected(const struct judging *j, const struct led *led)
{
	return j->triggers & led->kind->triggers;
}

static bool is_of_interest(const struct judging *j, const struct led *led)
{
	return is_expected(j, led) || j->named >> led->kind->group & 1;
}

/* The lines that say that they are the subject's. The caller's. */
static struct capture *own_lines(struct judging *j, const struct compare_subject *who)
{
	struct capture *own = capture_held();

	for (size_t i = 0; i < j->count; i++) {
		cleanup_event struct event e;

		event_decode_named(j->lines[i].bytes, j->lines[i].len, &e);
		if (!compare_is_own(&e, who))
			continue;
		j->taken[i] = true;
		capture_hold(own, j->lines[i].bytes, j->lines[i].len);
	}
	return own;
}

/* What the lines of `from` say of the subject; how many there are. */
static size_t judge(struct judging *j, const struct capture *from, const struct compare_subject *who,
                    const struct led *led, bool expected)
{
	const struct attribution_subject subject = {
	        .identity = *who,
	        .scene = is_of_interest(j, led) ? &led->life.scene : NULL,
	        .expected = expected,
	        .sharp = true,
	};
	struct attribution a = {.capture = from, .layout = &no_layout, .facts = j->out->facts};
	size_t answers = attribution_judge(&a, &subject);

	j->out->facts = a.facts;
	return answers;
}

/* An exec is one event: the same line twice is one too many. */
static void note_doubled(struct judging *j, const struct capture *own, const struct led *led)
{
	size_t count, most = 0;
	const struct capture_event *e = capture_events(own, &count);

	for (size_t i = 0; i < count && led->kind->action == ACTION_NONE && is_of_interest(j, led); i++) {
		size_t same = 0;

		for (size_t k = 0; k < count; k++)
			same += e[k].len == e[i].len && !memcmp(e[k].bytes, e[i].bytes, e[i].len);
		most = same > most ? same : most;
	}
	if (most > 1) {
		struct truth_fact *f = fact_list_add(&j->out->facts, led->kind->name, "line");

		f->expected = xstrdup("once");
		f->observed = xasprintf("%zu times", most);
		f->hint = xstrdup("it prints the same event more than once");
	}
}

static void judge_reported(struct judging *j, const struct led *led)
{
	struct compare_subject who = identity_of(j, led), child = child_of(led);
	cleanup_capture struct capture *own = own_lines(j, &who);
	cleanup_capture struct capture *of_child = led->life.has_child ? own_lines(j, &child) : NULL;
	size_t answers = judge(j, own, &who, led, false);

	if (of_child)
		answers += judge(j, of_child, &child, led, false);
	note_doubled(j, own, led);
	j->out->own_events += answers;
	if (answers)
		j->answered |= 1ull << led->kind->group;
}

static bool was_reported(const struct judging *j, const struct compare_subject *who)
{
	for (size_t i = 0; i < j->count; i++) {
		cleanup_event struct event e;

		event_decode_named(j->lines[i].bytes, j->lines[i].len, &e);
		if (compare_is_own(&e, who))
			return true;
	}
	return false;
}

static bool has_name(const struct event *e, const struct truth *t)
{
	const struct event_value *v = event_find(e, "comm");

	return v && v->has_text && t->comm_len && v->text_len == t->comm_len && !memcmp(v->text, t->comm, t->comm_len);
}

/* A line that no subject's id stands in, under this one's name: its id is what is wrong. The caller's; NULL: none. */
static struct capture *line_by_name(struct judging *j, const struct led *led)
{
	for (size_t i = 0; i < j->count; i++) {
		cleanup_event struct event e;
		struct capture *c;

		event_decode_named(j->lines[i].bytes, j->lines[i].len, &e);
		if (j->taken[i] || !(has_name(&e, &led->life.after) || has_name(&e, &led->life.before)))
			continue;
		j->taken[i] = true;
		c = capture_held();
		capture_hold(c, j->lines[i].bytes, j->lines[i].len);
		return c;
	}
	return NULL;
}

static void judge_missing(struct judging *j, const struct led *led)
{
	struct compare_subject who = identity_of(j, led), child = child_of(led);
	bool group_is_silent = j->named >> led->kind->group & 1 && !(j->answered >> led->kind->group & 1);
	cleanup_capture struct capture *line = NULL;

	if (!(is_expected(j, led) || group_is_silent) || was_reported(j, &who) ||
	    (led->life.has_child && was_reported(j, &child)))
		return;
	j->out->expects = true;
	line = line_by_name(j, led);
	if (!line || !judge(j, line, &who, led, true))
		compare_no_event(NULL, &who, &j->out->facts);
}

static bool can_be_judged(const struct led *led)
{
	return led->life.has_before && !led->life.skipped;
}

static uint64_t named_groups(const struct job_object *object)
{
	uint64_t groups = 0;

	for (uint32_t i = 0; i < object->setting_count; i++) {
		int group = object->settings[i].key == SETTING_WORKLOAD
		                    ? workload_group_parse(object->settings[i].value)
		                    : -1;

		groups |= group < 0 ? 0 : 1ull << group;
	}
	return groups;
}

/* What a tool prints may be put together of several programs' events: hooks do not tell. */
static enum trigger_moment moment_of(const struct job_object *object)
{
	const char *moment = job_object_value(object, SETTING_MOMENT);

	return !moment ? MOMENT_UNKNOWN : strcmp(moment, "before") ? MOMENT_AFTER : MOMENT_BEFORE;
}

void loader_output_judge(const struct loader_round *round, const struct job_object *object,
                         const struct trigger_summary *triggers, struct loader_output *out)
{
	struct judging j = {.round = round,
	                    .out = out,
	                    .named = named_groups(object),
	                    .triggers = triggers->triggers,
	                    .moment = moment_of(object)};

	*out = (struct loader_output){0};
	if (!round->lines)
		return;
	j.lines = capture_events(round->lines, &j.count);
	j.taken = xcalloc(j.count + 1, sizeof(*j.taken));
	for (size_t i = 0; i < round->count; i++)
		if (can_be_judged(&round->led[i]))
			judge_reported(&j, &round->led[i]);
	for (size_t i = 0; i < round->count && round->complete; i++)
		if (can_be_judged(&round->led[i]))
			judge_missing(&j, &round->led[i]);
	free(j.taken);
}
