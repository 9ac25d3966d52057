/* SPDX-License-Identifier: BSD-2-Clause */
/* loader_feed: the lines of what a loader prints, of files and of sockets, whatever it does to them meanwhile. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "agent/loader/loader_feed.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "tests/scratch.h"
#include "tests/suite.h"

static struct loader_process process;
static struct loader_feed feed;
static struct output_rules rules;

static void feed_start(enum output_from from)
{
	cleanup_error struct error err = {0};

	rules = (struct output_rules){.from = from, .path = (char *)(uintptr_t) "/run/my"};
	process = loader_process_none;
	ck_assert_msg(!loader_feed_open(&feed, &rules, &process, scratch_root, &err), "%s", err.text);
}

static void feed_end(void)
{
	loader_feed_free(&feed);
	buf_free(&process.output.said);
}

/* All that is there now, a `|` after each line. */
static void check_lines(const char *wanted)
{
	cleanup_buf struct buf got = {0};
	size_t taken;

	do {
		char *line;

		taken = loader_feed_take(&feed);
		while ((line = loader_feed_line(&feed))) {
			buf_printf(&got, "%s|", line);
			free(line);
		}
	} while (taken);
	ck_assert_str_eq(buf_str(&got), wanted);
}

START_TEST(what_is_printed_comes_by_lines)
{
	feed_start(OUTPUT_BOTH);
	check_lines("");
	buf_puts(&process.output.said, "one\ntwo\r\nthr");
	check_lines("one|two|");
	buf_puts(&process.output.said, "ee\n\n");
	check_lines("three||");
	feed_end();
}
END_TEST

START_TEST(what_came_too_fast_is_counted_and_the_line_cut_goes)
{
	feed_start(OUTPUT_STDOUT);
	buf_puts(&process.output.said, "one\ntw");
	check_lines("one|");
	buf_free(&process.output.said);
	process.output.dropped = 10; /* "one\ntwo\nth" */
	buf_puts(&process.output.said, "ree\nfour\n");
	check_lines("four|");
	ck_assert_uint_eq(feed.lost, 4);
	feed_end();
}
END_TEST

START_TEST(a_line_without_end_is_passed_over)
{
	cleanup_free char *x = xcalloc(1, LOADER_LINE_MAX);

	memset(x, 'x', LOADER_LINE_MAX);
	feed_start(OUTPUT_BOTH);
	buf_puts(&process.output.said, "one\n");
	for (unsigned i = 0; i < 20; i++)
		buf_add(&process.output.said, x, LOADER_LINE_MAX);
	check_lines("one|");
	ck_assert_uint_le(feed.pending.cap, 4 * LOADER_FEED_BYTES);
	buf_puts(&process.output.said, "\ntwo\n");
	check_lines("two|");
	ck_assert_uint_eq(feed.cut, 1);
	feed_end();
}
END_TEST

static void file_write(const char *name, int flags, const char *text)
{
	cleanup_free char *path = xasprintf("%s/%s", scratch_root, name);
	cleanup_close int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0600);

	ck_assert_int_ge(fd, 0);
	ck_assert(!io_write_all(fd, text, strlen(text)));
}

static void file_move(const char *from, const char *to)
{
	cleanup_free char *old = xasprintf("%s/%s", scratch_root, from), *new = xasprintf("%s/%s", scratch_root, to);

	ck_assert_int_eq(rename(old, new), 0);
}

static void run_make(void)
{
	cleanup_free char *path = xasprintf("%s/run", scratch_root);

	mkdir(path, 0700);
}

START_TEST(a_file_may_come_late_and_be_replaced_and_emptied)
{
	feed_start(OUTPUT_FILE);
	check_lines("");
	file_write("run/my", 0, "one\ntw");
	check_lines("one|");
	file_write("run/my", O_APPEND, "o\n");
	check_lines("two|");
	file_write("run/new", 0, "three\n");
	file_write("run/my", O_APPEND, "last of the old");
	file_move("run/new", "run/my");
	check_lines("last of the old|three|");
	file_write("run/my", O_TRUNC, "4\n");
	check_lines("4|");
	feed_end();
}
END_TEST

/* Links lead nowhere outside, and what never ends is not waited for. */
START_TEST(a_file_that_is_none_is_left_alone)
{
	cleanup_free char *path = xasprintf("%s/run/my", scratch_root);

	run_make();
	feed_start(OUTPUT_FILE);
	ck_assert_int_eq(symlink("/etc/passwd", path), 0);
	check_lines("");
	unlink(path);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	check_lines("");
	unlink(path);
	ck_assert_int_eq(symlink("/run/other", path), 0);
	file_write("run/other", 0, "one\n");
	check_lines("one|");
	feed_end();
}
END_TEST

static int client_start(int type)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s/run/my", scratch_root);
	ck_assert_int_eq(connect(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

START_TEST(connections_are_read_one_after_the_other)
{
	int one, two;

	feed_start(OUTPUT_SOCKET);
	one = client_start(SOCK_STREAM);
	two = client_start(SOCK_STREAM);
	ck_assert(!io_write_all(one, "one\ntw", 6));
	ck_assert(!io_write_all(two, "three\n", 6));
	check_lines("one|");
	ck_assert(!io_write_all(one, "o", 1));
	close(one);
	check_lines("two|three|");
	close(two);
	check_lines("");
	feed_end();
}
END_TEST

START_TEST(a_datagram_is_a_line)
{
	int fd;

	feed_start(OUTPUT_DATAGRAM);
	fd = client_start(SOCK_DGRAM);
	ck_assert(!io_write_all(fd, "one", 3));
	ck_assert(!io_write_all(fd, "two\nthree\n", 10));
	check_lines("one|two|three|");
	close(fd);
	feed_end();
}
END_TEST

START_TEST(a_path_that_no_socket_can_have_is_told)
{
	cleanup_error struct error err = {0};
	char path[300];

	memset(path, 'x', sizeof(path) - 1);
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	rules = (struct output_rules){.from = OUTPUT_SOCKET, .path = path};
	ck_assert_int_eq(loader_feed_open(&feed, &rules, &process, scratch_root, &err), -ENAMETOOLONG);
	ck_assert_msg(strstr(err.text, "the path of a socket has at most"), "%s", err.text);
	loader_feed_free(&feed);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        GROUP("lines", .set_up = scratch_setup, .tear_down = scratch_teardown),
	        TEST(what_is_printed_comes_by_lines),
	        TEST(what_came_too_fast_is_counted_and_the_line_cut_goes),
	        TEST(a_line_without_end_is_passed_over),
	        TEST(a_file_may_come_late_and_be_replaced_and_emptied),
	        TEST(a_file_that_is_none_is_left_alone),
	        TEST(connections_are_read_one_after_the_other),
	        TEST(a_datagram_is_a_line),
	        TEST(a_path_that_no_socket_can_have_is_told),
	};

	return suite_run("loader_feed", tests, COUNT(tests));
}
