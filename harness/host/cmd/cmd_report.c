/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/cmd/cmd_report.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/cmd/command.h"
#include "host/cmd/report_html.h"
#include "host/lib/strings.h"
#include "host/lib/terminal.h"
#include "host/report/report.h"
#include "host/result/result_json.h"

struct options {
	struct strings dirs;
	const char *html, *against;
	const struct report *report;
};

/* The option of a report without a letter is its place in the list, beyond all letters. */
#define BEYOND_LETTERS 256

enum { OPTION_HTML = 1024, OPTION_AGAINST };

static int key_of(const struct report *report)
{
	return report->letter ? report->letter : BEYOND_LETTERS + (int)(report - report_list);
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	for (const struct report *report = report_list; report->render; report++) {
		if (report->option && key == key_of(report)) {
			o->report = report;
			return 0;
		}
	}
	switch (key) {
	case OPTION_HTML:
		o->html = arg;
		return 0;
	case OPTION_AGAINST:
		o->against = arg;
		return 0;
	case ARGP_KEY_ARG:
		if (o->dirs.count && !o->html)
			argp_error(state, "one DIR only, but \"%s\" follows \"%s\"; --html FILE takes several", arg,
			           o->dirs.at[0]);
		strings_add(&o->dirs, arg);
		return 0;
	case ARGP_KEY_END:
		if (!o->dirs.count)
			argp_error(state, "name the DIR of a run, for example results/latest");
		if (o->against && !o->html)
			argp_error(
			        state,
			        "--against is what a page of --html compares with; `corematrix diff` does so as text");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static void add_row(struct argp_option **rows, size_t *count, struct argp_option row)
{
	*rows = xrealloc(*rows, *count + 1, sizeof(**rows));
	(*rows)[(*count)++] = row;
}

/* A row for each report that has an option; the caller frees it. */
static struct argp_option *option_table(void)
{
	struct argp_option *rows = NULL;
	size_t count = 0;

	for (const struct report *report = report_list; report->render; report++) {
		if (!report->option)
			continue;
		add_row(&rows, &count, (struct argp_option){report->option, key_of(report), NULL, 0, report->about, 0});
	}
	add_row(&rows, &count,
	        (struct argp_option){
	                "html", OPTION_HTML, "FILE", 0,
	                "Write one page of HTML; of several runs the last is shown, and the others are its past", 0});
	add_row(&rows, &count,
	        (struct argp_option){"against", OPTION_AGAINST, "BASELINES", 0,
	                             "With --html: tell what changed since these, in place of the run before", 0});
	add_row(&rows, &count, (struct argp_option){0});
	return rows;
}

static int write_page(const struct options *o)
{
	cleanup_error struct error err = {0};
	int status;

	return report_html(o->html, &o->dirs, o->against, &status, &err) ? command_fail(&err) : status;
}

static void free_dirs(struct options *o)
{
	strings_free(&o->dirs);
}

int cmd_report(int argc, char **argv)
{
	cleanup_free struct argp_option *rows = option_table();
	const struct argp argp = {
	        .options = rows,
	        .parser = parse_option,
	        .args_doc = "DIR...",
	        .doc = "Render matrix.txt, junit.xml and index.html of a run again from DIR/results.json, and print the matrix.\vExit status: what the run deserved (0 as expected, 1 worse, 3 not measured or incomplete, 4 the harness contradicts itself), or 2 when DIR holds no readable result.",
	};
	__attribute__((cleanup(free_dirs))) struct options o = {.report = report_list};
	cleanup_error struct error err = {0};
	cleanup_free char *path = NULL;
	cleanup_result_view struct result_view *view = NULL;
	cleanup_buf struct buf text = {0};
	struct result *r = NULL;
	int status, write_status = 0;

	if (command_parse(&argp, 0, argc, argv, &o))
		return EXIT_USAGE;
	if (o.html)
		return write_page(&o);
	path = xasprintf("%s/%s", o.dirs.at[0], RESULT_JSON_NAME);
	if (result_json_read(path, &r, &err))
		return command_fail(&err);
	view = result_view_new(r);
	if (o.report->render(view, terminal_takes_colour(STDOUT_FILENO), &text) ||
	    fputs(buf_str(&text), stdout) == EOF || fflush(stdout) == EOF) {
		perror("corematrix: cannot write the report to standard output");
		write_status = EXIT_INFRA;
	}
	/* the person reading has the report even when the directory cannot be written */
	if (report_write(view, o.dirs.at[0], &err))
		write_status = command_fail(&err);
	status = (int)result_exit_status(r);
	result_view_free(steal_ptr(view));
	result_free(r);
	return status > write_status ? status : write_status;
}
