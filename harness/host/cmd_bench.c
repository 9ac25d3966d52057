/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/cmd_bench.h"

#include <argp.h>
#include <errno.h>
#include <sched.h>
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
#include "host/accel.h"
#include "host/bench.h"
#include "host/bench_json.h"
#include "host/bench_measure.h"
#include "host/bench_predict.h"
#include "host/bench_table.h"
#include "host/bench_vm.h"
#include "host/child.h"
#include "host/host_speed.h"
#include "host/initramfs.h"
#include "host/kernel_list.h"
#include "host/object.h"
#include "host/qemu_version.h"
#include "host/run_dir.h"
#include "host/store.h"

#define DEFAULT_ROUNDS 3
#define DEFAULT_TOLERANCE 25 /* per cent */

enum { OPTION_AGAINST = 256, OPTION_TOLERANCE, OPTION_PREDICT };

struct bench_options {
	const char *list_path, *images, *output, *accel;
	const char *against; /* NULL: nothing to compare with */
	char **globs;
	size_t glob_count;
	unsigned rounds, tolerance;
	bool predict;
	char **paths; /* of objects; argv's own */
	size_t path_count;
};

static const struct argp_option option_table[] = {
        {"kernels", 'k', "FILE", 0, "the list of kernels (kernels.txt)", 0},
        {"kernel", 'K', "GLOB", 0, "only kernels whose id matches; may be repeated", 0},
        {"images", 'i', "DIR", 0, "the kernel store (images)", 0},
        {"rounds", 'n', "N", 0, "how often each is measured (3)", 0},
        {"output", 'o', "FILE", 0, "where the figures go (results/bench.json); consoles go beside it", 0},
        {"accel", 'a', "NAME", 0, "auto, kvm or tcg (auto)", 0},
        {"against", OPTION_AGAINST, "FILE", 0,
         "compare the ratios with those of an older bench.json, and fail if one is worse (without: with those that "
         "FILE held)",
         0},
        {"tolerance", OPTION_TOLERANCE, "PERCENT", 0, "how much worse a ratio may be (25)", 0},
        {"predict", OPTION_PREDICT, NULL, 0, "measure `predict` with the objects instead; nothing is booted", 0},
        {0},
};

