/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/truth/life.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"

/* A signal that a program sends is another thread's work with PREEMPT_RT, and a subject's life is short. */
static const struct timespec grace = {.tv_nsec = 20 * 1000 * 1000};

/* False when it cannot be read, which hinders no deed; the first reason is kept. */
static bool truth_take(const struct life_watch *w, const struct subject *s, struct truth *out, struct life *life)
{
	cleanup_error struct error err = {0};

	if (truth_read(subject_pid(s), subject_tid(s), subject_parent_tid(s), w->wanted, out, &err) == 0)
		return true;
	life->unread = life->unread ? life->unread : err.code;
	return false;
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

	life->has_before = truth_take(w, s, &life->before, life);
	capture_drain(w->capture, 0);
	if (life->has_before)
		life->early = attribution_pass_over(w->attribution, &unborn);
	capture_forget(w->capture);
	view_text(scene_add(&life->scene), VIEW_PATH, subject_path(s));
	view_number(life->scene.views, VIEW_RET, 0);
	run_counts_window_open(w->runs);
	rc = subject_exec(s, err);
	run_counts_window_close(w->runs);
	if (rc < 0)
		return rc;
	if (truth_take(w, s, &life->after, life))
		check_name(kind, &life->after, life);
	return 0;
}

/* It has exec'd before it does what it is for. */
static int live_action(const struct life_watch *w, struct subject *s, const struct subject_kind *kind,
                       struct life *life, struct error *err)
{
	struct action_result result;
	int rc;

	if ((rc = subject_exec(s, err)) < 0)
		return rc;
	life->has_before = truth_take(w, s, &life->before, life);
	capture_drain(w->capture, 0);
	if (life->has_before)
		check_name(kind, &life->before, life);
	capture_forget(w->capture);
	run_counts_window_open(w->runs);
	rc = subject_act(s, &result, err);
	run_counts_window_close(w->runs);
	if (rc < 0)
		return rc;
	if (result.other && !life->outcome.other)
		subject_outcome(s, err, &life->outcome);
	life->skipped = result.skipped;
	life->scene = result.scene;
	life->has_child = result.child > 0 &&
	                  truth_read(result.child, result.child, subject_pid(s), w->wanted, &life->child, NULL) == 0;
	truth_take(w, s, &life->after, life);
	return 0;
}

/* Iterators run while somebody reads them, and what hooks the end of a process runs at its end. */
static int live_end(const struct life_watch *w, struct subject *s, struct error *err)
{
	int rc;

	run_counts_window_open(w->runs);
	capture_sample(w->capture, subject_pid(s));
	if (w->acted_on)
		nanosleep(&grace, NULL);
	rc = subject_finish(s, err);
	run_counts_window_close(w->runs);
	return rc;
}

static int live(const struct life_watch *w, struct subject *s, const struct subject_kind *kind, struct life *life,
                struct error *err)
{
	int rc = kind->action == ACTION_NONE ? live_exec(w, s, kind, life, err) : live_action(w, s, kind, life, err);

	return rc < 0 ? rc : live_end(w, s, err);
}

int life_lead(const struct life_watch *w, struct subject_stage *stage, const struct subject_kind *kind,
              struct life *life, struct error *err)
{
	cleanup_subject struct subject *s = NULL;
	int rc;

	capture_drain(w->capture, 0);
	capture_forget(w->capture); /* what came up to here belongs to nobody */
	rc = subject_spawn(stage, kind, &s, err);
	rc = rc < 0 ? rc : live(w, s, kind, life, err);
	if (rc < 0) {
		life->scene.count = 0;
		life->has_child = false;
		subject_outcome(s, err, &life->outcome);
	} else {
		capture_drain(w->capture, 0);
	}
	if (life->has_before && rc < 0)
		life->after = life->before;
	else if (life->unread)
		life->has_before = false;
	return rc;
}
