/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/cmd_run.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/log.h"
#include "host/accel.h"
#include "host/advice.h"
#include "host/cmd_report.h"
#include "host/command.h"
#include "host/external_btf.h"
#include "host/host_speed.h"
#include "host/initramfs.h"
#include "host/kernel_list.h"
#include "host/object.h"
#include "host/predict.h"
#include "host/plan.h"
#include "host/qemu_version.h"
#include "host/report_markdown.h"
#include "host/report_table.h"
#include "host/result_json.h"
#include "host/run_dir.h"
#include "host/run_header.h"
#include "host/scheduler.h"
#include "host/shipment.h"
#include "host/snapshot.h"
#include "host/store.h"
#include "host/store_modules.h"

struct run_options {
	struct command_options common; /* its arguments are objects, or those of `loader` */
	unsigned jobs;
	bool frozen, cold, plan_only;
	unsigned repeat, part, parts;
	const char *summary; /* NULL: none */
	const char *loader;  /* the user's own, NULL: none */
	struct strings ship;
	unsigned loader_seconds; /* 0: the default */
	bool after_dashes;       /* the arguments follow a `--` */
	const char *btf;         /* directory of BTF from outside, NULL: none */
};

/* Options without a letter. */
enum { OPTION_LOADER = 256, OPTION_SHIP, OPTION_LOADER_TIME, OPTION_BTF };

/* The host gives a cell a minute (vm.h), of which unpacking and stopping need some. */
#define LOADER_SECONDS_MAX 45

static const struct argp_option option_table[] = {
        COMMAND_ROW_LIST,
        COMMAND_ROW_KERNEL,
        COMMAND_ROW_IMAGES,
        {"output", 'o', "DIR", 0, "where results go, one directory a run (results)", 0},
        {"jobs", 'j', "N", 0, "virtual machines side by side (one per processor)", 0},
        COMMAND_ROW_ACCEL,
        {"cold", 'c', NULL, 0, "boot every guest; neither use nor make saved ones", 0},
        {"summary", 's', "FILE", 0, "append the matrix as Markdown, for $GITHUB_STEP_SUMMARY", 0},
        {"plan", 'p', NULL, 0, "print which kernels would run, in which order, and stop", 0},
        {"part", 'P', "K/N", 0, "only part K of N of the plan, so that N machines share a matrix", 0},
        {"repeat", 'r', "N", 0, "measure every cell N times and report those that differ", 0},
        {"btf", OPTION_BTF, "DIR", 0,
         "RELEASE.btf in it counts in place of a kernel's own BTF, which is hidden; like btf= in the list", 0},
        {"loader", OPTION_LOADER, "PROGRAM", 0,
         "run this program in the guests, with the libraries it needs; its end is the verdict", 0},
        {"ship", OPTION_SHIP, "FILE", 0, "a file that the program needs beside its libraries; may be repeated", 0},
        {"loader-time", OPTION_LOADER_TIME, "SECONDS", 0, "how long the program may run before it is stopped (20)", 0},
        {"frozen", 'f', NULL, 0, "any difference from images/kernels.lock is an error", 0},
        {0},
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct run_options *o = state->input;
	int used = 0;

	switch (key) {
	case 'j':
		o->jobs = command_number("-j", arg, "a number of virtual machines", 1024, state);
		return 0;
	case 'c':
		o->cold = true;
		return 0;
	case 'p':
		o->plan_only = true;
		return 0;
	case 'P':
		if (sscanf(arg, "%u/%u%n", &o->part, &o->parts, &used) != 2 || arg[used] || !o->part ||
		    o->part > o->parts)
			argp_error(state, "--part %s: K/N with K from 1 to N", arg);
		return 0;
	case 'r':
		o->repeat = command_number("--repeat", arg, "a number", 100000, state);
		return 0;
	case 's':
		o->summary = arg;
		return 0;
	case 'f':
		o->frozen = true;
		return 0;
	case OPTION_BTF:
		o->btf = arg;
		return 0;
	case OPTION_LOADER:
		o->loader = arg;
		return 0;
	case OPTION_SHIP:
		strings_add(&o->ship, arg);
		return 0;
	case OPTION_LOADER_TIME:
		o->loader_seconds =
		        command_number("--loader-time", arg, "a number of seconds", LOADER_SECONDS_MAX, state);
		return 0;
	case ARGP_KEY_ARGS:
		o->after_dashes = state->quoted && state->next >= state->quoted;
		return command_option(key, arg, state, &o->common);
	default:
		return command_option(key, arg, state, &o->common);
	}
}

