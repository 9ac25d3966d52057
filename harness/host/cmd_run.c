/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/cmd_run.h"

#include <argp.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/log.h"
#include "host/child.h"
#include "host/cmd_report.h"
#include "host/initramfs.h"
#include "host/kernel_list.h"
#include "host/object.h"
#include "host/report_table.h"
#include "host/result_json.h"
#include "host/run_dir.h"
#include "host/scheduler.h"
#include "host/store.h"

struct run_options {
	const char *list_path;
	const char *images;
	const char *results;
	char **globs;
	size_t glob_count;
	unsigned jobs;
	const char *accel;
	bool frozen;
	char **paths; /* of objects; argv's own */
	size_t path_count;
};

static const struct argp_option option_table[] = {
        {"kernels", 'k', "FILE", 0, "the list of kernels (kernels.txt)", 0},
        {"kernel", 'K', "GLOB", 0, "only kernels whose id matches; may be repeated", 0},
        {"images", 'i', "DIR", 0, "the kernel store (images)", 0},
        {"output", 'o', "DIR", 0, "where results go, one directory a run (results)", 0},
        {"jobs", 'j', "N", 0, "virtual machines side by side (one per processor)", 0},
        {"accel", 'a', "NAME", 0, "auto, kvm or tcg (auto)", 0},
        {"frozen", 'f', NULL, 0, "any difference from images/kernels.lock is an error", 0},
        {0},
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct run_options *o = state->input;
	char *end;
	long n;

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
	case 'o':
		o->results = arg;
		return 0;
	case 'j':
		n = strtol(arg, &end, 10);
		if (*end || n < 1 || n > 1024)
			argp_error(state, "-j %s: a number of virtual machines from 1 to 1024", arg);
		o->jobs = (unsigned)n;
		return 0;
	case 'a':
		if (strcmp(arg, "auto") && strcmp(arg, "kvm") && strcmp(arg, "tcg"))
			argp_error(state, "--accel %s: auto, kvm or tcg", arg);
		o->accel = arg;
		return 0;
	case 'f':
		o->frozen = true;
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
        .doc = "Load the objects in every kernel of the list, compare what they capture with the truth, report.",
};

static unsigned processors(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof(set), &set) ? 1 : (unsigned)CPU_COUNT(&set);
}

static int qemu_version(char **version, struct error *err)
{
	const char *const argv[] = {arch_x86.qemu, "--version", NULL};
	cleanup_child_result struct child_result said = {0};
	int rc = child_run(argv, NULL, &said, err);

	if (rc == -ENOENT)
		return error_set(err, ENOENT,
		                 "%s: not found; install QEMU (`make deps`, or the package qemu-system-x86)",
		                 arch_x86.qemu);
	if (rc)
		return rc;
	if (!child_ok(&said))
		return error_set(err, EIO, "%s --version: it does not run: %s", arch_x86.qemu, buf_str(&said.err));
	*version = xstrndup(buf_str(&said.out), strcspn(buf_str(&said.out), "\n"));
	return 0;
}

static void fill_header(struct result *r, int argc, char **argv, const char *qemu)
{
	cleanup_free char *now = run_dir_now();
	cleanup_free char *uname_text = NULL;
	struct utsname name;

	uname(&name);
	uname_text = xasprintf("%s %s %s", name.sysname, name.release, name.machine);
	result_set_string(&r->started, now);
	result_set_string(&r->host.uname, uname_text);
	result_set_string(&r->host.qemu, qemu);
	result_set_string(&r->host.libbpf, libbpf_version_string() + (*libbpf_version_string() == 'v'));
	r->host.cpus = processors();
	r->command = xcalloc((size_t)argc + 1, sizeof(*r->command));
	result_set_string(&r->command[r->command_count++], program_invocation_name);
	for (int i = 0; i < argc; i++)
		result_set_string(&r->command[r->command_count++], argv[i]);
}

/* build/vmlinux.h's build leaves beside the objects which kernel's types they were compiled against. */
static void note_build(struct result *r, const struct object *o)
{
	cleanup_free char *path = xasprintf("%.*sbuild.txt", (int)(io_basename(o->path) - o->path), o->path);
	cleanup_buf struct buf text = {0};
	char *line, *rest;

	if (io_read_file(path, 4096, &text, NULL))
		return;
	rest = text.data;
	while ((line = strsep(&rest, "\n"))) {
		if (!strncmp(line, "clang: ", 7))
			result_set_string(&r->host.clang, line + 7);
		if (!strncmp(line, "vmlinux.h: ", 11))
			result_set_string(&r->host.vmlinux_h, line + 11);
	}
}

