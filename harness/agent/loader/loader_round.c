/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/loader/loader_round.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "agent/deeds/action.h"
#include "agent/deeds/subject.h"
#include "agent/loader/processors.h"
#include "base/cleanup.h"
#include "base/clock.h"

/* Between two rounds of workloads; a program that ends sooner ends the wait. */
#define ROUND_PAUSE_MS 500
/* What it prints of a round may come late: until it has printed nothing for as long, and at most so often. */
#define QUIET_MS 300
#define QUIET_TRIES 10
/* How often it is looked for more of them at the end. */
#define LATE_TRIES 16u

static bool is_wanted(const struct job_object *object, const struct subject_kind *kind)
{
	bool any = false;

	for (uint32_t i = 0; i < object->setting_count; i++) {
		if (object->settings[i].key != SETTING_WORKLOAD)
			continue;
		any = true;
		if (workload_group_parse(object->settings[i].value) == (int)kind->group)
			return true;
	}
	return !any && !kind->on_demand;
}

/* What the loader attached may keep a deed from coming off: that is told, once each, and the others are done. */
static void note_failure(struct buf *notes, const char *text)
{
	if (!strstr(buf_str(notes), text))
		buf_printf(notes, "%s\n", text);
}

/* Whatever is there by now; of `round`, NULL: of none. */
static void lines_take(struct loader_rounds *r, struct loader_round *round)
{
	char *line;

	if (!r->feed)
		return;
	loader_feed_take(r->feed);
	while ((line = loader_feed_line(r->feed))) {
		cleanup_free char *owned = line;
		cleanup_buf struct buf values = {0};
		size_t before, after;

		if (!round || !output_rules_read(r->feed->rules, owned, &values))
			continue;
		r->events++;
		capture_events(round->lines, &before);
		capture_hold(round->lines, values.data, values.len);
		capture_events(round->lines, &after);
		r->feed->lost += before == after ? values.len : 0;
	}
}

static void lead(struct loader_rounds *r, struct loader_round *round, struct subject_stage *stage,
                 const struct subject_kind *kind)
{
	cleanup_capture struct capture *none = capture_held();
	const struct event_layout layout = {0};
	struct attribution idle = {.capture = none, .layout = &layout};
	const struct life_watch watch = {
	        .capture = none, .runs = &r->running->counts, .attribution = &idle, .wanted = UINT32_MAX};
	cleanup_error struct error err = {0};
	struct led *led;

	round->led = xrealloc(round->led, round->count + 1, sizeof(*round->led));
	led = &round->led[round->count++];
	*led = (struct led){.kind = kind};
	loader_running_look(r->running);
	run_counts_life(&r->running->counts);
	if (life_lead(&watch, stage, kind, &led->life, &err))
		note_failure(&r->notes, err.text);
	lines_take(r, round);
}

static void round_free(struct loader_round *round)
{
	free(round->led);
	capture_free(round->lines);
	*round = (struct loader_round){0};
}

/* Between two rounds nothing else is done: when the guest is idle, the loader and all that it started wait. */
static bool pause_between(struct loader_rounds *r)
{
	struct processors before = processors_read(), after;
	bool ended = loader_process_watch(r->process, ROUND_PAUSE_MS);

	after = processors_read();
	r->rests = processors_rested(&before, &after);
	return ended;
}

/* What changes while the loader loads or attaches something, and when lines of it get lost. */
struct readiness {
	off_t records;
	uint32_t last_program;
	uint64_t lost;
};

static struct readiness readiness_of(struct loader_rounds *r)
{
	struct readiness now = {.lost = r->feed ? r->feed->lost : 0};
	struct stat st;

	loader_running_look(r->running);
	now.last_program = r->running->last;
	if (r->records >= 0 && !fstat(r->records, &st))
		now.records = st.st_size;
	return now;
}

static bool is_unchanged(struct loader_rounds *r, const struct readiness *before)
{
	struct readiness now = readiness_of(r);

	return now.records == before->records && now.lost == before->lost && now.last_program == before->last_program;
}

