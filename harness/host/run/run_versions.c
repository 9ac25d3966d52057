/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/run/run_versions.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "host/lib/child.h"
#include "host/lib/text.h"
#include "host/object/object_builds.h"
#include "host/object/object_variants.h"
#include "host/result/result_join.h"
#include "host/result/result_json.h"
#include "host/run/run_dir.h"
#include "host/run/run_write.h"

static void add_option(struct strings *words, const char *option, const char *value)
{
	if (!value)
		return;
	strings_add(words, option);
	strings_add(words, value);
}

/* What run_request holds, as a command line. */
static void command_of(const struct run_request *o, const char *libbpf, const char *into, struct strings *words)
{
	strings_add(words, program_invocation_name);
	strings_add(words, "run");
	add_option(words, "--kernels", o->list_path);
	for (size_t i = 0; i < o->globs.count; i++)
		add_option(words, "--kernel", o->globs.at[i]);
	add_option(words, "--images", o->images);
	add_option(words, "--accel", o->accel);
	add_option(words, "--btf", o->btf);
	add_option(words, OBJECT_VARIANTS_OPTION, o->variant);
	for (size_t i = 0; i < o->builds.count; i++)
		add_option(words, OBJECT_BUILDS_OPTION, o->builds.at[i]);
	if (o->parts)
		strings_addf(words, "--part=%u/%u", o->part, o->parts);
	if (o->parts)
		add_option(words, "--cut", result_cut_name(o->cut));
	if (o->jobs)
		strings_addf(words, "--jobs=%u", o->jobs);
	strings_addf(words, "--repeat=%u", o->repeat);
	if (o->require > EVIDENCE_NONE)
		add_option(words, "--require", evidence_name(o->require));
	if (o->frozen)
		strings_add(words, "--frozen");
	if (o->cold)
		strings_add(words, "--cold");
	add_option(words, RUN_VERSIONS_LIBBPF, libbpf);
	add_option(words, RUN_VERSIONS_INTO, into);
	strings_add(words, "--");
	for (size_t i = 0; i < o->arg_count; i++)
		strings_add(words, o->args[i]);
}

/* The run of one version: `*r` is NULL when it has no result. Returns -EINTR when it was asked to stop. */
static int run_one(const struct run_request *o, const struct run_version *v, const char *directory, struct result **r,
                   struct error *err)
{
	cleanup_free char *into = xasprintf("%s/%s", directory, v->libbpf);
	cleanup_free char *json = xasprintf("%s/" RESULT_JSON_NAME, into);
	cleanup_strings struct strings words = {0};
	cleanup_error struct error why = {0};
	bool stopped;
	int status, rc;

	*r = NULL;
	command_of(o, v->libbpf, into, &words);
	watch_say(o->watch, WATCH_NOTE, "libbpf %s:", v->libbpf);
	rc = child_follow(v->program, (const char *const *)words.at, &status, &stopped, err);
	if (rc)
		return rc;
	if (!result_json_read(json, r, &why))
		return stopped ? error_set(err, EINTR, "interrupted: what was finished is in %s", directory) : 0;
	if (stopped)
		return error_set(err, EINTR, "interrupted before anything was measured");
	rc = error_set(err, EIO, "the run under libbpf %s left no result: see above", v->libbpf);
	if (err && WIFEXITED(status))
		err->status = (enum exit_status)WEXITSTATUS(status);
	return rc;
}

static void fill_header(const struct run_request *o, struct result *r)
{
	cleanup_free char *now = run_dir_now();

	text_set(&r->started, now);
	result_add_word(r, program_invocation_name);
	for (int i = 0; i < o->argc; i++)
		result_add_word(r, o->argv[i]);
}

int run_versions(const struct run_request *o, const struct run_version *versions, size_t count, struct result *r,
                 char **directory, struct error *err)
{
	cleanup_free struct result_part_of *parts = xcalloc(count, sizeof(*parts));
	cleanup_free char *made = NULL, *described = NULL;
	int64_t start_ms = clock_ms();
	size_t done = 0;
	int rc, written;

	*directory = NULL;
	fill_header(o, r);
	/* a mistake in what was asked for is told here, once */
	rc = run_describe(o, &described, err);
	rc = rc ? rc : run_dir_create(o->output, &made, err);
	for (size_t i = 0; !rc && i < count; i++) {
		parts[done].directory = versions[i].libbpf;
		rc = run_one(o, &versions[i], made, &parts[done].r, err);
		done += parts[done].r != NULL;
	}
	if (!done)
		return rc;
	result_join(r, parts, done);
	for (size_t i = 0; i < done; i++)
		result_free(parts[i].r);
	r->complete &= done == count;
	r->elapsed_s = (double)(clock_ms() - start_ms) / 1000;
	*directory = steal_ptr(made);
	written = run_write(r, *directory, rc ? NULL : err);
	return rc ? rc : written;
}
