/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/cmd/cmd_bench.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "base/log.h"
#include "host/bench/bench.h"
#include "host/bench/bench_json.h"
#include "host/bench/bench_measure.h"
#include "host/bench/bench_predict.h"
#include "host/bench/bench_table.h"
#include "host/bench/bench_vm.h"
#include "host/cmd/command.h"
#include "host/kernels/kernel_list.h"
#include "host/lib/child.h"
#include "host/object/object.h"
#include "host/run/job_file.h"
#include "host/run/run_dir.h"
#include "host/store/store.h"
#include "host/vm/accel.h"
#include "host/vm/host_speed.h"
#include "host/vm/initramfs.h"
#include "host/vm/qemu_version.h"

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
         "compare the ratios with those of an older bench.json, and fail if one is worse (without: with those that FILE held)",
         0},
        {"tolerance", OPTION_TOLERANCE, "PERCENT", 0, "how much worse a ratio may be (25)", 0},
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

static void setup_free(struct bench_setup *run)
{
	kernel_list_free(&run->list);
	object_list_free(&run->objects);
	store_kernels_free(run->kernels, run->kernel_count);
	free(run->qemu);
	free(run->initrd);
	free(run->floor);
	free(run->directory);
	free(run->job);
}

/* ---- set-up ---- */

/* results/bench.json keeps its evidence in results/bench/. */
static int make_directory(struct bench_setup *run, const char *output, struct error *err)
{
	const char *dot = strrchr(io_basename(output), '.');

	run->directory = dot ? xstrndup(output, (size_t)(dot - output)) : xasprintf("%s.d", output);
	return io_make_dirs(run->directory, err);
}

static int write_job(struct bench_setup *run, struct error *err)
{
	if (getrandom(&run->nonce, sizeof(run->nonce), 0) != sizeof(run->nonce))
		return error_set(err, EIO, "the system gives no random bytes");
	run->job = xasprintf("%s/job.bin", run->directory);
	return job_file_write(&(const struct job_file){.nonce = run->nonce, .objects = &run->objects}, run->job, err);
}

static int first_kernel(const struct bench_setup *run, size_t *index, struct error *err)
{
	for (*index = 0; *index < run->kernel_count; (*index)++)
		if (!run->kernels[*index].skipped)
			return 0;
	return error_usage(err, "%s: every kernel of it was skipped", run->list.path);
}

static int choose_accel(struct bench_setup *run, const char *name, struct bench *b, struct error *err)
{
	struct accel_answer answer;
	size_t index = 0;
	int rc = first_kernel(run, &index, err);

	rc = rc ? rc
	        : accel_decide(
	                  &(const struct accel_probe){
	                          .asked = name,
	                          .images = run->images,
	                          .device = "/dev/kvm",
	                          .directory = run->directory,
	                          .release = run->kernels[index].release,
	                          .qemu_version = run->qemu,
	                          .guest = bench_guest(run, index),
	                  },
	                  &answer, err);
	if (rc)
		return rc;
	run->accel = answer.accel;
	free(b->accel);
	b->accel = answer.reason;
	return 0;
}

static bool is_installed(const char *program)
{
	const char *const argv[] = {program, "--version", NULL};
	cleanup_child_result struct child_result said = {0};

	return !child_run(argv, NULL, &said, NULL) && child_ok(&said);
}

static int prepare(const struct bench_options *o, struct bench_setup *run, struct bench *b, struct error *err)
{
	const struct store_options store = {.dir = o->common.images, .compressed = true};
	cleanup_kernel_list struct kernel_list types = {0}; /* there is nothing to boot */
	int rc = object_list_read(o->common.args, o->common.arg_count, &run->objects, err);

	rc = rc ? rc
	        : kernel_list_open(o->common.list_path, o->common.globs.at, o->common.globs.count, &run->list, &types,
	                           err);
	rc = rc ? rc : kernel_list_need_kernel(&run->list, "measure", err);
	rc = rc ? rc : qemu_version_read(arch_default(), &run->qemu, err);
	rc = rc ? rc : store_prepare(&store, &run->list, &run->kernels, &run->kernel_count, err);
	rc = rc ? rc : initramfs_store(o->common.images, &run->initrd, err);
	rc = rc ? rc : bench_vm_floor(o->common.images, &run->floor, err);
	rc = rc ? rc : make_directory(run, o->common.output, err);
	rc = rc ? rc : write_job(run, err);
	rc = rc ? rc : choose_accel(run, o->common.accel, b, err);
	if (rc)
		return rc;
	b->cpus = host_speed_processors();
	run->deadlines = host_speed_deadlines(1, b->cpus);
	run->vng = is_installed("vng");
	return 0;
}

static void fill_header(const struct bench_setup *run, struct bench *b)
{
	struct utsname name;

	uname(&name);
	free(b->started);
	free(b->uname);
	free(b->qemu);
	b->started = run_dir_now();
	b->uname = xasprintf("%s %s %s", name.sysname, name.release, name.machine);
	b->qemu = xstrdup(run->qemu);
	b->rounds = run->rounds;
	for (size_t i = 0; i < run->objects.count; i++) {
		char **slot = bench_add_object(b);

		free(*slot);
		*slot = xstrdup(run->objects.at[i].name);
	}
}

/* ---- the command ---- */

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
		printf("the figures that were in %s are of other objects: not compared\n", o->common.output);
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
	struct bench_setup run = {.images = o->common.images, .rounds = o->rounds};
	struct bench *old = NULL;
	cleanup_free char *table = NULL;
	int rc = read_older(o, &old, err);

	rc = rc ? rc : prepare(o, &run, b, err);
	if (!rc) {
		log_info("%s", b->accel);
		fill_header(&run, b);
		rc = bench_measure(&run, b, err);
	}
	rc = rc ? rc : bench_json_write(b, o->common.output, err);
	if (!rc) {
		table = bench_table(b);
		fputs(table, stdout);
		if (!run.vng)
			puts("virtme-ng (vng): not installed, not measured");
		printf("figures: %s\n", o->common.output);
		*status = old ? compare(o, old, b) : EXIT_AS_EXPECTED;
		if (bench_missing(b))
			*status = EXIT_INFRA;
	}
	bench_free(old);
	setup_free(&run);
	return rc;
}

static int predict(const struct bench_options *o, struct error *err)
{
	const struct store_options store = {.dir = o->common.images};
	cleanup_kernel_list struct kernel_list list = {0}, types = {0};
	cleanup_strings struct strings ids = {0};
	cleanup_buf struct buf table = {0};
	struct store_row *rows = NULL;
	size_t count = 0;
	int rc = kernel_list_open(o->common.list_path, o->common.globs.at, o->common.globs.count, &list, &types, err);

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
