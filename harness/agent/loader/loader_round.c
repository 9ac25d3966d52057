/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/loader/loader_round.h"

#include <stdlib.h>
#include <string.h>

#include "agent/deeds/action.h"
#include "agent/deeds/subject.h"
#include "base/cleanup.h"
#include "base/clock.h"

/* Between two rounds of workloads; a program that ends sooner ends the wait. */
#define ROUND_PAUSE_MS 500
/* What it prints of a round may come late: until it has printed nothing for as long, and at most so often. */
#define QUIET_MS 300
#define QUIET_TRIES 10

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

/* The lines that are whole by now; what has been dropped of them cannot be read. */
static void lines_take(struct loader_rounds *r, struct loader_round *round)
{
	struct loader_process *p = r->process;
	const char *said = buf_str(&p->said), *end;

	if (!r->rules)
		return;
	if (r->read < p->dropped)
		r->read = p->dropped;
	while ((end = memchr(said + (r->read - p->dropped), '\n', p->said.len - (r->read - p->dropped)))) {
		const char *start = said + (r->read - p->dropped);
		cleanup_free char *line = xstrndup(start, (size_t)(end - start));
		cleanup_buf struct buf values = {0};
		size_t len = strlen(line);

		r->read += (size_t)(end - start) + 1;
		if (len && line[len - 1] == '\r')
			line[len - 1] = '\0';
		if (round && output_rules_read(r->rules, line, &values)) {
			capture_hold(round->lines, values.data, values.len);
			r->events++;
		}
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

/* Returns true when it was whole. */
static bool round_lead(struct loader_rounds *r, struct subject_stage *stage, int64_t deadline)
{
	struct loader_round round = {.lines = capture_held()};
	size_t count, before;
	const struct subject_kind *kinds = subject_kinds(&count);
	bool whole = true;

	lines_take(r, NULL); /* what came up to here belongs to nobody */
	for (size_t i = 0; i < count && whole; i++) {
		if (!is_wanted(r->object, &kinds[i]))
			continue;
		lead(r, &round, stage, &kinds[i]);
		whole = clock_ms() < deadline && !loader_process_watch(r->process, 0);
	}
	for (unsigned i = 0; r->rules && i < QUIET_TRIES; i++) {
		before = r->process->dropped + r->process->said.len;
		whole &= !loader_process_watch(r->process, QUIET_MS);
		lines_take(r, &round);
		if (before == r->process->dropped + r->process->said.len)
			break;
	}
	if (whole || !r->last.lines) {
		round_free(&r->last);
		r->last = round;
	} else {
		round_free(&round);
	}
	return whole;
}

int loader_rounds_run(struct loader_rounds *r, int64_t deadline, struct error *err)
{
	cleanup_subject_stage struct subject_stage *stage = NULL;
	int rc = action_loopback_up(err);

	rc = rc ? rc : subject_stage_open(&stage, err);
	while (!rc && clock_ms() < deadline && !loader_process_watch(r->process, ROUND_PAUSE_MS))
		if (!round_lead(r, stage, deadline))
			break;
	loader_running_look(r->running);
	run_counts_finish(&r->running->counts);
	return rc;
}

void loader_rounds_free(struct loader_rounds *r)
{
	round_free(&r->last);
	buf_free(&r->notes);
}
