/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/run/run.h"

#include <errno.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "host/advice/advice.h"
#include "host/kernels/kernel_list.h"
#include "host/lib/text.h"
#include "host/object/carried.h"
#include "host/object/loader_files.h"
#include "host/object/object.h"
#include "host/object/object_builds.h"
#include "host/object/object_variants.h"
#include "host/object/shipped.h"
#include "host/result/result_json.h"
#include "host/run/arrivals.h"
#include "host/run/guest.h"
#include "host/run/reuse.h"
#include "host/run/run_dir.h"
#include "host/run/run_header.h"
#include "host/run/run_part.h"
#include "host/run/run_plan.h"
#include "host/run/run_prediction.h"
#include "host/run/run_write.h"
#include "host/run/scheduler.h"
#include "host/store/external_btf.h"
#include "host/store/store.h"
#include "host/store/store_modules.h"
#include "host/vm/accel.h"
#include "host/vm/host_speed.h"
#include "host/vm/initramfs.h"
#include "host/vm/qemu_version.h"
#include "host/vm/snapshot.h"
#include "wire/loader_pack.h"

/* What a run has gathered, in the order in which it is prepared. */
struct run {
	const struct run_request *o;
	struct object_list objects;
	struct buf files;               /* of user space, that come along with them */
	struct kernel_list list, types; /* `types`: rows that are types alone, which are predicted and never booted */
	struct store_kernel *kernels;   /* a row of the list each, as the next two */
	struct module_set *modules;
	struct external_btf *external;
	size_t kernel_count;
	char *directory;
	struct guest_means means;
	struct plan plan;
	struct share_costs costs;
	struct accel_answer accel;
	struct object_list predicted; /* the objects, with those that a loader carries */
	struct reuse reuse;
	struct predict_job *predict;
	int use;                     /* of the store: nobody removes kernels meanwhile */
	struct strings module_names; /* that objects need */
	struct store_options store;
	struct arrivals arrivals; /* when kernels come one after the other */
	bool arriving;
};

static void run_free(struct run *run)
{
	predict_free(run->predict);
	reuse_free(&run->reuse);
	arrivals_free(&run->arrivals);
	strings_free(&run->module_names);
	free(run->accel.reason);
	plan_free(&run->plan);
	share_costs_free(&run->costs);
	free(run->directory);
	guest_means_free(&run->means);
	external_btf_free(run->external, run->list.count);
	store_modules_free(run->modules, run->list.count);
	store_kernels_free(run->kernels, run->kernel_count);
	kernel_list_free(&run->types);
	kernel_list_free(&run->list);
	free(run->predicted.at);
	object_list_free(&run->objects);
	buf_free(&run->files);
	cleanup_close_fd(&run->use);
}

/* ---- what is asked for ---- */

static int read_objects(const struct run_request *o, struct object_list *objects, struct error *err)
{
	if (!o->loader && o->loader_seconds)
		return error_usage(err, "--loader-time belongs to --loader PROGRAM");
	if (!o->loader)
		return object_list_read_all(o->args, o->arg_count, &o->builds, objects, err);
	if (o->builds.count)
		return error_usage(err, OBJECT_BUILDS_OPTION " is for objects, and --loader runs a program");
	if (o->arg_count && !o->after_dashes)
		return error_usage(
		        err, "%s: --loader runs a program and takes no objects; put the program's arguments after --",
		        o->args[0]);
	return loader_files_object(
	        &(const struct loader_request){
	                .arch = arch_default(),
	                .program = o->loader,
	                .arguments = o->args,
	                .argument_count = o->arg_count,
	                .extra = o->ship.at,
	                .extra_count = o->ship.count,
	                .sysroot = o->sysroot,
	                .seconds = o->loader_seconds,
	        },
	        objects, err);
}

