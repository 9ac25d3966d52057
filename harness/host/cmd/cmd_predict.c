/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/cmd/cmd_predict.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/log.h"
#include "host/cmd/command.h"
#include "host/kernels/kernel_list.h"
#include "host/lib/strings.h"
#include "host/lib/text.h"
#include "host/object/expect.h"
#include "host/object/expect_text.h"
#include "host/object/object.h"
#include "host/object/object_builds.h"
#include "host/object/object_variants.h"
#include "host/predict/predict.h"
#include "host/predict/predict_boundary.h"
#include "host/predict/predict_report.h"
#include "host/predict/predict_timeline.h"
#include "host/run/linked_libbpf.h"
#include "host/store/btf_source.h"
#include "host/store/store.h"
#include "host/store/store_modules.h"

enum { OPTION_BTF = 256, OPTION_NEEDS, OPTION_TIMELINE, OPTION_BOUNDARIES };

struct predict_options {
	struct command_options common; /* without a list, it is kernels.txt, unless other types are given */
	struct strings btf;
	bool verbose, needs, timeline, boundaries;
};

static const struct argp_option option_table[] = {
        COMMAND_ROW_LIST,
        COMMAND_ROW_KERNEL,
        COMMAND_ROW_IMAGES,
        COMMAND_ROW_BUILD,
        COMMAND_ROW_BUILDS,
        COMMAND_ROW_VARIANT,
        {"btf", OPTION_BTF, "PATH", 0,
         "types from elsewhere: a .btf file, a directory of them, a vmlinux, a .btf.tar.xz; may be repeated; without -k, these alone",
         0},
        {"output", 'o', "DIR", 0, "write predict.json there", 0},
        {"verbose", 'v', NULL, 0, "every relocation of every cell", 0},
        {"needs", OPTION_NEEDS, NULL, 0, "what each object needs, and where it holds", 0},
        {"timeline", OPTION_TIMELINE, NULL, 0, "how each field changes along the kernels", 0},
        {"boundaries", OPTION_BOUNDARIES, NULL, 0,
         "between which neighbouring kernels something changes for an object, and what the mirror has in between", 0},
        {0},
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct predict_options *o = state->input;

	switch (key) {
	case 'v':
		o->verbose = true;
		return 0;
	case OPTION_BTF:
		strings_add(&o->btf, arg);
		return 0;
	case OPTION_NEEDS:
		o->needs = true;
		return 0;
	case OPTION_TIMELINE:
		o->timeline = true;
		return 0;
	case OPTION_BOUNDARIES:
		o->boundaries = true;
		return 0;
	default:
		return command_option(key, arg, state, &o->common);
	}
}

static const struct argp argp = {
        .options = option_table,
        .parser = parse_option,
        .args_doc = "OBJECT...",
        .doc = "Predict from the kernels' types what becomes of every relocation and of each object. No VM, no privileges, no network.",
};

/* The kernels to predict for, in order: the list's, then those of --btf. */
struct kernels {
	struct predict_types *types; /* borrowed from the rest */
	const char **flavours, **releases;
	const char **expects; /* what the row expects of every object, "" */
	size_t count;
	struct kernel_list list, types_alone; /* rows that are types and no kernel */
	struct store_kernel *store;
	size_t store_count;
	struct module_set *modules; /* store_count entries, as far as the store has them */
	struct btf_source_list sources;
};

static void kernels_free(struct kernels *k)
{
	free(k->types);
	free(k->flavours);
	free(k->releases);
	free(k->expects);
	kernel_list_free(&k->list);
	kernel_list_free(&k->types_alone);
	store_kernels_free(k->store, k->store_count);
	btf_source_list_free(&k->sources);
	store_modules_free(k->modules, k->store_count);
}

static void add_kernel(struct kernels *k, struct predict_types types, const char *flavour, const char *release,
                       const char *expects)
{
	k->types = xrealloc(k->types, k->count + 1, sizeof(*k->types));
	k->flavours = xrealloc(k->flavours, k->count + 1, sizeof(*k->flavours));
	k->releases = xrealloc(k->releases, k->count + 1, sizeof(*k->releases));
	k->expects = xrealloc(k->expects, k->count + 1, sizeof(*k->expects));
	k->types[k->count] = types;
	k->flavours[k->count] = flavour;
	k->releases[k->count] = release;
	k->expects[k->count++] = expects;
}

