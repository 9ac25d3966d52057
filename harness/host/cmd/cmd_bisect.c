/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/cmd/cmd_bisect.h"

#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/log.h"
#include "host/advice/btf_ask.h"
#include "host/cmd/bisect.h"
#include "host/cmd/bisect_try.h"
#include "host/cmd/command.h"
#include "host/lib/text.h"
#include "host/object/object.h"
#include "host/predict/predict.h"
#include "host/predict/predict_boundary.h"
#include "host/predict/predict_timeline.h"
#include "host/run/run_dir.h"
#include "host/store/store.h"

struct options {
	struct command_options common;
	const char *good, *bad; /* an id of the list, or a release */
};

static const struct argp_option option_table[] = {
        {"good", 'g', "KERNEL", 0, "where the object does as it should: an id of the list, or a release", 0},
        {"bad", 'b', "KERNEL", 0, "where it does not", 0},
        COMMAND_ROW_LIST,
        COMMAND_ROW_IMAGES,
        {"output", 'o', "DIR", 0, "where results go, one directory a bisection (results)", 0},
        COMMAND_ROW_ACCEL,
        {0},
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case 'g':
		o->good = arg;
		return 0;
	case 'b':
		o->bad = arg;
		return 0;
	case ARGP_KEY_END:
		if (o->common.arg_count > 1)
			argp_error(state, "%s: one object at a time", o->common.args[1]);
		if (!o->common.arg_count || !o->good || !o->bad)
			argp_error(state, "give an object, --good KERNEL and --bad KERNEL");
		return 0;
	default:
		return command_option(key, arg, state, &o->common);
	}
}

static const struct argp argp = {
        .options = option_table,
        .parser = parse_option,
        .args_doc = "OBJECT",
        .doc = "Find the first kernel behind a good one on which an object does otherwise: fetch and boot releases between the two until neighbours are known, and say what differs between their types. The good one may be the newer one.\vKernels differ when the verdicts do, or, where the verdicts of the two ends are equal, when a "
               "relocation is resolved on one only.",
};

/* The kernels from good to bad, and what is known of them. */
struct row {
	struct strings releases;
	enum bisect_state *states;
	struct bisect_try *tries;
	bool by_relocations; /* the verdicts of both ends are equal */
};

static void row_free(struct row *r)
{
	for (size_t i = 0; i < r->releases.count; i++)
		bisect_try_free(&r->tries[i]);
	free(r->tries);
	free(r->states);
	strings_free(&r->releases);
}

/* ---- which kernels ---- */

/* Release and version that `name` stands for; both are the caller's. */
static int find_kernel(const struct options *o, const char *name, char **release, char **version, struct error *err)
{
	const struct store_options store = {.dir = o->common.images};
	cleanup_kernel_list struct kernel_list list = {0};
	struct store_row *rows = NULL;
	size_t count = 0;
	int rc = 0;

	*release = xstrdup(name);
	*version = xstrdup("");
	/* a release needs no list */
	if (kernel_list_read(o->common.list_path, &list, NULL) || store_list(&store, &list, &rows, &count, NULL))
		return 0;
	for (size_t i = 0; i < count && !rc; i++) {
		if (strcmp(list.rows[i].id, name))
			continue;
		if (!*rows[i].release || !*rows[i].version)
			rc = error_usage(
			        err,
			        "%s: the row of %s has not been resolved to a kernel of a mirror; `corematrix kernels fetch` does that, or give a release",
			        name, o->common.list_path);
		free(*release);
		free(*version);
		*release = xstrdup(rows[i].release);
		*version = xstrdup(rows[i].version);
	}
	store_rows_free(rows, count);
	return rc;
}

static int make_row(const struct options *o, struct row *r, struct error *err)
{
	const struct store_options store = {.dir = o->common.images};
	cleanup_free char *good = NULL, *good_version = NULL, *bad = NULL, *bad_version = NULL;
	int rc = find_kernel(o, o->good, &good, &good_version, err);

	rc = rc ? rc : find_kernel(o, o->bad, &bad, &bad_version, err);
	if (rc)
		return rc;
	strings_add(&r->releases, good);
	rc = store_range(&store, NULL, (struct release_point){good, good_version},
	                 (struct release_point){bad, bad_version}, true, &r->releases, err);
	strings_add(&r->releases, bad);
	r->states = xcalloc(r->releases.count, sizeof(*r->states));
	r->tries = xcalloc(r->releases.count, sizeof(*r->tries));
	return rc;
}