/* What a guest is given besides objects. */
static void say_shipped(const struct run *run)
{
	const struct run_request *o = run->o;
	const struct buf *pack = o->loader ? &run->objects.at[0].bytes : &run->files;
	struct loader_pack_reader reader = loader_pack_open(pack->data, (uint32_t)pack->len);
	struct loader_pack_file file;
	size_t count = 0;

	for (; loader_pack_next(&reader, &file, NULL) == 1; count++)
		free(file.path);
	if (count)
		watch_say(o->watch, WATCH_NOTE,
		          "each guest is given %zu file%s of user space, %.1f MiB of at most %u%s%s", count,
		          count == 1 ? "" : "s", (double)pack->len / (1 << 20), OBJECT_MAX_BYTES >> 20,
		          o->sysroot ? "; libraries are those of " : "", o->sysroot ? o->sysroot : "");
}

/* The first architecture among the rows that programs and libraries of this machine are not for; NULL: none. */
static const struct arch *foreign_rows(const struct kernel_list *list, size_t *count)
{
	const struct arch *first = NULL;

	*count = 0;
	for (size_t i = 0; i < list->count; i++) {
		if (list->rows[i].kind != ROW_PACKAGE || shipped_fits(list->rows[i].arch))
			continue;
		first = first ? first : list->rows[i].arch;
		++*count;
	}
	return first;
}

/* Nothing is lost in silence: what guests of another architecture are not given, or which rows a loader is not run on.
 */
static int heed_foreign(struct run *run, struct result *r, struct error *err)
{
	cleanup_free bool *keep = xcalloc(run->list.count, sizeof(*keep));
	size_t count, all = run->list.count;
	const struct arch *foreign = foreign_rows(&run->list, &count);

	if (!foreign)
		return 0;
	if (!run->o->loader) {
		if (run->files.len)
			watch_say(run->o->watch, WATCH_NOTE,
			          "guests of %s are given no files of user space: this machine's are not for them",
			          foreign->deb);
		return 0;
	}
	if (count == all)
		return error_usage(
		        err,
		        "%s: is a program of this machine, and all rows of %s are of %s; a loader needs rows of its own architecture",
		        run->o->loader, run->o->list_path, foreign->deb);
	for (size_t i = 0; i < all; i++) {
		const struct kernel_row *row = &run->list.rows[i];
		struct result_skipped *s;

		keep[i] = row->kind != ROW_PACKAGE || shipped_fits(row->arch);
		if (keep[i])
			continue;
		s = result_add_skipped(r);
		text_set(&s->kernel, row->id);
		s->line = row->line;
		text_set(&s->reason, "the loader is a program of another architecture");
	}
	kernel_list_keep(&run->list, keep);
	watch_say(run->o->watch, WATCH_NOTE, "%zu row%s of %s left out: the loader is no program of theirs", count,
	          count == 1 ? "" : "s", foreign->deb);
	return 0;
}

static int read_request(struct run *run, struct result *r, struct error *err)
{
	const struct run_request *o = run->o;
	struct run_whole whole = {.list = &run->list, .types = &run->types, .objects = &run->objects};
	int rc = read_objects(o, &run->objects, err);

	run->store = (struct store_options){
	        .dir = o->images,
	        .frozen = o->frozen,
	        .unpinned = o->unpinned,
	        .quiet = o->quiet,
	        .modules = &run->module_names,
	};
	rc = rc ? rc : object_list_vary(&run->objects, o->variant, err);
	rc = rc ? rc
	        : store_list_open(&run->store, o->list_path, o->globs.at, o->globs.count, &run->list, &run->types, err);
	rc = rc ? rc : kernel_list_need_kernel(&run->list, "run", err);
	rc = rc ? rc : run_part_take(&whole, o->cut, o->part, o->parts, &r->part, err);
	if (!rc && !o->loader)
		rc = shipped_collect(arch_default(), o->sysroot, &run->objects, &o->ship, &run->files, err);
	if (!rc && (o->loader || o->ship.count))
		say_shipped(run);
	return rc ? rc : heed_foreign(run, r, err);
}