static const struct argp argp = {
        .options = option_table,
        .parser = parse_option,
        .args_doc = "OBJECT...\n--loader PROGRAM -- ARGUMENTS...",
        .doc = "Load the objects in every kernel of the list, compare what they capture with the truth, report.",
};

static unsigned processors(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof(set), &set) ? 1 : (unsigned)CPU_COUNT(&set);
}

/* Order of the rows that are there to be run; the plan borrows their ids. */
static void make_plan(const struct kernel_list *list, const struct store_kernel *kernels, const char *images,
                      struct plan *plan)
{
	cleanup_free const char **ids = xcalloc(list->count, sizeof(*ids));
	struct plan_times times;
	size_t kept = 0;

	for (size_t i = 0; i < list->count; i++)
		ids[i] = list->rows[i].id;
	plan_times_read(images, &times);
	plan_make(plan, ids, list->count, &times);
	plan_times_free(&times);
	for (size_t i = 0; kernels && i < plan->count; i++)
		if (!kernels[plan->at[i].kernel].skipped)
			plan->at[kept++] = plan->at[i];
	plan->count = kernels ? kept : plan->count;
}

/* Leave in the list what this machine's share of the plan is, before anything is fetched. */
static int take_part(const struct run_options *o, struct kernel_list *list, struct error *err)
{
	cleanup_free char **ids = NULL;
	struct plan plan;
	int rc = 0;

	if (!o->parts)
		return 0;
	make_plan(list, NULL, o->common.images, &plan);
	plan_cut(&plan, o->part, o->parts);
	ids = xcalloc(plan.count, sizeof(*ids));
	for (size_t i = 0; i < plan.count; i++)
		ids[i] = (char *)plan.at[i].id;
	if (!plan.count)
		rc = error_usage(err, "--part %u/%u: the list has only %zu kernels", o->part, o->parts, list->count);
	else
		rc = kernel_list_select(list, ids, plan.count, err);
	plan_free(&plan);
	return rc;
}

static int print_plan(const struct run_options *o, const struct kernel_list *list, const struct object_list *objects)
{
	cleanup_buf struct buf text = {0};
	struct plan plan;

	make_plan(list, NULL, o->common.images, &plan);
	buf_printf(&text, "%zu kernels, %zu object%s each:", plan.count, objects->count,
	           objects->count == 1 ? "" : "s");
	for (size_t i = 0; i < objects->count; i++)
		buf_printf(&text, " %s", objects->at[i].name);
	buf_putc(&text, '\n');
	plan_print(&plan, &text);
	fputs(buf_str(&text), stdout);
	plan_free(&plan);
	return 0;
}

static void keep_times(const struct run_options *o, const struct result *r)
{
	struct plan_times times;

	plan_times_read(o->common.images, &times);
	for (size_t i = 0; i < r->kernel_count; i++)
		if (r->kernels[i].timing.total_ms > 0 && !r->kernels[i].infra)
			plan_times_set(&times, r->kernels[i].id, r->kernels[i].timing.total_ms);
	plan_times_write(o->common.images, &times, NULL); /* costs the next run its order, no more */
	plan_times_free(&times);
}

/* Saved guests take room: keep it bounded, and say how much. */
static void bound_snapshots(const struct run_options *o)
{
	uint64_t left;

	if (!o->cold && !snapshot_trim(o->common.images, SNAPSHOT_MAX_BYTES, &left, NULL))
		log_info("saved guests: %.1f MB in %s/snapshots", (double)left / 1e6, o->common.images);
}

/* Which accelerator, and in one line why. */
static int choose_accel(const struct run_options *o, const struct store_kernel *kernel, const char *initrd,
                        const char *directory, const char *qemu, struct accel_answer *answer, struct error *err)
{
	struct accel_probe probe = {
	        .images = o->common.images,
	        .device = "/dev/kvm",
	        .directory = directory,
	        .release = kernel->release,
	        .qemu_version = qemu,
	        .guest = {.arch = &arch_x86, .initrd = initrd, .job = "", .append = "", .ram = "", .state = ""},
	};

	if (strcmp(o->common.accel, "auto")) {
		*answer = (struct accel_answer){
		        .accel = strcmp(o->common.accel, "kvm") ? ACCEL_TCG : ACCEL_KVM,
		        .reason = xasprintf("%s: asked for", o->common.accel),
		};
		return 0;
	}
	probe.guest.kernel = kernel->pvh ? kernel->vmlinux : kernel->bzimage;
	probe.guest.memory_mb = SCHEDULE_MEMORY_MB;
	return accel_decide(&probe, answer, err);
}

