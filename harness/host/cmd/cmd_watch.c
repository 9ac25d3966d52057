/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/cmd/cmd_watch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "host/cmd/cmd_diff.h"
#include "host/cmd/command.h"
#include "host/cmd/progress.h"
#include "host/report/report_diff.h"
#include "host/result/baseline_file.h"
#include "host/result/baseline_text.h"
#include "host/result/diff.h"
#include "host/run/run.h"
#include "host/store/store.h"

struct options {
	struct command_options common;
	const char *against;
};

static const struct argp_option option_table[] = {
        {"against", 'b', "DIR", 0, "the baselines of the objects (" BASELINE_DEFAULT_DIR ")", 0},
        COMMAND_ROW_LIST,
        COMMAND_ROW_IMAGES,
        {"output", 'o', "DIR", 0, "where results go, one directory a run (results)", 0},
        COMMAND_ROW_ACCEL,
        {0},
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case 'b':
		o->against = arg;
		return 0;
	case ARGP_KEY_END:
		if (!o->common.arg_count)
			argp_error(state, "no object given");
		return 0;
	default:
		return command_option(key, arg, state, &o->common);
	}
}

static const struct argp argp = {
        .options = option_table,
        .parser = parse_option,
        .args_doc = "OBJECT...",
        .doc = "Run objects on the kernels that there are by now and that the list's rows do not mean yet (`corematrix "
               "kernels new` lists them), and tell what is different there from the objects' baselines. What rows mean "
               "stays as it is; `corematrix kernels fetch --update` follows.\vExit status: 0 nothing new, or nothing is "
               "worse; 1 something is worse; 2 usage, or an object has no baseline; 3 could not measure.",
};

/* ---- what to run ---- */

/*
 * Its path, which is the caller's; NULL when nothing is new. A kernel that would take a row's place is called as that
 * row is, for so its baseline calls it.
 */
static char *write_list(const struct options *o, struct error *err)
{
	struct store_news news __attribute__((cleanup(store_news_free))) = {0};
	const struct store_options store = {.dir = o->common.images};
	cleanup_kernel_list struct kernel_list list = {0};
	cleanup_buf struct buf text = {0};
	char *path = NULL;

	if (kernel_list_read(o->common.list_path, &list, err) || store_news(&store, &list, &news, err))
		return NULL;
	for (size_t i = 0; i < news.count; i++)
		kernel_row_write_release(news.at[i].row, news.at[i].release, &text);
	for (size_t i = 0; i < news.rowless.count; i++)
		buf_printf(&text, "%s optional\n", news.rowless.at[i]);
	if (!text.len)
		return NULL;
	path = xasprintf("%s/watch.txt", o->common.output);
	if (!io_make_dirs(o->common.output, err) && !io_replace_file(path, text.data, text.len, err))
		return path;
	free(path);
	return NULL;
}

/* ---- what it comes to ---- */

static bool has_kernel(const struct result *r, const char *id)
{
	for (size_t i = 0; i < r->kernel_count; i++)
		if (!strcmp(r->kernels[i].id, id))
			return true;
	return false;
}

/* The kernels that were not run have not changed. */
static void keep_kernels(struct baseline *old, const struct result *r)
{
	for (size_t i = 0; i < old->object_count; i++) {
		struct baseline_object *object = &old->objects[i];
		size_t kept = 0;

		for (size_t c = 0; c < object->cell_count; c++)
			if (has_kernel(r, object->cells[c].kernel))
				object->cells[kept++] = object->cells[c];
			else
				baseline_cell_free(&object->cells[c]);
		object->cell_count = kept;
	}
}

static int compare(const struct options *o, const struct result *r, enum exit_status *status, struct error *err)
{
	cleanup_baseline struct baseline old = {0}, new = {0};
	cleanup_diff struct diff d = {0};
	cleanup_free char *text = NULL;
	int rc;

	baseline_take(r, &new);
	rc = baseline_file_read(o->against, &new, &old, err);
	if (rc)
		return rc;
	keep_kernels(&old, r);
	diff_take(&old, &new, DIFF_COST_TOLERANCE, &d);
	text = report_diff(&d);
	fputs(text, stdout);
	*status = diff_exit_status(&d);
	return 0;
}

static int watch(const struct options *o, int argc, char **argv, enum exit_status *status, struct error *err)
{
	cleanup_free char *list = write_list(o, err), *directory = NULL;
	const struct run_request request = {
	        .argc = argc,
	        .argv = argv,
	        .list_path = list,
	        .images = o->common.images,
	        .output = o->common.output,
	        .accel = o->common.accel,
	        .args = o->common.args,
	        .arg_count = o->common.arg_count,
	        .repeat = 1,
	        .unpinned = true,
	        .watch = &progress_watch,
	};
	struct result *r;
	int rc;

	if (!list && err->text)
		return -err->code;
	if (!list) {
		puts("nothing new");
		return 0;
	}
	if (access(o->against, R_OK))
		return error_usage(err,
		                   "%s: %s; `corematrix baseline` stores what a run found as baselines, --against DIR "
		                   "names others",
		                   o->against, strerror(errno));
	r = result_new();
	rc = run_matrix(&request, r, &directory, err);
	progress_clear();
	rc = rc ? rc : compare(o, r, status, err);
	if (directory)
		printf("results: %s\n", directory);
	result_free(r);
	return rc;
}

int cmd_watch(int argc, char **argv)
{
	struct options o = {.common = {COMMAND_DEFAULTS, .output = "results"}, .against = BASELINE_DEFAULT_DIR};
	enum exit_status status = EXIT_AS_EXPECTED;
	cleanup_error struct error err = {0};

	if (command_parse(&argp, 0, argc, argv, &o))
		return EXIT_USAGE;
	return watch(&o, argc, argv, &status, &err) ? command_fail(&err) : (int)status;
}
