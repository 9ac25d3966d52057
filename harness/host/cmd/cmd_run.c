/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/cmd/cmd_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/version.h"
#include "host/cmd/command.h"
#include "host/cmd/progress.h"
#include "host/lib/terminal.h"
#include "host/report/report.h"
#include "host/report/report_markdown.h"
#include "host/result/result_json.h"
#include "host/run/linked_libbpf.h"
#include "host/run/run.h"
#include "host/run/run_versions.h"

/* Options without a letter. */
enum {
	OPTION_LOADER = 256,
	OPTION_SHIP,
	OPTION_LOADER_TIME,
	OPTION_SYSROOT,
	OPTION_BTF,
	OPTION_REQUIRE,
	OPTION_LIBBPF,
	OPTION_INTO,
	OPTION_WRITE_INI,
	OPTION_TOP_LINES,
	OPTION_REUSE,
	OPTION_REUSE_AGE,
	OPTION_CUT
};

static const struct argp_option option_table[] = {
        COMMAND_ROW_LIST,
        COMMAND_ROW_KERNEL,
        COMMAND_ROW_IMAGES,
        {"output", 'o', "DIR", 0, "where results go, one directory a run (results)", 0},
        {"jobs", 'j', "N", 0, "virtual machines side by side (three for two processors, as memory allows)", 0},
        COMMAND_ROW_ACCEL,
        {"cold", 'c', NULL, 0, "boot every guest; neither use nor make saved ones", 0},
        {"summary", 's', "FILE", 0, "append the matrix as Markdown, for $GITHUB_STEP_SUMMARY", 0},
        {"plan", 'p', NULL, 0, "print which kernels would run, in which order, and stop", 0},
        {"part", 'P', "K/N", 0, "only part K of N of the matrix, so that N machines share it", 0},
        {"cut", OPTION_CUT, "AXIS", 0,
         "what --part has some of: `kernels`, with all objects, or `objects`, on all kernels (kernels)", 0},
        {"repeat", 'r', "N", 0, "measure every cell N times and report those that differ", 0},
        {"btf", OPTION_BTF, "DIR", 0,
         "RELEASE.btf in it is used instead of a kernel's own BTF, which is hidden; like btf= in the list", 0},
        {"loader", OPTION_LOADER, "PROGRAM", 0,
         "run this program in the guests, with the libraries it needs, instead of objects: it loads its own", 0},
        {"ship", OPTION_SHIP, "FILE", 0,
         "a file of user space that the guests need, with its libraries: a program or library that objects have probes in, or a file of the loader's (FILE=/PATH for another place there); may be repeated",
         0},
        {"sysroot", OPTION_SYSROOT, "DIR", 0,
         "the libraries of the loader, and of what is shipped, are those of the system in DIR: a chroot, or unpacked packages; a file below it stands in the guests where it stands there",
         0},
        {"loader-time", OPTION_LOADER_TIME, "SECONDS", 0, "how long the loader may run before it is stopped (20)", 0},
        {"require", OPTION_REQUIRE, "LEVEL", 0,
         "less evidence is unexpected: loaded, attached, ran, events or truth; as `require` in an ini", 0},
        COMMAND_ROW_BUILD,
        COMMAND_ROW_BUILDS,
        COMMAND_ROW_VARIANT,
        {"libbpf", OPTION_LIBBPF, "VERSION,...", 0,
         "load the objects with each of these versions, as OBJECT@VERSION; `make libbpf` builds what they need", 0},
        {"into", OPTION_INTO, "DIR", OPTION_HIDDEN, "the directory of this one run, for a run of several", 0},
        {"write-ini", OPTION_WRITE_INI, NULL, 0,
         "put what was learnt of events into NAME.ini beside each object; what stands there is kept", 0},
        {"top-lines", OPTION_TOP_LINES, NULL, 0,
         "tell on which lines of the source the verifier spends most: it goes through the dearest programs once more",
         0},
        {"reuse", OPTION_REUSE, "DIR", OPTION_ARG_OPTIONAL,
         "take cells from earlier runs with --reuse where all that decides them is the same; they are kept in DIR (OUTPUT/kept)",
         0},
        {"reuse-max-age", OPTION_REUSE_AGE, "DAYS", 0, "take none that was measured longer ago than that", 0},
        {"frozen", 'f', NULL, 0, "any difference from images/kernels.lock is an error", 0},
        {0},
};