static int finish(struct result *r, const char *directory, int64_t start_ms, struct error *err)
{
	cleanup_free char *json = xasprintf("%s/results.json", directory);
	cleanup_free char *table = NULL;
	int rc;

	r->elapsed_s = (double)(clock_ms() - start_ms) / 1000;
	run_header_count(r);
	result_sort_cells(r);
	rc = result_json_write(r, json, err);
	if (!rc)
		rc = report_render(r, directory, err);
	table = report_table(r, isatty(STDOUT_FILENO) && !getenv("NO_COLOR"));
	fputs(table, stdout);
	printf("results: %s/results.json\n", directory);
	fflush(stdout);
	return rc;
}

/* Beside the first boots; what it says is compared with every cell. */
static struct predict_job *start_prediction(const struct object_list *objects, const struct store_kernel *kernels,
                                            const struct external_btf *external, const struct module_set *modules,
                                            size_t count, const struct kernel_list *alone, struct error *err)
{
	cleanup_free struct predict_types *types = xcalloc(count + alone->count, sizeof(*types));

	for (size_t i = 0; i < count; i++)
		types[i] = (struct predict_types){
		        .id = kernels[i].id,
		        .path = *external[i].path ? external[i].path : kernels[i].btf,
		        .symbols = kernels[i].symbols,
		        .modules = &modules[i],
		        .external = *external[i].path,
		};
	for (size_t i = 0; i < alone->count; i++)
		types[count + i] = (struct predict_types){.id = alone->rows[i].id, .path = alone->rows[i].spec};
	return predict_start(objects, types, count + alone->count, err);
}

/* The rows that are types alone, which stand behind the `count` kernels in the prediction. */
static void add_forecasts(const struct prediction *p, size_t count, struct result *r)
{
	for (size_t k = count; k < p->kernel_count; k++)
		for (size_t o = 0; o < p->object_count; o++) {
			const struct predict_cell *c = prediction_cell(p, k, o);
			cleanup_free char *text = predict_cell_text(c);
			struct result_forecast *f = result_add_forecast(r);

			result_set_string(&f->kernel, p->kernels[k].id);
			result_set_string(&f->object, p->objects[o].name);
			result_set_string(&f->predicted, text);
			result_set_string(&f->reason, c->reason);
		}
}

/* Rows that are types alone are predicted; there has to be a kernel to measure beside them. */
static int set_apart(struct kernel_list *list, struct kernel_list *alone, struct error *err)
{
	int rc;

	kernel_list_split(list, alone);
	rc = kernel_list_check_types(alone, err);
	if (!rc && !list->count)
		rc = error_usage(err, "%s: no kernel to run, only types; `corematrix predict` is for these",
		                 list->path);
	return rc;
}

static int read_objects(const struct run_options *o, struct object_list *objects, struct error *err)
{
	if (!o->loader && (o->ship.count || o->loader_seconds))
		return error_usage(err, "--ship and --loader-time belong to --loader PROGRAM");
	if (!o->loader)
		return object_list_read(o->common.args, o->common.arg_count, objects, err);
	if (o->common.arg_count && !o->after_dashes)
		return error_usage(err,
		                   "%s: --loader runs its program and no object of yours; put the program's arguments "
		                   "after --",
		                   o->common.args[0]);
	return shipment_object(
	        &(const struct shipment_request){
	                .program = o->loader,
	                .arguments = o->common.args,
	                .argument_count = o->common.arg_count,
	                .extra = o->ship.at,
	                .extra_count = o->ship.count,
	                .seconds = o->loader_seconds,
	        },
	        objects, err);
}

/* What calls this program for one cell, up to --kernel. */
static char *command_for_one(const struct run_options *o)
{
	cleanup_free char *list = shell_quote(o->common.list_path), *btf = o->btf ? shell_quote(o->btf) : NULL;

	return xasprintf("%s run -k %s%s%s", program_invocation_name, list, btf ? " --btf " : "", btf ? btf : "");
}