/* Leave out the rows whose kernel is not in the store: nothing is fetched for a prediction. */
static int keep_present(const struct store_options *store, struct kernel_list *list, struct error *err)
{
	cleanup_strings struct strings present = {0};
	struct store_row *rows;
	size_t count;
	int rc = store_list(store, list, &rows, &count, err);

	if (rc)
		return rc;
	for (size_t i = 0; i < count; i++) {
		if (rows[i].present)
			strings_add(&present, list->rows[i].id);
		else
			log_warn("%s: not in %s, so not predicted; `corematrix kernels fetch` fetches it",
			         list->rows[i].id, store->dir);
	}
	store_rows_free(rows, count);
	if (!present.count)
		return error_usage(
		        err,
		        "%s: none of its kernels is in %s; `corematrix kernels fetch` fetches them, or give types with --btf",
		        list->path, store->dir);
	return kernel_list_select(list, present.at, present.count, err);
}

static int add_listed(const struct predict_options *o, struct kernels *k, struct error *err)
{
	const struct store_options store = {.dir = o->common.images, .quiet = true, .offline = true};
	int rc = store_list_open(&store, o->common.list_path ? o->common.list_path : places_list(), o->common.globs.at,
	                         o->common.globs.count, &k->list, &k->types_alone, err);

	if (!rc && k->list.count) {
		rc = keep_present(&store, &k->list, err);
		rc = rc ? rc : store_prepare(&store, &k->list, &k->store, &k->store_count, err);
	}
	k->modules = rc ? NULL : store_modules_known(k->store, k->store_count);
	for (size_t i = 0; i < k->store_count && !rc; i++) {
		const char *external = k->list.rows[i].btf;
		const struct predict_types types = {
		        .id = k->store[i].id,
		        .arch = k->store[i].arch,
		        .path = *external ? external : k->store[i].btf,
		        .symbols = k->store[i].symbols,
		        .config = k->store[i].config,
		        .release = k->store[i].release,
		        .modules = &k->modules[i],
		        .external = *external,
		};

		add_kernel(k, types, kernel_row_flavour(&k->list.rows[i], k->store[i].release), k->store[i].release,
		           k->list.rows[i].expect);
	}
	return rc;
}

static void add_types_alone(struct kernels *k)
{
	for (size_t i = 0; i < k->types_alone.count; i++) {
		const struct kernel_row *row = &k->types_alone.rows[i];

		add_kernel(k, (struct predict_types){.id = row->id, .arch = row->arch, .path = row->spec}, "", row->id,
		           row->expect);
	}
}

static int find_kernels(const struct predict_options *o, struct kernels *k, struct error *err)
{
	int rc = o->common.list_path || !o->btf.count ? add_listed(o, k, err) : 0;

	add_types_alone(k);
	for (size_t i = 0; i < o->btf.count && !rc; i++)
		rc = btf_source_add(&k->sources, o->btf.at[i], err);
	for (size_t i = 0; i < k->sources.count && !rc; i++)
		add_kernel(k, (struct predict_types){.id = k->sources.at[i].id, .path = k->sources.at[i].path}, "",
		           k->sources.at[i].id, "");
	return rc;
}

/* ---- expectations ---- */

/* An expect_ask. */
static int answer(void *ctx, size_t rule)
{
	return predict_answer(ctx, rule);
}

/* A prediction is worse than expected only where it commits itself: to a rejection, or to one or a wrong value. */
static bool is_worse(const struct kernels *k, size_t kernel, const struct object *o, struct predict_cell *c)
{
	const struct expect_kernel about = {.id = k->types[kernel].id,
	                                    .release = k->releases[kernel],
	                                    .arch = k->types[kernel].arch,
	                                    .row = k->expects[kernel],
	                                    .libbpf = linked_libbpf()};
	cleanup_free char *expected = NULL;

	if (c->forecast != FORECAST_REJECTED && c->forecast != FORECAST_WRONG)
		return false;
	if (expect_verdict(&o->ini, &about, answer, c, &expected, NULL))
		return true;
	if (c->forecast == FORECAST_WRONG)
		return !expect_matches(expected, VERDICT_WRONG, CLASS_NONE, "") &&
		       !expect_matches(expected, VERDICT_REJECTED, CLASS_VERIFIER, "");
	return !expect_matches(expected, VERDICT_REJECTED, (enum reject_class)c->class, "");
}

static enum exit_status judge(const struct kernels *k, const struct object_list *objects, const struct prediction *p)
{
	enum exit_status status = EXIT_AS_EXPECTED;

	for (size_t i = 0; i < p->kernel_count; i++)
		for (size_t o = 0; o < p->object_count; o++) {
			struct predict_cell *c = prediction_cell(p, i, o);

			if (c->forecast == FORECAST_NONE)
				return EXIT_INFRA;
			if (is_worse(k, i, &objects->at[o], c))
				status = EXIT_WORSE;
		}
	return status;
}