/* ---- what it needs ---- */

/* Optional rows whose kernel is not available: from here on only the result knows of them. */
static int leave_out_skipped(struct run *run, struct result *r, struct error *err)
{
	cleanup_free bool *keep = xcalloc(run->kernel_count, sizeof(*keep));

	for (size_t i = 0; i < run->kernel_count; i++) {
		struct result_skipped *s;

		keep[i] = !run->kernels[i].skipped;
		if (keep[i])
			continue;
		s = result_add_skipped(r);
		text_set(&s->kernel, run->kernels[i].id);
		s->line = run->kernels[i].line;
		text_set(&s->reason, run->kernels[i].reason);
	}
	if (r->skipped_count == run->kernel_count)
		return error_usage(err, "%s: all of its kernels were skipped: %s", run->o->list_path,
		                   r->skipped[0].reason);
	store_modules_keep(run->modules, run->kernel_count, keep);
	kernel_list_keep(&run->list, keep);
	run->kernel_count = store_kernels_keep(run->kernels, run->kernel_count, keep);
	return 0;
}

static int make_directory(struct run *run, struct error *err)
{
	if (!run->o->directory)
		return run_dir_create(run->o->output, &run->directory, err);
	run->directory = xstrdup(run->o->directory);
	return io_make_dirs(run->directory, err);
}

/* All of them, before anything is booted. */
static int prepare_kernels(struct run *run, struct result *r, struct error *err)
{
	const struct store_options *store = &run->store;
	size_t *count = &run->kernel_count;
	int rc = store_prepare(store, &run->list, &run->kernels, count, err);

	rc = rc ? rc
	        : store_modules_prepare(store, &run->list, run->kernels, *count, store->modules, &run->modules, err);
	rc = rc ? rc : leave_out_skipped(run, r, err);
	return rc ? rc : external_btf_read(&run->list, run->kernels, run->o->btf, &run->external, err);
}

/* One at least; the others come while it runs. */
static int await_kernels(struct run *run, struct error *err)
{
	struct arrivals *a = &run->arrivals;
	int rc;

	*a = (struct arrivals){.store = &run->store, .list = &run->list};
	rc = arrivals_start(a, err);
	run->arriving = true;
	run->kernels = a->kernels;
	run->modules = a->modules;
	run->external = a->external;
	run->kernel_count = run->list.count;
	return rc;
}

static int prepare(struct run *run, struct result *r, struct error *err)
{
	int rc = guest_means_find(&run->means, &run->list, err);

	object_list_modules(&run->objects, &run->module_names);
	rc = rc ? rc : store_use(&run->store, &run->use, err);
	if (!rc)
		/* what arrives is told by kernels.lock */
		rc = !run->o->btf && !run->o->reuse && !run->o->unpinned && arrivals_are_due(&run->store, &run->list)
		             ? await_kernels(run, err)
		             : prepare_kernels(run, r, err);
	rc = rc ? rc : make_directory(run, err);
	rc = rc ? rc : guest_means_store(&run->means, run->o->images, run->directory, err);
	rc = rc ? rc : object_list_unpack(&run->objects, run->directory, err);
	if (!rc && run->o->libbpf)
		object_list_mark(&run->objects, run->o->libbpf);
	return rc;
}

static bool is_there(const struct run *run, size_t i)
{
	return !run->arriving || run->arrivals.there[run->plan.at[i].kernel];
}

/* The one that the plan has first of those that are there, of the host's own architecture where there is one. */
static const struct store_kernel *first_kernel(const struct run *run)
{
	size_t first = run->plan.count;

	for (size_t i = run->plan.count; i--;) {
		const struct arch *arch = is_there(run, i) ? run->kernels[run->plan.at[i].kernel].arch : NULL;

		if (arch && (arch == arch_native() || first == run->plan.count ||
		             run->kernels[run->plan.at[first].kernel].arch != arch_native()))
			first = i;
	}
	return &run->kernels[run->plan.at[first].kernel];
}