static unsigned take_number(const char *option, const char *arg, long max, struct argp_state *state)
{
	char *end;
	long n = strtol(arg, &end, 10);

	if (!*arg || *end || n < 1 || n > max)
		argp_error(state, "%s %s: a number from 1 to %ld", option, arg, max);
	return (unsigned)n;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct bench_options *o = state->input;

	switch (key) {
	case 'k':
		o->list_path = arg;
		return 0;
	case 'K':
		o->globs = xrealloc(o->globs, o->glob_count + 1, sizeof(*o->globs));
		o->globs[o->glob_count++] = arg;
		return 0;
	case 'i':
		o->images = arg;
		return 0;
	case 'n':
		o->rounds = take_number("-n", arg, 1000, state);
		return 0;
	case 'o':
		o->output = arg;
		return 0;
	case 'a':
		if (strcmp(arg, "auto") && strcmp(arg, "kvm") && strcmp(arg, "tcg"))
			argp_error(state, "--accel %s: auto, kvm or tcg", arg);
		o->accel = arg;
		return 0;
	case OPTION_AGAINST:
		o->against = arg;
		return 0;
	case OPTION_TOLERANCE:
		o->tolerance = take_number("--tolerance", arg, 1000, state);
		return 0;
	case OPTION_PREDICT:
		o->predict = true;
		return 0;
	case ARGP_KEY_ARGS:
		o->paths = state->argv + state->next;
		o->path_count = (size_t)(state->argc - state->next);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
        .options = option_table,
        .parser = parse_option,
        .args_doc = "OBJECT...",
        .doc = "Measure each kernel's boot with the objects against its floor (the same kernel to an init that ends "
               "at once), against an ordinary set-up and from a saved guest, one virtual machine at a time, as ratios."
               "\vExit status: 0 measured, 1 a ratio is worse than in --against by more than the tolerance, 2 usage, 3 "
               "something could not be measured.",
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
	struct job job = {.object_count = (uint32_t)run->objects.count};
	cleanup_buf struct buf bytes = {0};

	if (getrandom(&run->nonce, sizeof(run->nonce), 0) != sizeof(run->nonce))
		return error_set(err, EIO, "the system gives no random bytes");
	job.nonce = run->nonce;
	job.objects = xcalloc(run->objects.count, sizeof(*job.objects));
	for (size_t i = 0; i < run->objects.count; i++)
		job.objects[i] = object_to_job(&run->objects.at[i]);
	job_encode(&job, &bytes);
	job_free(&job);
	run->job = xasprintf("%s/job.bin", run->directory);
	return io_replace_file(run->job, bytes.data, bytes.len, err);
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

	if (rc)
		return rc;
	if (strcmp(name, "auto")) {
		run->accel = strcmp(name, "kvm") ? ACCEL_TCG : ACCEL_KVM;
		free(b->accel);
		b->accel = xasprintf("%s: asked for", name);
		return 0;
	}
	rc = accel_decide(
	        &(const struct accel_probe){
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
	const struct store_options store = {.dir = o->images, .compressed = true};
	cleanup_kernel_list struct kernel_list alone = {0}; /* there is nothing to boot */
	cpu_set_t set;
	int rc = object_list_read(o->paths, o->path_count, &run->objects, err);

	rc = rc ? rc : kernel_list_read(o->list_path, &run->list, err);
	rc = rc ? rc : kernel_list_select(&run->list, o->globs, o->glob_count, err);
	if (!rc)
		kernel_list_split(&run->list, &alone);
	rc = rc ? rc : qemu_version_read(&run->qemu, err);
	rc = rc ? rc : store_prepare(&store, &run->list, &run->kernels, &run->kernel_count, err);
	rc = rc ? rc : initramfs_store(o->images, &run->initrd, err);
	rc = rc ? rc : bench_vm_floor(o->images, &run->floor, err);
	rc = rc ? rc : make_directory(run, o->output, err);
	rc = rc ? rc : write_job(run, err);
	rc = rc ? rc : choose_accel(run, o->accel, b, err);
	if (rc)
		return rc;
	b->cpus = sched_getaffinity(0, sizeof(set), &set) ? 1 : (unsigned)CPU_COUNT(&set);
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
		printf("the figures that were in %s are of other objects: not compared\n", o->output);
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
	if (!access(o->output, F_OK) && bench_json_read(o->output, old, &unreadable))
		log_warn("%s; it will be replaced", unreadable.text);
	return 0;
}

/* Returns 0 with `*status` set, or a negative errno. */
static int bench(const struct bench_options *o, struct bench *b, int *status, struct error *err)
{
	struct bench_setup run = {.images = o->images, .rounds = o->rounds};
	struct bench *old = NULL;
	cleanup_free char *table = NULL;
	int rc = read_older(o, &old, err);

	rc = rc ? rc : prepare(o, &run, b, err);
	if (!rc) {
		log_info("%s", b->accel);
		fill_header(&run, b);
		rc = bench_measure(&run, b, err);
	}
	rc = rc ? rc : bench_json_write(b, o->output, err);
	if (!rc) {
		table = bench_table(b);
		fputs(table, stdout);
		if (!run.vng)
			puts("virtme-ng (vng): not installed, not measured");
		printf("figures: %s\n", o->output);
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
	const struct store_options store = {.dir = o->images};
	cleanup_kernel_list struct kernel_list list = {0}, alone = {0};
	cleanup_strings struct strings ids = {0};
	cleanup_buf struct buf table = {0};
	struct store_row *rows = NULL;
	size_t count = 0;
	int rc = kernel_list_read(o->list_path, &list, err);

	rc = rc ? rc : kernel_list_select(&list, o->globs, o->glob_count, err);
	if (!rc)
		kernel_list_split(&list, &alone);
	rc = rc ? rc : store_list(&store, &list, &rows, &count, err);
	for (size_t i = 0; i < count; i++)
		if (rows[i].present)
			strings_add(&ids, list.rows[i].id);
	store_rows_free(rows, count);
	if (!rc && (!ids.count || !o->path_count))
		rc = error_usage(err, "bench --predict: give objects, and a list with kernels that are in %s",
		                 o->images);
	rc = rc ? rc
	        : bench_predict(
	                  &(const struct bench_predict){
	                          .list_path = o->list_path,
	                          .images = o->images,
	                          .ids = ids.at,
	                          .id_count = ids.count,
	                          .paths = o->paths,
	                          .path_count = o->path_count,
	                          .rounds = o->rounds,
	                  },
	                  &table, err);
	fputs(buf_str(&table), stdout);
	return rc;
}

int cmd_bench(int argc, char **argv)
{
	struct bench_options o = {
	        .list_path = "kernels.txt",
	        .images = "images",
	        .output = "results/bench.json",
	        .accel = "auto",
	        .rounds = DEFAULT_ROUNDS,
	        .tolerance = DEFAULT_TOLERANCE,
	};
	cleanup_error struct error err = {0};
	struct bench *b = bench_new();
	int status = EXIT_AS_EXPECTED;

	argp_err_exit_status = EXIT_USAGE;
	if (argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &o)) {
		status = EXIT_USAGE;
	} else if (o.predict ? predict(&o, &err) : bench(&o, b, &status, &err)) {
		fprintf(stderr, "corematrix: %s\n", err.text);
		status = (int)err.status;
	}
	bench_free(b);
	free(o.globs);
	return status;
}
