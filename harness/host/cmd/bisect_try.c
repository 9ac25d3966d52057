/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/cmd/bisect_try.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "host/lib/child.h"
#include "host/result/result_json.h"

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

static int take_result(const char *path, struct bisect_try *t, struct error *err)
{
	cleanup_buf struct buf relocations = {0};
	const struct result_cell *c;
	struct result *r = NULL;
	int rc = result_json_read(path, &r, err);

	if (rc)
		return rc;
	if (r->cell_count != 1) {
		rc = error_set(err, EPROTO, "%s: %zu cells; bisect needs exactly one object", path, r->cell_count);
		result_free(r);
		return rc;
	}
	c = &r->cells[0];
	t->verdict = result_verdict_text(c->verdict, c->class);
	t->infra = c->verdict == VERDICT_INFRA;
	t->reason = xstrdup(c->reason);
	for (size_t i = 0; i < c->relocation_count; i++)
		buf_printf(&relocations, "%s ", outcome_text(c->relocations[i].outcome));
	t->relocations = buf_steal(&relocations);
	result_free(r);
	return 0;
}

/* The last line that is not empty: where a command says why it failed. */
static const char *last_line(struct buf *text)
{
	char *at;

	while (text->len && text->data[text->len - 1] == '\n')
		text->data[--text->len] = '\0';
	at = strrchr(buf_str(text), '\n');
	return at ? at + 1 : buf_str(text);
}

int bisect_try_run(const char *release, const char *object, const struct strings *options, const char *directory,
                   struct bisect_try *t, struct error *err)
{
	cleanup_free char *list = xasprintf("%s/%s.txt", directory, release), *row = xasprintf("%s\n", release);
	cleanup_free char *out = xasprintf("%s/%s", directory, release);
	cleanup_free char *json = xasprintf("%s/latest/" RESULT_JSON_NAME, out);
	cleanup_child_result struct child_result said = {0};
	cleanup_strings struct strings argv = {0};
	int rc, status;

	*t = (struct bisect_try){0};
	strings_add(&argv, "/proc/self/exe");
	strings_add(&argv, "run");
	strings_add(&argv, "-k");
	strings_add(&argv, list);
	strings_add(&argv, "-o");
	strings_add(&argv, out);
	for (size_t i = 0; i < options->count; i++)
		strings_add(&argv, options->at[i]);
	strings_add(&argv, object);
	rc = io_replace_file(list, row, strlen(row), err);
	rc = rc ? rc : child_run((const char *const *)argv.at, NULL, &said, err);
	if (rc)
		return rc;
	status = WIFEXITED(said.wait_status) ? WEXITSTATUS(said.wait_status) : EXIT_INFRA;
	if (status == EXIT_CONTRADICTION)
		return error_set(err, EPROTO, "%s: prediction and measurement contradict each other: see %s", release,
		                 json);
	rc = take_result(json, t, NULL);
	if (rc)
		return error_set(err, EIO, "%s: no result: %s", release, last_line(&said.err));
	return 0;
}