/* What the command line says. */
struct options {
	struct command_options common;
	struct run_request request;
	bool plan_only;
	bool cut; /* it says what parts have some of */
	bool reuse;
	char *reuse_here;      /* where cells are kept unless it is said */
	const char *summary;   /* a file to append the matrix to, as Markdown; NULL: none */
	struct strings libbpf; /* versions that were named, in their order */
};

/* "1.1.2,1.7.0" */
static void add_versions(const char *arg, const struct argp_state *state, struct strings *versions)
{
	cleanup_free char *copy = xstrdup(arg);
	char *rest = copy, *word;

	while ((word = strsep(&rest, ","))) {
		if (!*word || *word == '.')
			argp_error(state, "--libbpf %s: versions, with commas between them", arg);
		if (!strings_has(versions, word))
			strings_add(versions, word);
	}
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;
	struct run_request *o = &options->request;
	int used = 0, level, cut;

	switch (key) {
	case 'j':
		o->jobs = command_number("-j", arg, "a number of virtual machines", 1024, state);
		return 0;
	case 'c':
		o->cold = true;
		return 0;
	case 'p':
		options->plan_only = true;
		return 0;
	case 'P':
		if (sscanf(arg, "%u/%u%n", &o->part, &o->parts, &used) != 2 || arg[used] || !o->part ||
		    o->part > o->parts)
			argp_error(state, "--part %s: K/N with K from 1 to N", arg);
		return 0;
	case OPTION_CUT:
		cut = result_cut_parse(arg);
		if (cut < 0)
			argp_error(state, "--cut %s: kernels or objects", arg);
		o->cut = (enum result_cut)cut;
		options->cut = true;
		return 0;
	case 'r':
		o->repeat = command_number("--repeat", arg, "a number", 100000, state);
		return 0;
	case 's':
		options->summary = arg;
		return 0;
	case 'f':
		o->frozen = true;
		return 0;
	case OPTION_REQUIRE:
		level = evidence_parse(arg);
		if (level <= EVIDENCE_NONE)
			argp_error(state, "--require %s: loaded, attached, ran, events or truth", arg);
		o->require = (enum evidence)level;
		return 0;
	case OPTION_LIBBPF:
		add_versions(arg, state, &options->libbpf);
		return 0;
	case OPTION_INTO:
		o->directory = arg;
		return 0;
	case OPTION_TOP_LINES:
		o->top_lines = true;
		return 0;
	case OPTION_WRITE_INI:
		o->write_ini = true;
		return 0;
	case OPTION_REUSE:
		options->reuse = true;
		o->reuse = arg;
		return 0;
	case OPTION_REUSE_AGE:
		o->reuse_max_days = command_number("--reuse-max-age", arg, "a number of days", 36500, state);
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
	case OPTION_SYSROOT:
		o->sysroot = arg;
		return 0;
	case OPTION_LOADER_TIME:
		o->loader_seconds =
		        command_number("--loader-time", arg, "a number of seconds", LOADER_SECONDS_MAX, state);
		return 0;
	case ARGP_KEY_END:
		if (options->cut && !o->parts)
			argp_error(state, "--cut belongs to --part K/N");
		return command_option(key, arg, state, &options->common);
	case ARGP_KEY_ARGS:
		o->after_dashes = state->quoted && state->next >= state->quoted;
		return command_option(key, arg, state, &options->common);
	default:
		return command_option(key, arg, state, &options->common);
	}
}

static const struct argp argp = {
        .options = option_table,
        .parser = parse_option,
        .args_doc = "OBJECT...\n--build LABEL=OBJECT --build LABEL=OBJECT...\n--loader PROGRAM -- ARGUMENTS...",
        .doc = "Load the objects in every kernel of the list, compare what they capture with the truth, and report.",
};

