/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/result/cell_compare.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"

static char *compare_verdicts(const struct result_cell *a, const struct result_cell *b)
{
	cleanup_free char *x = result_verdict_text(a->verdict, a->class),
	                  *y = result_verdict_text(b->verdict, b->class);

	if (!strcmp(x, y))
		return NULL;
	return xasprintf("verdict %s became %s%s%s", x, y, *b->reason ? ": " : "", b->reason);
}

static char *compare_programs(const struct result_cell *a, const struct result_cell *b)
{
	if (a->program_count != b->program_count)
		return xasprintf("%zu programs became %zu", a->program_count, b->program_count);
	for (size_t i = 0; i < a->program_count; i++) {
		const struct result_program *x = &a->programs[i], *y = &b->programs[i];

		if (strcmp(x->name, y->name) || x->loaded != y->loaded || x->attached != y->attached ||
		    x->err != y->err)
			return xasprintf("program %s: loaded, attached or errno differ", x->name);
	}
	return NULL;
}

static char *compare_relocations(const struct result_cell *a, const struct result_cell *b)
{
	if (a->relocation_count != b->relocation_count)
		return xasprintf("%zu relocations became %zu", a->relocation_count, b->relocation_count);
	for (size_t i = 0; i < a->relocation_count; i++) {
		const struct result_relocation *x = &a->relocations[i], *y = &b->relocations[i];

		if (x->outcome != y->outcome || x->has_target != y->has_target || x->target != y->target)
			return xasprintf("relocation %s #%u: %s %" PRIu64 " became %s %" PRIu64, x->program, x->number,
			                 relo_outcome_name(x->outcome), x->target, relo_outcome_name(y->outcome),
			                 y->target);
	}
	return NULL;
}

static char *compare_truth(const struct result_cell *a, const struct result_cell *b)
{
	if (a->truth_count != b->truth_count)
		return xasprintf("%zu compared values became %zu", a->truth_count, b->truth_count);
	for (size_t i = 0; i < a->truth_count; i++) {
		const struct result_truth *x = &a->truth[i], *y = &b->truth[i];

		if (strcmp(x->workload, y->workload) || strcmp(x->field, y->field) || x->ok != y->ok)
			return xasprintf("%s %s: right in one run, wrong in the other", x->workload, x->field);
	}
	return NULL;
}

char *cell_compare(const struct result_cell *a, const struct result_cell *b)
{
	char *difference = compare_verdicts(a, b);

	difference = difference ? difference : compare_programs(a, b);
	difference = difference ? difference : compare_relocations(a, b);
	return difference ? difference : compare_truth(a, b);
}
