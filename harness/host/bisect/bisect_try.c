/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/bisect/bisect_try.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"

void bisect_try_free(struct bisect_try *t)
{
	free(t->verdict);
	free(t->relocations);
	free(t->reason);
	*t = (struct bisect_try){0};
}

/* That a field moved is what relocations are for; everything else is a difference. */
static const char *outcome_text(enum relo_outcome o)
{
	return o == RELO_MOVED || o == RELO_RESIZED ? relo_outcome_name(RELO_SAME) : relo_outcome_name(o);
}

char *bisect_try_relocations(const struct result_cell *c)
{
	struct buf relocations = {0};

	for (size_t i = 0; i < c->relocation_count; i++)
		buf_printf(&relocations, "%s ", outcome_text(c->relocations[i].outcome));
	return buf_steal(&relocations);
}

int bisect_try_take(const struct result *r, const char *where, struct bisect_try *t, struct error *err)
{
	const struct result_cell *c;

	*t = (struct bisect_try){0};
	if (result_exit_status(r) == EXIT_CONTRADICTION)
		return error_set(err, EPROTO, "prediction and measurement contradict each other: see %s", where);
	if (r->cell_count != 1)
		return error_set(err, EIO, "%s: %zu cells; bisect needs exactly one object", where, r->cell_count);
	c = &r->cells[0];
	t->verdict = result_verdict_text(c->verdict, c->class);
	t->infra = c->verdict == VERDICT_INFRA;
	t->reason = xstrdup(c->reason);
	t->relocations = bisect_try_relocations(c);
	return 0;
}

bool bisect_try_alike(const struct bisect_try *a, const struct bisect_try *b, bool by_relocations)
{
	return !strcmp(a->verdict, b->verdict) && (!by_relocations || !strcmp(a->relocations, b->relocations));
}

int bisect_try_run(struct run_request run, const char *release, const char *directory, struct bisect_try *t,
                   struct error *err)
{
	cleanup_free char *list = xasprintf("%s/%s.txt", directory, release), *row = xasprintf("%s\n", release);
	cleanup_free char *output = xasprintf("%s/%s", directory, release), *where = NULL;
	cleanup_error struct error why = {0};
	struct result *r = result_new();
	int rc = io_replace_file(list, row, strlen(row), err);

	*t = (struct bisect_try){0};
	run.list_path = list;
	run.output = output;
	rc = rc ? rc : run_matrix(&run, r, &where, &why);
	if (why.text)
		rc = error_set(err, rc == -EINTR ? EINTR : EIO, "%s: has no result: %s", release, why.text);
	rc = rc ? rc : bisect_try_take(r, where, t, err);
	result_free(r);
	return rc;
}