static bool is_at_work(const struct loader_rounds *r)
{
	struct stat st;

	return r->running->counts.count || (r->records >= 0 && !fstat(r->records, &st) && st.st_size);
}

/*
 * A loader that is slow to come shall have been seen. How fast it is depends on what else its host has to do: so what
 * tells is whether it computes, and has not come to anything yet.
 */
static bool is_awaited(const struct loader_rounds *r)
{
	if (!r->feed)
		return !r->rests && !loader_running_any_ran(r->running);
	return !r->last.complete && (is_at_work(r) || (!r->rests && !r->feed->taken));
}

static bool is_over(const struct loader_rounds *r, int64_t deadline)
{
	int64_t late = clock_ms() - deadline;

	return (r->feed && r->complete >= LOADER_ROUNDS) || late >= LOADER_EXTRA_MS || (late >= 0 && !is_awaited(r));
}

/* One that ended and left its programs attached is led through a round as if it were there. */
static bool has_ended(struct loader_rounds *r, int wait_ms)
{
	return loader_process_watch(r->process, wait_ms) && !r->outlived;
}

/* What it prints of a round may come late. */
static bool quiet_wait(struct loader_rounds *r, struct loader_round *round, int64_t deadline)
{
	bool whole = true;

	for (unsigned i = 0; r->feed && i < QUIET_TRIES && !is_over(r, deadline); i++) {
		uint64_t before = r->feed->taken;

		whole &= !has_ended(r, QUIET_MS);
		lines_take(r, round);
		if (before == r->feed->taken)
			break;
	}
	return whole;
}

/*
 * That a program of it ran is not enough: one that goes on computing may attach the rest later, as pwru does on a busy
 * host.
 */
static bool is_ready(const struct loader_rounds *r, const struct readiness *before)
{
	bool ran = loader_running_any_ran(r->running);

	if (r->rests)
		return ran || before->records > 0;
	return ran && (!r->feed || r->events);
}

static void round_lead(struct loader_rounds *r, struct subject_stage *stage, int64_t deadline)
{
	struct loader_round round = {.lines = capture_held()};
	struct readiness before = readiness_of(r);
	size_t count;
	const struct subject_kind *kinds = subject_kinds(&count);
	bool whole = true, ran;

	/* what came up to here is of the round before, or of nobody */
	lines_take(r, r->last.lines ? &r->last : NULL);
	for (size_t i = 0; i < count && whole; i++) {
		if (!is_wanted(r->object, &kinds[i]))
			continue;
		lead(r, &round, stage, &kinds[i]);
		whole = !is_over(r, deadline) && !has_ended(r, 0);
	}
	whole &= quiet_wait(r, &round, deadline);
	ran = loader_running_any_ran(r->running);
	round.complete = whole && is_unchanged(r, &before) && is_ready(r, &before);
	r->complete += round.complete && ran && r->rests;
	if (round.complete || (whole && !r->last.complete) || !r->last.lines) {
		round_free(&r->last);
		r->last = round;
	} else {
		round_free(&round);
	}
}

int loader_rounds_run(struct loader_rounds *r, int64_t deadline, struct error *err)
{
	cleanup_subject_stage struct subject_stage *stage = NULL;
	int rc = action_loopback_up(err);

	rc = rc ? rc : subject_stage_open(&stage, err);
	while (!rc && !is_over(r, deadline) && !pause_between(r))
		round_lead(r, stage, deadline);
	loader_running_look(r->running);
	r->outlived = !rc && r->process->ended && loader_running_is_linked(r->running);
	if (r->outlived)
		round_lead(r, stage, deadline);
	run_counts_finish(&r->running->counts);
	return rc;
}

void loader_rounds_late(struct loader_rounds *r)
{
	for (uint64_t before = 0, tries = 0; r->feed && tries < LATE_TRIES; tries++) {
		before = r->feed->taken;
		lines_take(r, r->last.lines ? &r->last : NULL);
		if (before == r->feed->taken)
			break;
	}
}

void loader_rounds_free(struct loader_rounds *r)
{
	round_free(&r->last);
	buf_free(&r->notes);
}
