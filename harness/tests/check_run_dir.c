/* SPDX-License-Identifier: BSD-2-Clause */
/* run_dir: every run gets a directory of its own, and `latest` leads to the newest. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/run/run_dir.h"
#include "tests/scratch.h"
#include "tests/suite.h"

#define RUNS 5

/* '0' stands for any digit. */
static void assert_looks_like(const char *text, const char *pattern)
{
	for (; *pattern; pattern++, text++)
		ck_assert_msg(*pattern == '0' ? isdigit((unsigned char)*text) : *pattern == *text, "at: %s", text);
}

START_TEST(now_is_utc_in_iso_form)
{
	cleanup_free char *now = run_dir_now();

	assert_looks_like(now, "0000-00-00T00:00:00Z");
	ck_assert_uint_eq(strlen(now), strlen("2026-01-31T12:00:00Z"));
}
END_TEST

static char *read_link(const char *path)
{
	char *target = xcalloc(1, 4096);

	ck_assert_int_gt(readlink(path, target, 4095), 0);
	return target;
}

/* Several within the same second: all different, and latest is always the last one. */
START_TEST(runs_do_not_share_a_directory)
{
	cleanup_free char *results = scratch_path("some/results"), *latest = xasprintf("%s/latest", results);
	char *paths[RUNS];

	for (unsigned i = 0; i < RUNS; i++) {
		cleanup_error struct error err = {0};
		cleanup_free char *target = NULL;
		struct stat st;

		ck_assert_msg(!run_dir_create(results, &paths[i], &err), "%s", err.text);
		ck_assert(!stat(paths[i], &st) && S_ISDIR(st.st_mode));
		assert_looks_like(io_basename(paths[i]), "00000000T000000Z");
		target = read_link(latest);
		ck_assert_str_eq(target, io_basename(paths[i]));
		for (unsigned k = 0; k < i; k++)
			ck_assert_str_ne(paths[i], paths[k]);
	}
	for (unsigned i = 0; i < RUNS; i++)
		free(paths[i]);
}
END_TEST

/* The link is relative, so that a moved tree keeps it. */
START_TEST(latest_survives_a_move)
{
	cleanup_free char *before = scratch_path("before"), *after = scratch_path("after");
	cleanup_free char *latest = xasprintf("%s/latest/file", after), *path = NULL, *file = NULL;

	ck_assert_int_eq(run_dir_create(before, &path, NULL), 0);
	file = xasprintf("%s/file", path);
	ck_assert_int_eq(io_replace_file(file, "x", 1, NULL), 0);
	ck_assert_int_eq(rename(before, after), 0);
	ck_assert_int_eq(access(latest, F_OK), 0);
}
END_TEST

START_TEST(stale_link_is_replaced)
{
	cleanup_free char *results = scratch_path("stale"), *latest = xasprintf("%s/latest", results);
	cleanup_free char *half_made = xasprintf("%s/.latest.%d", results, (int)getpid());
	cleanup_free char *path = NULL, *target = NULL;

	ck_assert_int_eq(io_make_dirs(results, NULL), 0);
	ck_assert_int_eq(symlink("gone", latest), 0);
	ck_assert_int_eq(symlink("of a run that was killed", half_made), 0);
	ck_assert_int_eq(run_dir_create(results, &path, NULL), 0);
	target = read_link(latest);
	ck_assert_str_eq(target, io_basename(path));
}
END_TEST

START_TEST(latest_that_is_a_directory_is_left_alone)
{
	cleanup_free char *results = scratch_path("taken"), *inside = xasprintf("%s/latest/precious", results);
	cleanup_error struct error err = {0};
	cleanup_free char *path = NULL;

	ck_assert_int_eq(io_make_dirs(inside, NULL), 0);
	ck_assert_int_lt(run_dir_create(results, &path, &err), 0);
	ck_assert_msg(strstr(err.text, "/latest: cannot point it at this run") != NULL, "%s", err.text);
	ck_assert_int_eq(access(inside, F_OK), 0);
}
END_TEST

START_TEST(place_that_cannot_be_written_is_named)
{
	cleanup_free char *file = scratch_file("file", "x", 1), *path = NULL;
	cleanup_error struct error err = {0};

	ck_assert_int_eq(run_dir_create(file, &path, &err), -ENOTDIR);
	ck_assert_int_eq(err.status, EXIT_INFRA);
	ck_assert_msg(strstr(err.text, file) != NULL, "%s", err.text);
}
END_TEST

START_TEST(kernel_has_a_directory_in_the_run)
{
	cleanup_free char *results = scratch_path("kernels"), *run = NULL, *path = NULL, *again = NULL;
	cleanup_free char *expected = NULL;

	ck_assert_int_eq(run_dir_create(results, &run, NULL), 0);
	ck_assert_int_eq(run_dir_kernel(run, "6.1-cloud", &path, NULL), 0);
	expected = xasprintf("%s/6.1-cloud", run);
	ck_assert_str_eq(path, expected);
	ck_assert_int_eq(access(path, F_OK), 0);
	ck_assert_int_eq(run_dir_kernel(run, "6.1-cloud", &again, NULL), 0);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        GROUP("run_dir", .open = scratch_setup, .close = scratch_teardown),
	        TEST(now_is_utc_in_iso_form),
	        TEST(runs_do_not_share_a_directory),
	        TEST(latest_survives_a_move),
	        TEST(stale_link_is_replaced),
	        TEST(latest_that_is_a_directory_is_left_alone),
	        TEST(place_that_cannot_be_written_is_named),
	        TEST(kernel_has_a_directory_in_the_run),
	};

	return suite_run("run_dir", tests, COUNT(tests));
}