/* ---- trying ---- */

static bool is_like(const struct row *r, size_t a, size_t b)
{
	return !strcmp(r->tries[a].verdict, r->tries[b].verdict) &&
	       (!r->by_relocations || !strcmp(r->tries[a].relocations, r->tries[b].relocations));
}

static int try_kernel(const struct options *o, const char *directory, struct row *r, size_t i, struct error *err)
{
	cleanup_strings struct strings options = {0};
	struct bisect_try *t = &r->tries[i];
	int rc;

	strings_add(&options, "--images");
	strings_add(&options, o->common.images);
	strings_add(&options, "--accel");
	strings_add(&options, o->common.accel);
	rc = bisect_try_run(r->releases.at[i], o->common.args[0], &options, directory, t, err);
	if (!rc)
		log_info("%-32s %s%s%s", r->releases.at[i], t->verdict, *t->reason ? ": " : "", t->reason);
	return rc;
}

static int try_ends(const struct options *o, const char *directory, struct row *r, struct error *err)
{
	size_t last = r->releases.count - 1;
	int rc = try_kernel(o, directory, r, 0, err);

	rc = rc ? rc : try_kernel(o, directory, r, last, err);
	if (rc)
		return rc;
	if (r->tries[0].infra || r->tries[last].infra)
		return error_set(err, EIO, "%s could not be measured: %s", r->releases.at[r->tries[0].infra ? 0 : last],
		                 r->tries[r->tries[0].infra ? 0 : last].reason);
	r->by_relocations = !strcmp(r->tries[0].verdict, r->tries[last].verdict);
	if (is_like(r, 0, last))
		return error_usage(
		        err,
		        "%s is %s on both %s and %s, with the same relocations resolved: there is nothing to find between them",
		        o->common.args[0], r->tries[0].verdict, r->releases.at[0], r->releases.at[last]);
	r->states[0] = BISECT_GOOD;
	r->states[last] = BISECT_BAD;
	return 0;
}

/* A kernel that the mirror lists and does not have, or that does not boot, is passed over. */
static int search(const struct options *o, const char *directory, struct row *r, size_t *good, size_t *bad,
                  struct error *err)
{
	int rc = try_ends(o, directory, r, err), next;

	while (!rc && (next = bisect_next(r->states, r->releases.count, good, bad)) >= 0) {
		cleanup_error struct error why = {0};
		size_t i = (size_t)next;

		rc = try_kernel(o, directory, r, i, &why);
		if (rc == -EIO || (!rc && r->tries[i].infra)) {
			log_warn("%s is passed over: %s", r->releases.at[i], rc ? why.text : r->tries[i].reason);
			r->states[i] = BISECT_SKIPPED;
			rc = 0;
		} else if (rc) {
			error_set(err, why.code, "%s", why.text);
		} else {
			r->states[i] = is_like(r, 0, i) ? BISECT_GOOD : BISECT_BAD;
		}
	}
	return rc;
}

/* ---- telling ---- */

/* Where the store keeps the two, which are there by now. */
static int find_types(const struct options *o, const struct row *r, size_t good, size_t bad,
                      struct store_kernel **kernels, size_t *count, struct error *err)
{
	const struct store_options store = {.dir = o->common.images, .quiet = true};
	cleanup_free char *text = xasprintf("%s\n%s\n", r->releases.at[good], r->releases.at[bad]);
	cleanup_kernel_list struct kernel_list list = {0};
	int rc = kernel_list_parse(text, strlen(text), "bisect", &list, err);

	return rc ? rc : store_prepare(&store, &list, kernels, count, err);
}

