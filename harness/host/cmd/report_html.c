/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/cmd/report_html.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "host/page/page.h"
#include "host/result/baseline_file.h"
#include "host/result/result_json.h"

struct taken {
	char *directory; /* absolute, without links */
	struct result *r;
	struct result_view *view;
};

struct runs {
	struct taken *at;
	size_t count;
};

static void runs_free(struct runs *runs)
{
	for (size_t i = 0; i < runs->count; i++) {
		result_view_free(runs->at[i].view);
		result_free(runs->at[i].r);
		free(runs->at[i].directory);
	}
	free(runs->at);
}
#define cleanup_runs __attribute__((cleanup(runs_free)))

static bool has_result(const char *directory)
{
	cleanup_free char *path = xasprintf("%s/%s", directory, RESULT_JSON_NAME);

	return !access(path, F_OK);
}

/* A run that is named twice, as `results` and its `latest` do, is taken once. */
static int take(struct runs *runs, const char *directory, struct error *err)
{
	cleanup_free char *real = realpath(directory, NULL);
	cleanup_free char *path = xasprintf("%s/%s", directory, RESULT_JSON_NAME);
	struct result *r;
	int rc;

	for (size_t i = 0; real && i < runs->count; i++)
		if (!strcmp(runs->at[i].directory, real))
			return 0;
	rc = result_json_read(path, &r, err);
	if (rc)
		return rc;
	runs->at = xrealloc(runs->at, runs->count + 1, sizeof(*runs->at));
	runs->at[runs->count++] = (struct taken){
	        .directory = real ? steal_ptr(real) : xstrdup(directory),
	        .r = r,
	        .view = result_view_new(r),
	};
	return 0;
}

static int not_hidden(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* A run, or all that the directory has. */
static int take_all(struct runs *runs, const char *directory, struct error *err)
{
	struct dirent **entries = NULL;
	size_t before = runs->count;
	int count, rc = 0;

	if (has_result(directory))
		return take(runs, directory, err);
	count = scandir(directory, &entries, not_hidden, alphasort);
	for (int i = 0; i < count; i++) {
		cleanup_free char *path = xasprintf("%s/%s", directory, entries[i]->d_name);

		rc = !rc && has_result(path) ? take(runs, path, err) : rc;
		free(entries[i]);
	}
	free(entries);
	if (!rc && runs->count == before)
		return error_usage(err,
		                   "%s has no " RESULT_JSON_NAME
		                   ", and none of its directories has; name the directory of a run, or one of runs",
		                   directory);
	return rc;
}

static int by_start(const void *a, const void *b)
{
	const struct taken *x = a, *y = b;
	int order = strcmp(x->r->started, y->r->started);

	return order ? order : strcmp(x->directory, y->directory);
}

/* The way from the directory of `file` to `directory`, which is absolute: "../20260301T123456Z/", "". */
static char *way_to(const char *file, const char *directory)
{
	cleanup_free char *copy = xstrdup(file);
	char *slash = strrchr(copy, '/'), *real;
	cleanup_buf struct buf way = {0};
	size_t same = 0;

	if (slash)
		slash[slash == copy] = '\0';
	real = realpath(slash ? copy : ".", NULL);
	if (!real)
		return xasprintf("%s/", directory);
	for (size_t i = 0; real[i] == directory[i] && real[i]; i++)
		if (real[i] == '/')
			same = i;
	if (!strncmp(real, directory, strlen(real)) && (directory[strlen(real)] == '/' || !directory[strlen(real)]))
		same = strlen(real);
	else if (!strncmp(real, directory, strlen(directory)) && real[strlen(directory)] == '/')
		same = strlen(directory);
	for (const char *at = real + same; (at = strchr(at, '/')) && at[1]; at++)
		buf_puts(&way, "../");
	if (directory[same] && directory[same + 1])
		buf_printf(&way, "%s/", directory + same + (directory[same] == '/'));
	free(real);
	return buf_steal(&way);
}

/* Of `against` only what the run has objects for; one without a baseline is an error of its own. */
static int read_against(const char *against, const struct result *r, struct baseline *old, struct error *err)
{
	cleanup_baseline struct baseline wanted = {0};

	if (!against)
		return 0;
	baseline_take(r, &wanted);
	return baseline_file_read(against, &wanted, old, err);
}

int report_html(const char *file, const struct strings *dirs, const char *against, int *status, struct error *err)
{
	cleanup_baseline struct baseline old = {0};
	cleanup_runs struct runs runs = {0};
	cleanup_free struct page_past_run *past = NULL;
	cleanup_free char *way = NULL;
	cleanup_buf struct buf text = {0};
	const struct taken *newest;
	int rc = 0;

	for (size_t i = 0; i < dirs->count && !rc; i++)
		rc = take_all(&runs, dirs->at[i], err);
	if (rc)
		return rc;
	qsort(runs.at, runs.count, sizeof(*runs.at), by_start);
	newest = &runs.at[runs.count - 1];
	rc = read_against(against, newest->r, &old, err);
	if (rc)
		return rc;
	past = xcalloc(runs.count, sizeof(*past));
	for (size_t i = 0; i + 1 < runs.count; i++)
		past[i] = (struct page_past_run){io_basename(runs.at[i].directory), runs.at[i].view};
	way = way_to(file, newest->directory);
	rc = page_render(newest->view, &(const struct page_past){past, runs.count - 1, against ? &old : NULL, against},
	                 way, &text, err);
	rc = rc ? rc : io_replace_file(file, buf_str(&text), text.len, err);
	*status = (int)result_exit_status(newest->r);
	return rc;
}