/* What was measured, also when the run was interrupted. */
static int show_result(const struct options *options, const struct result *r, const char *directory, struct error *err)
{
	cleanup_result_view struct result_view *view = result_view_new(r);
	cleanup_buf struct buf table = {0};

	report_list->render(view, terminal_takes_colour(STDOUT_FILENO), &table);
	fputs(buf_str(&table), stdout);
	printf("results: %s/" RESULT_JSON_NAME "\n", directory);
	fflush(stdout);
	return options->summary ? report_append(report_markdown, view, options->summary, err) : 0;
}

/* From the oldest to the newest. */
static int by_version(const void *a, const void *b)
{
	const struct run_version *x = a, *y = b;

	return version_compare(x->libbpf, y->libbpf);
}

/* Each by the program that has it. */
static int run_each_version(const struct options *options, struct result *r, char **directory, struct error *err)
{
	const struct strings *named = &options->libbpf;
	cleanup_free struct run_version *versions = xcalloc(named->count, sizeof(*versions));
	cleanup_strings struct strings programs = {0};

	for (size_t i = 0; i < named->count; i++) {
		cleanup_free char *program = NULL;

		if (!strcmp(named->at[i], linked_libbpf()))
			program = xstrdup("/proc/self/exe");
		else if (places_libbpf(named->at[i], &program, err))
			return -err->code;
		strings_add(&programs, program);
	}
	for (size_t i = 0; i < named->count; i++)
		versions[i] = (struct run_version){named->at[i], programs.at[i]};
	qsort(versions, named->count, sizeof(*versions), by_version);
	return run_versions(&options->request, versions, named->count, r, directory, err);
}

/* Whether one version was named, which is this program's own: also what a run of several calls it with. */
static bool is_own_version(const struct options *options)
{
	return options->request.directory ||
	       (options->libbpf.count == 1 && !strcmp(options->libbpf.at[0], linked_libbpf()));
}

static int measure(const struct options *options, struct result *r, char **directory, struct error *err)
{
	struct run_request o = options->request;

	if (options->libbpf.count && o.loader)
		return error_usage(err, "--libbpf: a loader brings a libbpf of its own, or none");
	if (options->libbpf.count && !is_own_version(options))
		return run_each_version(options, r, directory, err);
	o.libbpf = options->libbpf.count ? options->libbpf.at[0] : NULL;
	return run_matrix(&o, r, directory, err);
}

static int run(const struct options *options)
{
	cleanup_error struct error err = {0};
	cleanup_free char *directory = NULL;
	struct result *r = result_new();
	int rc = measure(options, r, &directory, &err), shown = 0, status;

	progress_clear();
	if (directory)
		shown = show_result(options, r, directory, rc ? NULL : &err);
	status = rc || shown ? command_fail(&err) : (int)result_exit_status(r);
	result_free(r);
	return status;
}

static int describe(const struct run_request *o)
{
	cleanup_error struct error err = {0};
	cleanup_free char *text = NULL;

	if (run_describe(o, &text, &err))
		return command_fail(&err);
	fputs(text, stdout);
	return EXIT_AS_EXPECTED;
}

int cmd_run(int argc, char **argv)
{
	struct options options = {
	        .common = {COMMAND_DEFAULTS, .output = "results"},
	        .request = {.argc = argc, .argv = argv, .repeat = 1, .watch = &progress_watch},
	};
	struct run_request *o = &options.request;
	int status;

	if (command_parse(&argp, ARGP_IN_ORDER, argc, argv, &options))
		return EXIT_USAGE;
	o->list_path = options.common.list_path;
	o->globs = options.common.globs;
	o->images = options.common.images;
	o->output = options.common.output;
	o->accel = options.common.accel;
	o->args = options.common.args;
	o->arg_count = options.common.arg_count;
	o->builds = options.common.builds;
	o->variant = options.common.variant;
	if (options.reuse && !o->reuse)
		o->reuse = options.reuse_here = xasprintf("%s/kept", o->output);
	status = options.plan_only ? describe(o) : run(&options);
	strings_free(&o->globs);
	strings_free(&o->ship);
	strings_free(&o->builds);
	strings_free(&options.libbpf);
	free(options.reuse_here);
	return status;
}
