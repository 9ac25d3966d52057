/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/truth/life.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"

static int truth_take(const struct life_watch *w, const struct subject *s, struct truth *out, struct life *life,
                      struct error *err)
{
	int rc = truth_read(subject_pid(s), subject_tid(s), subject_parent_tid(s), w->wanted, out, err);

	if (rc < 0)
		snprintf(life->outcome.call, sizeof(life->outcome.call), "reading /proc");
	return rc;
}

/* A program that rewrites paths has another file executed: the kernel names the process after it. */
static void check_name(const struct subject_kind *kind, const struct truth *t, struct life *life)
{
	size_t len = strnlen(kind->file, TRUTH_COMM_MAX);

	if (t->comm_len == len && !memcmp(t->comm, kind->file, len))
		return;
	snprintf(life->outcome.call, sizeof(life->outcome.call), "exec");
	life->outcome.other = "other path";
}

/* Its exec is what it does. */
static int live_exec(const struct life_watch *w, struct subject *s, const struct subject_kind *kind, struct life *life,
                     struct error *err)
{
	const struct compare_subject unborn = {
	        .workload = kind->name, .at = &life->before, .before = &life->before, .after = &life->before};
	int rc;

	if ((rc = truth_take(w, s, &life->before, life, err)) < 0 || (rc = capture_drain(w->capture, 0, err)) < 0)
		return rc;
	life->has_before = true;
	life->early = attribution_pass_over(w->attribution, &unborn);
	capture_forget(w->capture);
	view_text(scene_add(&life->scene), VIEW_PATH, subject_path(s));
	run_counts_window_open(w->runs);
	rc = subject_exec(s, err);
	run_counts_window_close(w->runs);
	if (rc < 0 || (rc = truth_take(w, s, &life->after, life, err)) < 0)
		return rc;
	check_name(kind, &life->after, life);
	return 0;
}

/* It has exec'd before it does what it is for. */
static int live_action(const struct life_watch *w, struct subject *s, const struct subject_kind *kind,
                       struct life *life, struct error *err)
{
	struct action_result result;
	int rc;

	if ((rc = subject_exec(s, err)) < 0 || (rc = truth_take(w, s, &life->before, life, err)) < 0 ||
	    (rc = capture_drain(w->capture, 0, err)) < 0)
		return rc;
	life->has_before = true;
	check_name(kind, &life->before, life);
	capture_forget(w->capture);
	run_counts_window_open(w->runs);
	rc = subject_act(s, &result, err);
	run_counts_window_close(w->runs);
	if (rc < 0)
		return rc;
	life->skipped = result.skipped;
	if (action_other_name((enum action_other)result.other) && !life->outcome.other) {
		snprintf(life->outcome.call, sizeof(life->outcome.call), "%s", result.other_call);
		life->outcome.other = action_other_name((enum action_other)result.other);
	}
	life->scene = result.scene;
	life->has_child = result.child > 0;
	if (life->has_child &&
	    (rc = truth_read(result.child, result.child, subject_pid(s), w->wanted, &life->child, err)) < 0)
		return rc;
	return truth_take(w, s, &life->after, life, err);
}

/* Iterators run while somebody reads them, and what hooks the end of a process runs at its end. */
static int live_end(const struct life_watch *w, struct subject *s, struct error *err)
{
	int rc;

	run_counts_window_open(w->runs);
	rc = capture_sample(w->capture, subject_pid(s), err);
	rc = rc < 0 ? rc : subject_finish(s, err);
	run_counts_window_close(w->runs);
	return rc;
}

static int live(const struct life_watch *w, struct subject *s, const struct subject_kind *kind, struct life *life,
                struct error *err)
{
	int rc = kind->action == ACTION_NONE ? live_exec(w, s, kind, life, err) : live_action(w, s, kind, life, err);

	return rc < 0 ? rc : live_end(w, s, err);
}

static void note_failure(struct subject *s, struct life *life, const struct error *err)
{
	if (life->has_before)
		life->after = life->before;
	life->scene.count = 0;
	life->has_child = false;
	if (*life->outcome.call && !life->outcome.other) /* it was not the subject that failed */
		life->outcome.err = err->code;
	else if (s)
		subject_outcome(s, err, &life->outcome);
	else
		life->outcome = (struct subject_outcome){.call = "spawn", .err = err->code};
}

int life_lead(const struct life_watch *w, struct subject_stage *stage, const struct subject_kind *kind,
              struct life *life, struct error *err)
{
	cleanup_subject struct subject *s = NULL;
	int rc = capture_drain(w->capture, 0, err);

	capture_forget(w->capture); /* what came up to here belongs to nobody */
	rc = rc < 0 ? rc : subject_spawn(stage, kind, &s, err);
	rc = rc < 0 ? rc : live(w, s, kind, life, err);
	if (rc < 0)
		note_failure(s, life, err);
	else
		rc = capture_drain(w->capture, 0, err);
	return rc;
}

int life_repeat(struct subject_stage *stage, const struct subject_kind *kind, struct error *err)
{
	cleanup_subject struct subject *s = NULL;
	struct action_result result;
	int rc = subject_spawn(stage, kind, &s, err);

	rc = rc < 0 ? rc : subject_exec(s, err);
	if (kind->action != ACTION_NONE)
		rc = rc < 0 ? rc : subject_act(s, &result, err);
	if (rc == 0 && kind->action != ACTION_NONE && result.other)
		rc = error_set(err, EPROTO, "workload %s: %s comes to something else without the object too",
		               kind->name, result.other_call);
	return rc < 0 ? rc : subject_finish(s, err);
}