/* Which accelerator, and in one line why: by a guest of the kernel that is booted first. */
static int choose_accel(struct run *run, struct error *err)
{
	const struct store_kernel *first;
	int rc;

	run_plan_make(&run->list, run->o->images, &run->plan);
	run_plan_costs(&run->list, &run->objects, run->o->images, &run->costs);
	first = first_kernel(run);
	rc = guest_means_check(&run->means, first, err);
	if (rc)
		return rc;
	rc = accel_decide(
	        &(const struct accel_probe){
	                .asked = run->o->accel,
	                .images = run->o->images,
	                .device = "/dev/kvm",
	                .directory = run->directory,
	                .release = first->release,
	                .qemu_version = run->means.qemu[arch_index(first->arch)],
	                .limit_ms = ACCEL_PROBE_MS,
	                .guest = guest_of(first, NULL, &run->means),
	        },
	        &run->accel, err);
	run->means.accel = run->accel.accel;
	if (!rc)
		watch_say(run->o->watch, WATCH_NOTE, "%s", run->accel.reason);
	return rc;
}

static int start_prediction(struct run *run, struct error *err)
{
	run->predicted = carried_with(&run->objects);
	run->predict = run_prediction_start(
	        &(const struct run_prediction){
	                .objects = &run->predicted,
	                .kernels = run->kernels,
	                .external = run->external,
	                .modules = run->modules,
	                .there = run->arriving ? run->arrivals.there : NULL,
	                .count = run->kernel_count,
	                .types = &run->types,
	        },
	        err);
	return run->predict ? 0 : -err->code;
}

/* ---- running it ---- */

static void fill_header(const struct run *run, struct result *r)
{
	cleanup_free char *qemu = guest_means_qemu(&run->means), *agents = guest_means_agents(&run->means);

	run_header_fill(r, run->o->argc, run->o->argv, qemu, host_speed_processors());
	text_set(&r->host.accel, run->accel.reason);
	text_set(&r->host.agent, agents);
	run_header_objects(r, &run->objects);
	run_header_kernels(r, &run->list, run->kernels);
	for (size_t i = 0; i < run->kernel_count; i++)
		text_set(&r->kernels[i].btf, run->external[i].path);
}

/* What calls this program for one cell, up to --kernel. */
static char *command_for_one(const struct run_request *o)
{
	cleanup_strings struct strings words = {0};

	strings_add(&words, program_invocation_name);
	strings_add(&words, "run");
	strings_add(&words, "-k");
	strings_add(&words, o->list_path);
	for (size_t i = 0; !o->loader && i < o->ship.count; i++) {
		strings_add(&words, "--ship");
		strings_add(&words, o->ship.at[i]);
	}
	if (o->btf) {
		strings_add(&words, "--btf");
		strings_add(&words, o->btf);
	}
	if (o->libbpf) {
		strings_add(&words, "--libbpf");
		strings_add(&words, o->libbpf);
	}
	return strings_shell(&words);
}

static unsigned guests_at_once(const struct run_request *o)
{
	return o->jobs ? o->jobs : host_speed_jobs(host_speed_processors(), GUEST_MEMORY_MB, host_speed_available_mb());
}

/* What guests are to do, but for what is reused and predicted. */
static struct schedule schedule_of(struct run *run, const char *command)
{
	const struct run_request *o = run->o;
	unsigned jobs = guests_at_once(o);

