/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/cmd/cmd_bench.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/log.h"
#include "host/bench/bench.h"
#include "host/bench/bench_json.h"
#include "host/bench/bench_predict.h"
#include "host/bench/bench_run.h"
#include "host/bench/bench_table.h"
#include "host/cmd/command.h"
#include "host/kernels/kernel_list.h"
#include "host/store/store.h"

#define DEFAULT_ROUNDS 3
#define DEFAULT_TOLERANCE 25 /* per cent */

enum { OPTION_AGAINST = 256, OPTION_TOLERANCE, OPTION_PREDICT };

struct bench_options {
	struct command_options common;
	const char *against; /* NULL: nothing to compare with */
	unsigned rounds, tolerance;
	bool predict;
};

static const struct argp_option option_table[] = {
        COMMAND_ROW_LIST,
        COMMAND_ROW_KERNEL,
        COMMAND_ROW_IMAGES,
        {"rounds", 'n', "N", 0, "how often each is measured (3)", 0},
        {"output", 'o', "FILE", 0, "where the figures go (results/bench.json); consoles go beside it", 0},
        COMMAND_ROW_ACCEL,
        {"against", OPTION_AGAINST, "FILE", 0,
         "compare the ratios with those of an older bench.json, and fail if one is worse (by default with those that the output held)",
         0},
        {"tolerance", OPTION_TOLERANCE, "PERCENT", 0, "how much worse a ratio may be, in percent (25)", 0},
        {"predict", OPTION_PREDICT, NULL, 0, "measure `predict` with the objects instead; nothing is booted", 0},
        {0},
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct bench_options *o = state->input;

	switch (key) {
	case 'n':
		o->rounds = command_number("-n", arg, "a number", 1000, state);
		return 0;
	case OPTION_AGAINST:
		o->against = arg;
		return 0;
	case OPTION_TOLERANCE:
		o->tolerance = command_number("--tolerance", arg, "a number", 1000, state);
		return 0;
	case OPTION_PREDICT:
		o->predict = true;
		return 0;
	default:
		return command_option(key, arg, state, &o->common);
	}
}

static const struct argp argp = {
        .options = option_table,
        .parser = parse_option,
        .args_doc = "OBJECT...",
        .doc = "Measure each kernel's boot with the objects against its floor (the same kernel to an init that ends at once), against an ordinary set-up and from a saved guest, one virtual machine at a time, as ratios."
               "\vExit status: 0 measured, 1 a ratio is worse than in --against by more than the tolerance, 2 usage, 3 something could not be measured.",
};

static bool same_objects(const struct bench *a, const struct bench *b)
{
	if (a->object_count != b->object_count)
		return false;
	for (size_t i = 0; i < a->object_count; i++)
		if (strcmp(a->objects[i], b->objects[i]))
			return false;
	return true;
}

/* Only a comparison that was asked for decides the exit status. */
static int compare(const struct bench_options *o, const struct bench *old, const struct bench *b)
{
	cleanup_buf struct buf text = {0};
	size_t compared, worse;

	if (!o->against && !same_objects(old, b)) {
		printf("the figures that were in %s are for other objects: not compared\n", o->common.output);
		return EXIT_AS_EXPECTED;
	}
	worse = bench_compare(old, b, o->tolerance / 100.0, &compared, &text);
	printf("\nagainst %s:\n%s", o->against ? o->against : "the figures that were there before", buf_str(&text));
	return o->against && worse ? EXIT_WORSE : EXIT_AS_EXPECTED;
}

/* Read before anything is measured: -o may name the same file. */
static int read_older(const struct bench_options *o, struct bench **old, struct error *err)
{
	cleanup_error struct error unreadable = {0};

	if (o->against)
		return bench_json_read(o->against, old, err);
	if (!access(o->common.output, F_OK) && bench_json_read(o->common.output, old, &unreadable))
		log_warn("%s; it will be replaced", unreadable.text);
	return 0;
}

/* Returns 0 with `*status` set, or a negative errno. */
static int bench(const struct bench_options *o, struct bench *b, int *status, struct error *err)
{
	const struct bench_request request = {
	        .list_path = o->common.list_path,
	        .globs = o->common.globs,
	        .images = o->common.images,
	        .output = o->common.output,
	        .accel = o->common.accel,
	        .args = o->common.args,
	        .arg_count = o->common.arg_count,
	        .rounds = o->rounds,
	};
	cleanup_free char *table = NULL;
	struct bench *old = NULL;
	bool with_vng;
	int rc = read_older(o, &old, err);

	rc = rc ? rc : bench_run(&request, b, &with_vng, err);
	if (!rc) {
		table = bench_table(b);
		fputs(table, stdout);
		if (!with_vng)
			puts("virtme-ng (vng): not installed, not measured");
		printf("figures: %s\n", o->common.output);
		*status = old ? compare(o, old, b) : EXIT_AS_EXPECTED;
		if (bench_missing(b))
			*status = EXIT_INFRA;
	}
	bench_free(old);
	return rc;
}

static int predict(const struct bench_options *o, struct error *err)
{
	const struct store_options store = {.dir = o->common.images, .offline = true};
	cleanup_kernel_list struct kernel_list list = {0}, types = {0};
	cleanup_strings struct strings ids = {0};
	cleanup_buf struct buf table = {0};
	struct store_row *rows = NULL;
	size_t count = 0;
	int rc = store_list_open(&store, o->common.list_path, o->common.globs.at, o->common.globs.count, &list, &types,
	                         err);

	rc = rc ? rc : store_list(&store, &list, &rows, &count, err);
	for (size_t i = 0; i < count; i++)
		if (rows[i].present)
			strings_add(&ids, list.rows[i].id);
	store_rows_free(rows, count);
	if (!rc && (!ids.count || !o->common.arg_count))
		rc = error_usage(err, "bench --predict: give objects, and a list with kernels that are in %s",
		                 o->common.images);
	rc = rc ? rc
	        : bench_predict(
	                  &(const struct bench_predict){
	                          .list_path = o->common.list_path,
	                          .images = o->common.images,
	                          .ids = ids.at,
	                          .id_count = ids.count,
	                          .paths = o->common.args,
	                          .path_count = o->common.arg_count,
	                          .rounds = o->rounds,
	                  },
	                  &table, err);
	fputs(buf_str(&table), stdout);
	return rc;
}

int cmd_bench(int argc, char **argv)
{
	struct bench_options o = {
	        .common = {COMMAND_DEFAULTS, .output = "results/bench.json"},
	        .rounds = DEFAULT_ROUNDS,
	        .tolerance = DEFAULT_TOLERANCE,
	};
	cleanup_error struct error err = {0};
	struct bench *b = bench_new();
	int status = EXIT_AS_EXPECTED;

	if (command_parse(&argp, ARGP_IN_ORDER, argc, argv, &o))
		status = EXIT_USAGE;
	else if (o.predict ? predict(&o, &err) : bench(&o, b, &status, &err))
		status = command_fail(&err);
	bench_free(b);
	strings_free(&o.common.globs);
	return status;
}