/* Fields that are on one side only: what the other side has that is called alike. */
static void tell_names(const struct prediction *p, const struct store_kernel *k, struct buf *out)
{
	const struct predict_object *o = &p->objects[0];

	for (uint32_t i = 0; i < o->record_count; i++) {
		const struct predict_record *r = &o->records[i];
		const char *dot = strchr(r->spec, '.');
		cleanup_free char *field = dot ? xasprintf("%s%s", r->type, dot) : NULL;
		const struct btf_question question = {.topic = BTF_TOPIC_FIELD, .name = field};
		const struct btf_ask_source sources[] = {{.path = k[0].btf}, {.path = k[1].btf}};
		struct btf_answer answers[2];

		if (!field || r->skipped || r->kind != BPF_CORE_FIELD_BYTE_OFFSET)
			continue;
		btf_ask(sources, 2, &question, 1, answers);
		for (size_t side = 0; side < 2; side++) {
			const struct btf_answer *a = &answers[side], *other = &answers[1 - side];

			if (!a->known || a->exists || !other->known || !other->exists)
				continue;
			buf_printf(out, "  %s has no ", k[side].id);
			text_add_line(out, field);
			buf_printf(out, "%s%s%s%s\n", *a->near ? "; it has members called alike: " : "", a->near,
			           *a->place ? "; one of that name is in " : "", a->place);
		}
	}
}

static int tell_types(const struct options *o, const struct row *r, size_t good, size_t bad, struct buf *out,
                      struct error *err)
{
	static const char *const flavours[] = {"", ""};
	cleanup_object_list struct object_list objects = {0};
	const struct prediction *p = NULL;
	struct predict_job *job = NULL;
	struct store_kernel *k = NULL;
	size_t count = 0;
	int rc = object_list_read(o->common.args, 1, &objects, err);

	rc = rc ? rc : find_types(o, r, good, bad, &k, &count, err);
	if (!rc) {
		const struct predict_types types[] = {{.id = k[0].id, .path = k[0].btf, .symbols = k[0].symbols},
		                                      {.id = k[1].id, .path = k[1].btf, .symbols = k[1].symbols}};

		job = predict_start(&objects, types, 2, err);
		p = job ? predict_finish(job, err) : NULL;
		rc = p ? 0 : -err->code;
	}
	if (p) {
		buf_puts(out, "what differs for the object between their types:\n");
		if (!predict_differences(p, 0, 0, 1, 2, out))
			buf_puts(out, "  nothing that it needs is there on one of them only\n");
		tell_names(p, k, out);
		predict_timeline(p, flavours, out);
	}
	predict_free(job);
	store_kernels_free(k, count);
	return rc;
}

static void tell_neighbours(const struct row *r, size_t good, size_t bad, struct buf *out)
{
	size_t tried = 0;

	for (size_t i = 0; i < r->releases.count; i++)
		tried += r->states[i] != BISECT_UNKNOWN;
	buf_printf(out, "last good: %s, %s\nfirst bad: %s, %s%s%s\n", r->releases.at[good], r->tries[good].verdict,
	           r->releases.at[bad], r->tries[bad].verdict, *r->tries[bad].reason ? ": " : "", r->tries[bad].reason);
	buf_printf(out, "%zu of %zu releases tried; ", tried, r->releases.count);
	if (bad - good > 1)
		buf_printf(out, "%zu between these two could not be measured\n", bad - good - 1);
	else
		buf_puts(out, "the mirror has none between these two\n");
}

static int bisect(const struct options *o, struct error *err)
{
	struct row r __attribute__((cleanup(row_free))) = {0};
	cleanup_free char *directory = NULL, *path = NULL;
	cleanup_buf struct buf out = {0};
	size_t good = 0, bad = 0;
	int rc = make_row(o, &r, err);

	rc = rc ? rc : run_dir_create(o->common.output, &directory, err);
	if (!rc)
		log_info("%zu releases from %s to %s", r.releases.count, r.releases.at[0],
		         r.releases.at[r.releases.count - 1]);
	rc = rc ? rc : search(o, directory, &r, &good, &bad, err);
	if (rc)
		return rc;
	tell_neighbours(&r, good, bad, &out);
	rc = tell_types(o, &r, good, bad, &out, err);
	fputs(buf_str(&out), stdout);
	path = xasprintf("%s/bisect.txt", directory);
	rc = rc ? rc : io_replace_file(path, buf_str(&out), out.len, err);
	if (!rc)
		printf("results: %s\n", path);
	return rc;
}

int cmd_bisect(int argc, char **argv)
{
	struct options o = {.common = {COMMAND_DEFAULTS, .output = "results"}};
	cleanup_error struct error err = {0};

	if (command_parse(&argp, 0, argc, argv, &o))
		return EXIT_USAGE;
	return bisect(&o, &err) ? command_fail(&err) : EXIT_AS_EXPECTED;
}
