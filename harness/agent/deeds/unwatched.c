/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/deeds/unwatched.h"

#include <string.h>
#include <sys/mman.h>

#include "base/cleanup.h"

struct known {
	bool done;
	struct subject_outcome outcome; /* its words are constants of this program */
};

static struct known *table; /* in the order of subject_kinds */

bool subject_outcome_good(const struct subject_outcome *o)
{
	return !o->err && !o->signal && !o->other;
}

bool subject_outcome_same(const struct subject_outcome *a, const struct subject_outcome *b)
{
	bool words = !a->other || !b->other ? a->other == b->other : !strcmp(a->other, b->other);

	return !strcmp(a->call, b->call) && a->err == b->err && a->signal == b->signal && words;
}

bool unwatched_do(struct subject_stage *stage, const struct subject_kind *kind, struct subject_outcome *outcome)
{
	cleanup_subject struct subject *s = NULL;
	cleanup_error struct error err = {0};
	struct action_result result = {0};
	int rc = subject_spawn(stage, kind, &s, &err);

	*outcome = (struct subject_outcome){0};
	rc = rc < 0 ? rc : subject_exec(s, &err);
	if (kind->action != ACTION_NONE)
		rc = rc < 0 ? rc : subject_act(s, &result, &err);
	rc = rc < 0 ? rc : subject_finish(s, &err);
	if (rc < 0 || result.other)
		subject_outcome(s, &err, outcome);
	return !result.skipped;
}

void unwatched_open(void)
{
	size_t count;

	subject_kinds(&count);
	table = mmap(NULL, count * sizeof(*table), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (table == MAP_FAILED)
		table = NULL;
}

void unwatched_take(void)
{
	cleanup_subject_stage struct subject_stage *stage = NULL;
	size_t count;
	const struct subject_kind *kinds = subject_kinds(&count);

	if (!table || table[0].done || action_loopback_up(NULL) < 0 || subject_stage_open(&stage, NULL) < 0)
		return;
	for (size_t i = 0; i < count; i++)
		table[i].done = !kinds[i].stirs && subject_kind_is_possible(&kinds[i]) &&
		                unwatched_do(stage, &kinds[i], &table[i].outcome);
}

const struct subject_outcome *unwatched_of(const struct subject_kind *kind)
{
	size_t count;
	const struct subject_kind *kinds = subject_kinds(&count);

	for (size_t i = 0; table && i < count; i++)
		if (&kinds[i] == kind && table[i].done)
			return &table[i].outcome;
	return NULL;
}