static void add_objects(struct result *r, const struct object_list *objects)
{
	for (size_t i = 0; i < objects->count; i++) {
		struct result_object *o = result_add_object(r);

		result_set_string(&o->name, objects->at[i].name);
		result_set_string(&o->path, objects->at[i].path);
		result_set_string(&o->sha256, objects->at[i].sha256);
	}
	note_build(r, &objects->at[0]);
}

static void add_kernels(struct result *r, const struct store_kernel *kernels, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct store_kernel *from = &kernels[i];
		struct result_kernel *k = result_add_kernel(r);

		result_set_string(&k->id, from->id);
		k->line = from->line;
		result_set_string(&k->release, from->release);
		result_set_string(&k->arch, from->arch);
		result_set_string(&k->package, from->package);
		result_set_string(&k->version, from->version);
		result_set_string(&k->image_sha256, from->image_sha256);
		result_set_string(&k->btf_sha256, from->btf_sha256);
		result_set_string(&k->directory, from->id);
		if (from->skipped)
			result_set_string(&k->reason, from->reason);
	}
}

/* What the guests said of each object's inside. */
static void count_inside(struct result *r)
{
	for (size_t i = 0; i < r->object_count; i++) {
		struct result_object *o = &r->objects[i];

		for (size_t j = 0; j < r->cell_count; j++) {
			const struct result_cell *c = &r->cells[j];

			if (strcmp(c->object, o->name))
				continue;
			if (c->program_count > o->programs)
				o->programs = (unsigned)c->program_count;
			if (c->relocation_count > o->relocations)
				o->relocations = (unsigned)c->relocation_count;
		}
	}
}

static int finish(struct result *r, const char *directory, int64_t start_ms, struct error *err)
{
	cleanup_free char *json = xasprintf("%s/results.json", directory);
	cleanup_free char *table = NULL;
	int rc;

	r->elapsed_s = (double)(clock_ms() - start_ms) / 1000;
	count_inside(r);
	rc = result_json_write(r, json, err);
	if (!rc)
		rc = report_render(r, directory, err);
	table = report_table(r, isatty(STDOUT_FILENO) && !getenv("NO_COLOR"));
	fputs(table, stdout);
	printf("results: %s/results.json\n", directory);
	fflush(stdout);
	return rc;
}

static int run(const struct run_options *o, int argc, char **argv, struct result *r, struct error *err)
{
	cleanup_kernel_list struct kernel_list list = {0};
	cleanup_object_list struct object_list objects = {0};
	cleanup_free char *qemu = NULL, *initrd = NULL, *directory = NULL, *command = NULL;
	struct store_options store = {.dir = o->images, .frozen = o->frozen};
	struct store_kernel *kernels = NULL;
	int64_t start_ms;
	size_t count = 0;
	int rc, rendered;

	rc = object_list_read(o->paths, o->path_count, &objects, err);
	rc = rc ? rc : kernel_list_read(o->list_path, &list, err);
	rc = rc ? rc : kernel_list_select(&list, o->globs, o->glob_count, err);
	rc = rc ? rc : qemu_version(&qemu, err);
	rc = rc ? rc : store_prepare(&store, &list, &kernels, &count, err);
	rc = rc ? rc : initramfs_store(o->images, &initrd, err);
	rc = rc ? rc : run_dir_create(o->results, &directory, err);
	if (rc)
		return rc;

	start_ms = clock_ms();
	fill_header(r, argc, argv, qemu);
	result_set_string(&r->host.accel, "tcg");
	add_objects(r, &objects);
	add_kernels(r, kernels, count);
	command = xasprintf("%s run -k %s", program_invocation_name, o->list_path);
	rc = scheduler_run(
	        &(const struct schedule){
	                .list = &list,
	                .kernels = kernels,
	                .objects = &objects,
	                .initrd = initrd,
	                .directory = directory,
	                .command = command,
	                .accel = ACCEL_TCG,
	                .jobs = o->jobs ? o->jobs : processors(),
	        },
	        r, err);
	r->complete = !rc;
	rendered = finish(r, directory, start_ms, rc ? NULL : err);
	store_kernels_free(kernels, count);
	return rc ? rc : rendered;
}

int cmd_run(int argc, char **argv)
{
	struct run_options o = {.list_path = "kernels.txt", .images = "images", .results = "results", .accel = "auto"};
	cleanup_error struct error err = {0};
	struct result *r = result_new();
	int status;

	argp_err_exit_status = EXIT_USAGE;
	if (argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &o))
		return EXIT_USAGE;
	if (run(&o, argc, argv, r, &err)) {
		fprintf(stderr, "corematrix: %s\n", err.text);
		status = (int)err.status;
	} else {
		status = (int)result_exit_status(r);
	}
	result_free(r);
	free(o.globs);
	return status;
}
