/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/result/cell_truth.h"

#include <string.h>

#include "base/buf.h"

bool cell_had_event(const struct result_cell *c, const char *workload)
{
	for (size_t i = 0; i < c->truth_count; i++) {
		const struct result_truth *t = &c->truth[i];

		if (strcmp(t->workload, workload) == 0 && (t->ok || *t->observed))
			return true;
	}
	return false;
}

char *cell_missing_subjects(const struct result_cell *c)
{
	struct buf out = {0};

	for (size_t i = 0; i < c->truth_count; i++) {
		const char *subject = c->truth[i].workload;

		if (c->truth[i].ok || cell_had_event(c, subject) || (i && !strcmp(c->truth[i - 1].workload, subject)))
			continue;
		buf_printf(&out, "%s%s", out.len ? "+" : "", subject);
	}
	return buf_steal(&out);
}

/* Whether what was compared is what calls of subjects came to, for no program of the object's handed anything over. */
static bool is_of_effects(const struct result_cell *c)
{
	for (size_t i = 0; i < c->program_count; i++)
		if (c->programs[i].evidence >= EVIDENCE_EVENTS)
			return *c->effects != '\0';
	return true;
}

bool cell_proves(const struct result_cell *c, const struct result_program *p)
{
	if (c->verdict != VERDICT_PASS && c->verdict != VERDICT_DEGRADED)
		return false;
	if (p->evidence == EVIDENCE_TRUTH)
		return true;
	if (c->evidence != EVIDENCE_TRUTH || !p->attached)
		return false;
	return (is_of_effects(c) && p->evidence >= EVIDENCE_RAN) || !strncmp(p->section, "freplace", 8);
}