static int run(const struct run_options *o, int argc, char **argv, struct result *r, struct error *err)
{
	cleanup_kernel_list struct kernel_list list = {0}, alone = {0};
	cleanup_object_list struct object_list objects = {0};
	cleanup_free char *qemu = NULL, *initrd = NULL, *directory = NULL, *command = NULL;
	struct store_options store = {.dir = o->common.images, .frozen = o->frozen};
	struct store_kernel *kernels = NULL;
	struct external_btf *external = NULL;
	struct module_set *modules = NULL;
	cleanup_strings struct strings module_names = {0};
	struct accel_answer accel = {0};
	struct plan plan = {0};
	struct predict_job *predict;
	const struct prediction *p = NULL;
	unsigned jobs;
	int64_t start_ms;
	size_t count = 0;
	int rc, rendered;

	rc = read_objects(o, &objects, err);
	rc = rc ? rc : kernel_list_read(o->common.list_path, &list, err);
	rc = rc ? rc : kernel_list_select(&list, o->common.globs.at, o->common.globs.count, err);
	rc = rc ? rc : set_apart(&list, &alone, err);
	rc = rc ? rc : take_part(o, &list, err);
	if (!rc && o->plan_only)
		return print_plan(o, &list, &objects);
	rc = rc ? rc : qemu_version_read(&qemu, err);
	object_list_modules(&objects, &module_names);
	store.modules = &module_names;
	rc = rc ? rc : store_prepare(&store, &list, &kernels, &count, err);
	rc = rc ? rc : store_modules_prepare(&store, &list, kernels, count, &module_names, &modules, err);
	rc = rc ? rc : external_btf_read(&list, kernels, o->btf, &external, err);
	rc = rc ? rc : initramfs_store(o->common.images, &initrd, err);
	rc = rc ? rc : run_dir_create(o->common.output, &directory, err);
	rc = rc ? rc : object_list_unpack(&objects, directory, err);
	if (rc)
		return rc;

	start_ms = clock_ms();
	make_plan(&list, kernels, o->common.images, &plan);
	rc = plan.count ? choose_accel(o, &kernels[plan.at[0].kernel], initrd, directory, qemu, &accel, err)
	                : error_usage(err, "%s: every kernel of it was skipped", o->common.list_path);
	if (rc)
		return rc;
	log_info("%s", accel.reason);
	run_header_fill(r, argc, argv, qemu, processors());
	result_set_string(&r->host.accel, accel.reason);
	run_header_objects(r, &objects);
	run_header_kernels(r, kernels, count);
	for (size_t i = 0; i < count; i++)
		result_set_string(&r->kernels[i].btf, external[i].path);
	command = command_for_one(o);
	/* what a program of the user's will load, nothing can tell */
	predict = o->loader ? NULL : start_prediction(&objects, kernels, external, modules, count, &alone, err);
	if (!predict && !o->loader)
		return -err->code;
	jobs = o->jobs ? o->jobs : host_speed_jobs(processors(), SCHEDULE_MEMORY_MB);
	rc = scheduler_run(
	        &(const struct schedule){
	                .list = &list,
	                .kernels = kernels,
	                .external = external,
	                .modules = modules,
	                .objects = &objects,
	                .predict = predict,
	                .plan = &plan,
	                .repeat = o->repeat ? o->repeat : 1,
	                .images = o->common.images,
	                .initrd = initrd,
	                .qemu_version = qemu,
	                .cold = o->cold,
	                .directory = directory,
	                .command = command,
	                .accel = accel.accel,
	                .deadlines = host_speed_deadlines(jobs, processors()),
	                .jobs = jobs,
	        },
	        r, err);
	if (!rc && predict && !(p = predict_finish(predict, err)))
		rc = -err->code;
	if (p)
		add_forecasts(p, count, r);
	predict_free(predict);
	keep_times(o, r);
	bound_snapshots(o);
	free(accel.reason);
	plan_free(&plan);
	advice_add(r, kernels, count, &objects);
	r->complete = !rc;
	rendered = finish(r, directory, start_ms, rc ? NULL : err);
	if (o->summary && !rendered)
		rendered = report_markdown_append(r, o->summary, rc ? NULL : err);
	store_kernels_free(kernels, count);
	external_btf_free(external, list.count);
	store_modules_free(modules, list.count);
	return rc ? rc : rendered;
}

int cmd_run(int argc, char **argv)
{
	struct run_options o = {.common = {COMMAND_DEFAULTS, .output = "results"}};
	cleanup_error struct error err = {0};
	struct result *r = result_new();
	int status;

	if (command_parse(&argp, ARGP_IN_ORDER, argc, argv, &o))
		return EXIT_USAGE;
	if (run(&o, argc, argv, r, &err))
		status = command_fail(&err);
	else
		status = o.plan_only ? EXIT_AS_EXPECTED : (int)result_exit_status(r);
	result_free(r);
	strings_free(&o.common.globs);
	strings_free(&o.ship);
	return status;
}