/* ---- output ---- */

static int write_json(const char *directory, const struct prediction *p, struct error *err)
{
	cleanup_free char *path = xasprintf("%s/predict.json", directory), *text = NULL;
	json_t *root = predict_report_json(p);
	int rc = io_make_dirs(directory, err);

	text = json_dumps(root, JSON_INDENT(1));
	json_decref(root);
	if (!rc && !text)
		rc = error_set(err, ENOMEM, "%s: no memory to write it", path);
	return rc ? rc : io_replace_file(path, text, strlen(text), err);
}

/* What `between` needs; see below. */
struct asked_between {
	const struct predict_options *o;
	const struct kernels *k;
	const struct prediction *p;
};

/* A predict_between: by the index of the mirror that is there. The list's kernels come first in the prediction. */
static void between(void *ctx, size_t object, size_t a, size_t b, struct buf *out)
{
	const struct asked_between *x = ctx;
	const struct store_options store = {.dir = x->o->common.images};
	cleanup_strings struct strings found = {0};
	cleanup_free char *path = shell_quote(x->o->common.args[object]);
	size_t good = a, bad = b;

	if (a >= x->k->store_count || b >= x->k->store_count || !*x->k->store[a].version || !*x->k->store[b].version ||
	    x->k->list.rows[a].source != x->k->list.rows[b].source ||
	    store_range(&store, x->k->list.rows[a].source,
	                (struct release_point){x->k->store[a].release, x->k->store[a].version},
	                (struct release_point){x->k->store[b].release, x->k->store[b].version}, false, &found, NULL))
		return;
	if (!found.count) {
		buf_puts(out, "      the mirror has no release in between\n");
		return;
	}
	if (prediction_cell(x->p, a, object)->forecast > prediction_cell(x->p, b, object)->forecast) {
		good = b;
		bad = a;
	}
	buf_puts(out, "      not tested in between: ");
	text_count(out, found.count, "release");
	buf_printf(out, " of the mirror (%s%s%s); corematrix bisect --good %s --bad %s %s finds the first\n",
	           found.at[0], found.count > 1 ? " to " : "", found.count > 1 ? found.at[found.count - 1] : "",
	           x->p->kernels[good].id, x->p->kernels[bad].id, path);
}

static int show(const struct predict_options *o, const struct kernels *k, const struct prediction *p, struct error *err)
{
	struct asked_between asked = {o, k, p};
	cleanup_buf struct buf out = {0};

	if (o->verbose)
		predict_report_relocations(p, &out);
	if (o->needs)
		predict_report_needs(p, &out);
	if (o->timeline)
		predict_timeline(p, k->flavours, &out);
	if (o->boundaries)
		predict_boundaries(p, k->flavours, k->releases, between, &asked, &out);
	if (out.len)
		buf_putc(&out, '\n');
	predict_report_table(p, &out);
	fwrite(out.data, 1, out.len, stdout);
	return o->common.output ? write_json(o->common.output, p, err) : 0;
}

static int predict(const struct predict_options *o, enum exit_status *status, struct error *err)
{
	struct kernels k __attribute__((cleanup(kernels_free))) = {0};
	cleanup_object_list struct object_list objects = {0};
	const struct prediction *p = NULL;
	struct predict_job *job = NULL;
	int rc = object_list_read_all(o->common.args, o->common.arg_count, &o->common.builds, &objects, err);

	rc = rc ? rc : object_list_vary(&objects, o->common.variant, err);
	rc = rc ? rc : find_kernels(o, &k, err);
	if (rc)
		return rc;
	job = predict_start(&objects, k.types, k.count, err);
	p = job ? predict_finish(job, err) : NULL;
	rc = p ? show(o, &k, p, err) : -err->code;
	if (p)
		*status = judge(&k, &objects, p);
	predict_free(job);
	return rc;
}

int cmd_predict(int argc, char **argv)
{
	struct predict_options o = {.common = {.images = places_store()}};
	cleanup_error struct error err = {0};
	enum exit_status status = EXIT_AS_EXPECTED;

	if (command_parse(&argp, ARGP_IN_ORDER, argc, argv, &o))
		return EXIT_USAGE;
	if (predict(&o, &status, &err))
		status = (enum exit_status)command_fail(&err);
	strings_free(&o.btf);
	strings_free(&o.common.globs);
	strings_free(&o.common.builds);
	return (int)status;
}