	return (struct schedule){
	        .arrivals = run->arriving ? &run->arrivals : NULL,
	        .list = &run->list,
	        .kernels = run->kernels,
	        .external = run->external,
	        .modules = run->modules,
	        .objects = &run->objects,
	        .files = &run->files,
	        .predict = run->predict,
	        .plan = &run->plan,
	        .costs = &run->costs,
	        .repeat = o->repeat,
	        .top_lines = o->top_lines,
	        .write_ini = o->write_ini,
	        .require = o->require,
	        .images = o->images,
	        .means = &run->means,
	        .cold = o->cold,
	        .directory = run->directory,
	        .command = command,
	        .libbpf = o->libbpf,
	        .deadlines = host_speed_deadlines(jobs, host_speed_processors()),
	        .jobs = jobs,
	        .watch = o->watch,
	        .reuse = run->reuse.keys ? &run->reuse : NULL,
	};
}

/* Before the prediction, which is not needed where nothing is measured. */
static int find_reusable(struct run *run, struct error *err)
{
	const struct run_request *o = run->o;
	struct schedule s = schedule_of(run, "");
	int rc;

	if (!o->reuse)
		return 0;
	rc = reuse_find(&s, o->reuse, o->reuse_max_days, &run->reuse, err);
	if (!rc && run->reuse.count)
		watch_say(o->watch, WATCH_NOTE, "%zu of %zu cells are reused from %s", run->reuse.count,
		          run->kernel_count * run->objects.count, o->reuse);
	return rc;
}

static int measure(struct run *run, struct result *r, struct error *err)
{
	cleanup_free char *command = command_for_one(run->o);
	struct schedule s = schedule_of(run, command);
	const struct prediction *p;
	int rc = scheduler_run(&s, r, err);

	/* what a program of the user's loads nothing can tell */
	if (rc || run->o->loader || !run->predict)
		return rc;
	p = predict_finish(run->predict, err);
	if (!p)
		return -err->code;
	run_prediction_warn(p, run->kernel_count, run->o->watch);
	run_prediction_add(p, run->kernel_count, r);
	return 0;
}

/* ---- after it ---- */

/* Saved guests take room: keep it bounded, and say how much. */
static void bound_snapshots(const struct run_request *o)
{
	uint64_t left;

	if (!o->cold && !snapshot_trim(o->images, SNAPSHOT_MAX_BYTES, &left, NULL))
		watch_say(o->watch, WATCH_NOTE, "saved guests: %.1f MB in %s/snapshots", (double)left / 1e6, o->images);
}

static int write_reports(struct result *r, const char *directory, struct error *err)
{
	run_header_count(r);
	result_sort_cells(r);
	return run_write(r, directory, err);
}

int run_describe(const struct run_request *o, char **text, struct error *err)
{
	struct run run __attribute__((cleanup(run_free))) = {.o = o, .use = -1};
	struct result *r = result_new();
	int rc = read_request(&run, r, err);

	if (!rc)
		*text = run_plan_text(&run.list, &run.objects, o->images, guests_at_once(o));
	result_free(r);
	return rc;
}

int run_matrix(const struct run_request *o, struct result *r, char **directory, struct error *err)
{
	struct run run __attribute__((cleanup(run_free))) = {.o = o, .use = -1};
	int64_t start_ms;
	int rc = read_request(&run, r, err), written;

	*directory = NULL;
	rc = rc ? rc : prepare(&run, r, err);
	start_ms = clock_ms();
	rc = rc ? rc : choose_accel(&run, err);
	rc = rc ? rc : find_reusable(&run, err);
	if (!rc && (!reuse_is_all(&run.reuse) || run.types.count))
		rc = start_prediction(&run, err);
	if (rc)
		return rc;
	fill_header(&run, r);
	rc = measure(&run, r, err);
	run_plan_keep_times(r, o->images, o->repeat);
	bound_snapshots(o);
	advice_add(r, run.kernels, run.kernel_count, &run.objects);
	r->complete = !rc;
	r->elapsed_s = (double)(clock_ms() - start_ms) / 1000;
	*directory = xstrdup(run.directory);
	written = write_reports(r, run.directory, rc ? NULL : err);
	return rc ? rc : written;
}
