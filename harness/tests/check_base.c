/* SPDX-License-Identifier: BSD-2-Clause */
/* base: the error contract, buffers, whole files, the order of versions, names that are alike, UTF-8. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/io.h"
#include "base/near_name.h"
#include "base/sweep.h"
#include "base/utf8.h"
#include "base/version.h"
#include "tests/scratch.h"
#include "tests/suite.h"

/* ---- error ---- */

START_TEST(error_says_code_status_and_text)
{
	cleanup_error struct error err = {0};

	ck_assert_int_eq(error_set(&err, ENOSPC, "%s: cannot write", "images/a"), -ENOSPC);
	ck_assert_int_eq(err.code, ENOSPC);
	ck_assert_int_eq(err.status, EXIT_INFRA);
	ck_assert_str_eq(err.text, "images/a: cannot write");
	ck_assert_int_eq(error_usage(&err, "kernels.txt:%d: what?", 3), -EINVAL);
	ck_assert_int_eq(err.code, EINVAL);
	ck_assert_int_eq(err.status, EXIT_USAGE);
	ck_assert_str_eq(err.text, "kernels.txt:3: what?");
}
END_TEST

START_TEST(prefix_keeps_code_and_status)
{
	cleanup_error struct error err = {0};

	error_usage(&err, "no such field");
	ck_assert_int_eq(error_prefix(&err, "%s:%d: ", "a.ini", 7), -EINVAL);
	ck_assert_int_eq(err.status, EXIT_USAGE);
	ck_assert_str_eq(err.text, "a.ini:7: no such field");
	error_set(&err, EIO, "gone");
	ck_assert_int_eq(error_prefix(&err, "disk: "), -EIO);
	ck_assert_int_eq(err.status, EXIT_INFRA);
	ck_assert_str_eq(err.text, "disk: gone");
}
END_TEST

/* The old text may be an argument of the new one. */
START_TEST(error_can_quote_itself)
{
	cleanup_error struct error err = {0};

	error_set(&err, EIO, "inner");
	error_set(&err, EPROTO, "outer (%s)", err.text);
	ck_assert_str_eq(err.text, "outer (inner)");
	ck_assert_int_eq(err.code, EPROTO);
}
END_TEST

START_TEST(error_may_be_absent)
{
	ck_assert_int_eq(error_set(NULL, ENOENT, "unheard"), -ENOENT);
	ck_assert_int_eq(error_usage(NULL, "unheard"), -EINVAL);
	ck_assert_int_lt(error_prefix(NULL, "unheard"), 0);
}
END_TEST

START_TEST(cleared_error_is_as_new)
{
	struct error err = {0};

	error_usage(&err, "something");
	error_clear(&err);
	ck_assert_int_eq(err.code, 0);
	ck_assert_int_eq(err.status, EXIT_AS_EXPECTED);
	ck_assert(!err.text);
	error_clear(&err);
}
END_TEST

/* ---- buf ---- */

START_TEST(a_number_is_what_printf_has)
{
	static const size_t numbers[] = {0, 7, 10, 4096, 99999, SIZE_MAX};
	cleanup_buf struct buf b = {0}, wanted = {0};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		buf_put_number(&b, numbers[i]);
		buf_printf(&wanted, "%zu", numbers[i]);
	}
	ck_assert_str_eq(buf_str(&b), buf_str(&wanted));
}
END_TEST

START_TEST(buf_grows_and_stays_terminated)
{
	cleanup_buf struct buf b = {0};
	cleanup_free char *expected = xcalloc(1, 10001);

	ck_assert_str_eq(buf_str(&b), "");
	for (unsigned i = 0; i < 10000; i++) {
		buf_putc(&b, (char)('a' + i % 26));
		expected[i] = (char)('a' + i % 26);
	}
	ck_assert_uint_eq(b.len, 10000);
	ck_assert_str_eq(buf_str(&b), expected);
}
END_TEST

START_TEST(buf_puts_pieces_together)
{
	cleanup_buf struct buf b = {0};
	cleanup_free char *long_word = xcalloc(1, 5001);

	memset(long_word, 'x', 5000);
	buf_puts(&b, "a");
	buf_printf(&b, "-%d-%s", 12, "b");
	buf_add(&b, "c\0d", 3);
	buf_add(&b, NULL, 0);
	ck_assert_uint_eq(b.len, 9);
	ck_assert_mem_eq(b.data, "a-12-bc\0d", 10);
	buf_printf(&b, "%s", long_word);
	ck_assert_uint_eq(b.len, 5009);
	ck_assert_str_eq(b.data + 9, long_word);
}
END_TEST

START_TEST(buf_consumes_from_the_front)
{
	cleanup_buf struct buf b = {0};

	buf_consume(&b, 0);
	buf_puts(&b, "abcdef");
	buf_consume(&b, 2);
	ck_assert_str_eq(buf_str(&b), "cdef");
	buf_consume(&b, 4);
	ck_assert_str_eq(buf_str(&b), "");
	buf_puts(&b, "g");
	ck_assert_str_eq(buf_str(&b), "g");
}
END_TEST

START_TEST(buf_reserves_without_adding)
{
	cleanup_buf struct buf b = {0};

	buf_puts(&b, "ab");
	memset(buf_reserve(&b, 1000), 'x', 1000);
	ck_assert_uint_eq(b.len, 2);
	ck_assert_uint_gt(b.cap, 1002);
}
END_TEST

START_TEST(stolen_buf_is_the_thiefs)
{
	struct buf b = {0};
	cleanup_free char *nothing = buf_steal(&b), *something = NULL;

	ck_assert_str_eq(nothing, "");
	buf_puts(&b, "text");
	something = buf_steal(&b);
	ck_assert_str_eq(something, "text");
	ck_assert(!b.data && !b.len && !b.cap);
}
END_TEST

START_TEST(allocations_never_return_null)
{
	cleanup_free char *none = xcalloc(0, 0), *text = xasprintf("%d+%s", 1, "b"), *cut = xstrndup("abcdef", 3);
	cleanup_free int *grown = xrealloc(NULL, 0, 0);

	ck_assert(none && grown);
	ck_assert_str_eq(text, "1+b");
	ck_assert_str_eq(cut, "abc");
	grown = xrealloc(grown, 4, sizeof(*grown));
	grown[3] = 1;
	ck_assert_int_eq(grown[3], 1);
}
END_TEST

/* ---- cleanup ---- */

START_TEST(stealing_leaves_nothing_behind)
{
	char *text = xstrdup("mine"), *thief = steal_ptr(text);
	int fd = 7, taken = steal_fd(&fd);

	ck_assert(!text);
	ck_assert_str_eq(thief, "mine");
	ck_assert_int_eq(taken, 7);
	ck_assert_int_eq(fd, -1);
	free(thief);
}
END_TEST

/* ---- io: reading ---- */

START_TEST(file_is_read_whole_and_appended)
{
	static const char bytes[] = "with\0a zero";
	cleanup_free char *path = scratch_file("read", bytes, sizeof(bytes));
	cleanup_buf struct buf b = {0};

	buf_puts(&b, "before ");
	ck_assert_int_eq(io_read_file(path, sizeof(bytes), &b, NULL), 0);
	ck_assert_uint_eq(b.len, 7 + sizeof(bytes));
	ck_assert_mem_eq(b.data, "before with\0a zero", 7 + sizeof(bytes));
}
END_TEST

START_TEST(empty_file_reads_as_nothing)
{
	cleanup_free char *path = scratch_file("empty", "", 0);
	cleanup_buf struct buf b = {0};

	ck_assert_int_eq(io_read_file(path, 0, &b, NULL), 0);
	ck_assert_uint_eq(b.len, 0);
	ck_assert_str_eq(buf_str(&b), "");
}
END_TEST

/* Files of /proc say size 0. */
START_TEST(file_without_a_size_is_read_to_its_end)
{
	cleanup_buf struct buf b = {0};

	ck_assert_int_eq(io_read_file("/proc/self/status", 1 << 20, &b, NULL), 0);
	ck_assert(strstr(buf_str(&b), "Name:") && strstr(buf_str(&b), "nonvoluntary_ctxt_switches:"));
}
END_TEST

static const struct {
	const char *path; /* NULL: a file of 100 bytes */
	size_t max;
	int code;
	const char *text;
} unreadable[] = {
        {NULL, 99, EFBIG, "100 bytes, more than the 99 allowed"},
        {"/proc/self/status", 10, EFBIG, "more than the 10 bytes allowed"},
        {"/nowhere/at all", 10, ENOENT, "/nowhere/at all: cannot open: No such file"},
        {"/proc", 10, EISDIR, "/proc: is a directory"},
};

START_TEST(unreadable_file_is_refused_by_name)
{
	char bytes[100] = {0};
	cleanup_free char *path = scratch_file("hundred", bytes, sizeof(bytes));
	const char *asked = unreadable[_i].path ? unreadable[_i].path : path;
	cleanup_error struct error err = {0};
	cleanup_buf struct buf b = {0};

	ck_assert_int_eq(io_read_file(asked, unreadable[_i].max, &b, &err), -unreadable[_i].code);
	ck_assert_msg(strstr(err.text, asked) && strstr(err.text, unreadable[_i].text), "%s", err.text);
	ck_assert_uint_eq(b.len, 0);
}
END_TEST

/* ---- io: writing ---- */

/* More than a pipe holds, to a reader that comes late: short writes and blocking both happen. */
START_TEST(all_bytes_arrive)
{
	size_t len = 1 << 20, seen = 0;
	cleanup_free char *bytes = xcalloc(1, len), *page = xcalloc(1, 4096);
	int fds[2], status;
	pid_t pid;

	ck_assert_int_eq(pipe(fds), 0);
	pid = fork();
	if (pid == 0)
		_exit(io_write_all(fds[1], bytes, len) ? EXIT_FAILURE : EXIT_SUCCESS);
	close(fds[1]);
	for (ssize_t n; (n = read(fds[0], page, 4096)) > 0;)
		seen += (size_t)n;
	close(fds[0]);
	ck_assert_uint_eq(seen, len);
	ck_assert(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && !WEXITSTATUS(status));
}
END_TEST

START_TEST(failed_write_says_why)
{
	cleanup_close int full = open("/dev/full", O_WRONLY), readable = open("/dev/null", O_RDONLY);

	ck_assert_int_eq(io_write_all(full, "x", 1), -ENOSPC);
	ck_assert_int_eq(io_write_all(readable, "x", 1), -EBADF);
	ck_assert_int_eq(io_write_all(-1, "", 0), 0);
}
END_TEST

static unsigned count_entries(const char *path)
{
	cleanup_closedir DIR *dir = opendir(path);
	unsigned count = 0;

	ck_assert(dir != NULL);
	for (struct dirent *e; (e = readdir(dir));)
		count += strcmp(e->d_name, ".") && strcmp(e->d_name, "..");
	return count;
}

START_TEST(file_is_replaced_as_a_whole)
{
	cleanup_free char *dir = scratch_path("replace"), *path = xasprintf("%s/file", dir);
	cleanup_buf struct buf b = {0};

	ck_assert_int_eq(io_make_dirs(dir, NULL), 0);
	ck_assert_int_eq(io_replace_file(path, "the first, longer one", 21, NULL), 0);
	ck_assert_int_eq(io_replace_file(path, "second", 6, NULL), 0);
	ck_assert_int_eq(io_read_file(path, 100, &b, NULL), 0);
	ck_assert_str_eq(buf_str(&b), "second");
	ck_assert_uint_eq(count_entries(dir), 1);
}
END_TEST

/* A directory that is not empty cannot be replaced by a file. */
START_TEST(failed_replacement_leaves_nothing)
{
	cleanup_free char *dir = scratch_path("failed"), *target = xasprintf("%s/target", dir);
	cleanup_free char *inside = xasprintf("%s/inside", target);
	cleanup_error struct error err = {0};

	ck_assert_int_eq(io_make_dirs(inside, NULL), 0);
	ck_assert_int_lt(io_replace_file(target, "x", 1, &err), 0);
	ck_assert_msg(strstr(err.text, target) != NULL, "%s", err.text);
	ck_assert_uint_eq(count_entries(dir), 1);
	ck_assert_uint_eq(count_entries(target), 1);
}
END_TEST

START_TEST(replacement_needs_its_directory)
{
	cleanup_free char *path = scratch_path("no/such/directory");
	cleanup_error struct error err = {0};

	ck_assert_int_eq(io_replace_file(path, "x", 1, &err), -ENOENT);
	ck_assert_msg(strstr(err.text, "cannot create") != NULL, "%s", err.text);
}
END_TEST

/* ---- io: directories ---- */

START_TEST(directories_are_made_and_removed)
{
	cleanup_free char *top = scratch_path("tree"), *deep = xasprintf("%s/a//b/c/", top);
	cleanup_free char *file = xasprintf("%s/a/file", top), *link = xasprintf("%s/a/b/link", top);
	cleanup_free char *outside = scratch_file("outside", "x", 1);

	ck_assert_int_eq(io_make_dirs(deep, NULL), 0);
	ck_assert_int_eq(io_make_dirs(deep, NULL), 0);
	ck_assert_int_eq(access(deep, F_OK), 0);
	ck_assert_int_eq(io_replace_file(file, "x", 1, NULL), 0);
	ck_assert_int_eq(symlink(outside, link), 0);
	ck_assert_int_eq(io_remove_tree(top, NULL), 0);
	ck_assert_int_ne(access(top, F_OK), 0);
	ck_assert_msg(access(outside, F_OK) == 0, "a symbolic link was followed");
	ck_assert_int_eq(io_remove_tree(top, NULL), 0);
}
END_TEST

START_TEST(link_to_a_directory_is_not_followed)
{
	cleanup_free char *real = scratch_path("real"), *inside = xasprintf("%s/inside", real);
	cleanup_free char *link = scratch_path("link");

	ck_assert_int_eq(io_make_dirs(inside, NULL), 0);
	ck_assert_int_eq(symlink(real, link), 0);
	ck_assert_int_eq(io_remove_tree(link, NULL), 0);
	ck_assert_int_ne(access(link, F_OK), 0);
	ck_assert_int_eq(access(inside, F_OK), 0);
}
END_TEST

START_TEST(file_in_the_place_of_a_directory_is_named)
{
	cleanup_free char *file = scratch_file("in the way", "x", 1), *below = xasprintf("%s/below", file);
	cleanup_error struct error err = {0};

	ck_assert_int_eq(io_make_dirs(file, &err), -ENOTDIR);
	ck_assert_msg(strstr(err.text, file) && strstr(err.text, "there is a file of that name"), "%s", err.text);
	ck_assert_int_eq(io_make_dirs(below, &err), -ENOTDIR);
	ck_assert_msg(strstr(err.text, file) && strstr(err.text, "there is a file of that name"), "%s", err.text);
}
END_TEST

START_TEST(directory_without_a_name_is_refused)
{
	cleanup_error struct error err = {0};

	ck_assert_int_eq(io_make_dirs("", &err), -ENOENT);
	ck_assert(err.text != NULL);
	ck_assert_int_eq(io_make_dirs("/", NULL), 0);
	ck_assert_int_eq(io_make_dirs(".", NULL), 0);
}
END_TEST

START_TEST(last_component_of_a_path)
{
	ck_assert_str_eq(io_basename("a/b/c.o"), "c.o");
	ck_assert_str_eq(io_basename("c.o"), "c.o");
	ck_assert_str_eq(io_basename("a/"), "");
	ck_assert_str_eq(io_basename(""), "");
}
END_TEST

/* ---- version ---- */

/* Each row was put to `dpkg --compare-versions`. */
static const struct {
	const char *a, *b;
	int order;
} orders[] = {
        {"1", "1", 0},
        {"1.0", "1.0-0", 0},
        {"0:1.0", "1.0", 0},
        {"1.00", "1.0", 0},
        {"1.01", "1.1", 0},
        {"00001", "1", 0},
        {"1", "2", -1},
        {"9", "10", -1},
        {"1.9", "1.10", -1},
        {"1.0", "1.0.1", -1},
        {"1.0", "1.0a", -1},
        {"1.0", "1.0+b", -1},
        {"1.0a", "1.0+", -1},
        {"1.0a", "1.0b", -1},
        {"1.0Z", "1.0a", -1},
        {"1.0~", "1.0", -1},
        {"1.0~rc1", "1.0", -1},
        {"1.0~~", "1.0~", -1},
        {"1.0~~", "1.0~~a", -1},
        {"1.0~~a", "1.0~", -1},
        {"1.0~rc1", "1.0~rc2", -1},
        {"1.0~rc9", "1.0~rc10", -1},
        {"1.0-1~bpo12+1", "1.0-1", -1},
        {"1.0-1", "1.0-1+b1", -1},
        {"1.0-1", "1.0-1.1", -1},
        {"1.0-1", "1.0-2", -1},
        {"1.0-9", "1.0-10", -1},
        {"1.0-1-2", "1.0-2-1", -1},
        {"9.9", "1:0.1", -1},
        {"1:9", "2:1", -1},
        {"9:1", "10:1", -1},
        {"a", "b", -1},
        {"1", "a", -1},
        {"1.a", "1.1", 1},
        {"5.10.0-9", "5.10.0-10", -1},
        {"5.10.226-1", "5.10.234-1", -1},
        {"6.1.0-37-cloud-amd64", "6.1.0-38-cloud-amd64", -1},
        {"6.1.9-1", "6.1.10-1", -1},
        {"6.1.99-1", "6.12.1-1", -1},
        {"6.9.7-1~bpo12+1", "6.10.3-1~bpo12+1", -1},
        {"6.12~rc6-1~exp1", "6.12.3-1", -1},
        {"6.12.38+deb13-amd64", "6.12.41+deb13-amd64", -1},
        {"6.16.3-1~bpo13+1", "6.16.3-1", -1},
        {"7.0~rc1-1~exp1", "7.0-1", -1},
        {"99999999999999999999998", "99999999999999999999999", -1},
};

static int sign(int order)
{
	return (order > 0) - (order < 0);
}

START_TEST(versions_are_ordered_as_debian_does)
{
	ck_assert_int_eq(sign(version_compare(orders[_i].a, orders[_i].b)), orders[_i].order);
	ck_assert_int_eq(sign(version_compare(orders[_i].b, orders[_i].a)), -orders[_i].order);
}
END_TEST

static const struct {
	const char *text;
	int rc;
	unsigned major, minor;
} releases[] = {
        {"5.10", 0, 5, 10},
        {"6.1.0-52-cloud-amd64", 0, 6, 1},
        {"7.2.12+deb13-cloud-amd64", 0, 7, 2},
        {"6.12~rc1", 0, 6, 12},
        {"10.200x", 0, 10, 200},
        {"0.0", 0, 0, 0},
        {"4294967295.4294967295", 0, UINT32_MAX, UINT32_MAX},
        {"4294967296.1", -EINVAL, 0, 0},
        {"1.4294967296", -EINVAL, 0, 0},
        {"99999999999999999999.1", -EINVAL, 0, 0},
        {"", -EINVAL, 0, 0},
        {"6", -EINVAL, 0, 0},
        {"6.", -EINVAL, 0, 0},
        {"6.x", -EINVAL, 0, 0},
        {".1", -EINVAL, 0, 0},
        {"v6.1", -EINVAL, 0, 0},
        {" 6.1", -EINVAL, 0, 0},
        {"-6.1", -EINVAL, 0, 0},
        {"6.-1", -EINVAL, 0, 0},
        {"6. 1", -EINVAL, 0, 0},
};

START_TEST(release_starts_with_major_and_minor)
{
	unsigned major = 0, minor = 0;

	ck_assert_int_eq(version_parse(releases[_i].text, &major, &minor), releases[_i].rc);
	if (releases[_i].rc)
		return;
	ck_assert_uint_eq(major, releases[_i].major);
	ck_assert_uint_eq(minor, releases[_i].minor);
}
END_TEST

/* Of processes that are gone alone. */
static const struct {
	const char *ending; /* GONE stands for such a one */
	bool stays;
} left_behind[] = {{".tmp.GONE", false}, {".tmp.1", true}, {".tmp.GONE.x", true}, {".tmp.", true}, {"", true}};

START_TEST(what_was_left_behind_is_swept)
{
	const char *gone = strstr(left_behind[_i].ending, "GONE");
	cleanup_free char *path = NULL, *name = NULL;
	pid_t child = fork();

	if (!child)
		_exit(0);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
	name = gone ? xasprintf("file%.*s%d%s", (int)(gone - left_behind[_i].ending), left_behind[_i].ending,
	                        (int)child, gone + 4)
	            : xasprintf("file%s", left_behind[_i].ending);
	path = scratch_file(name, "x", 1);
	sweep_directory(scratch_root);
	ck_assert_int_eq(!access(path, F_OK), left_behind[_i].stays);
	unlink(path);
}
END_TEST

/* ---- near_name ---- */

START_TEST(near_names_are_the_few_most_like)
{
	static const char *const names[] = {
	        "vfs_read",
	        "do_migrate_page",
	        "migrate_misplaced_folio",
	        "migrate_misplaced_page",
	        "_",
	        "migrate_misplaced_page_prepare",
	        "migrate_misplaced_folio",
	        "migrate_device_page",
	};
	struct near_name near = {.wanted = "migrate_misplaced_page"};
	char text[128], little[34];

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		near_name_offer(&near, names[i]);
	near_name_write(&near, text, sizeof(text));
	ck_assert_str_eq(text, "migrate_misplaced_page_prepare, migrate_misplaced_folio, migrate_device_page");
	near_name_write(&near, little, sizeof(little));
	ck_assert_str_eq(little, "migrate_misplaced_page_prepare");
}
END_TEST

/* Letters to change, add or drop, as the book has it. */
static size_t plain_distance(const char *a, const char *b)
{
	size_t d[16][16];

	for (size_t i = 0; i <= strlen(a); i++)
		for (size_t j = 0; j <= strlen(b); j++) {
			if (!i || !j) {
				d[i][j] = i + j;
				continue;
			}
			d[i][j] = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
			d[i][j] = d[i - 1][j] + 1 < d[i][j] ? d[i - 1][j] + 1 : d[i][j];
			d[i][j] = d[i][j - 1] + 1 < d[i][j] ? d[i][j - 1] + 1 : d[i][j];
		}
	return d[strlen(a)][strlen(b)];
}

/* Few letters, that many be near; some of which near_name tells apart at first sight, and some not. */
static void some_word(uint32_t *state, char *word)
{
	static const char letters[] = {'a', 'b', 'p', '0', 'q', '1'};
	size_t len;

	*state = *state * 1664525 + 1013904223;
	len = 1 + (*state >> 16) % 14;
	for (size_t i = 0; i < len; i++) {
		*state = *state * 1664525 + 1013904223;
		word[i] = letters[(*state >> 16) % sizeof(letters)];
	}
	word[len] = '\0';
}

/* No name is left out because it is not looked at letter by letter. */
START_TEST(near_is_what_takes_few_letters)
{
	uint32_t state = 1;
	size_t kept = 0;

	for (unsigned i = 0; i < 20000; i++) {
		char wanted[16], name[16];
		struct near_name near = {.wanted = wanted};
		size_t d;

		some_word(&state, wanted);
		some_word(&state, name);
		/* of what holds the other one another rule decides */
		if (strstr(wanted, name) || strstr(name, wanted))
			continue;
		d = plain_distance(wanted, name);
		near_name_offer(&near, name);
		ck_assert_msg(near.count == (d <= strlen(wanted) / 3 + 1), "%s, %s: %zu", wanted, name, d);
		ck_assert(!near.count || near.distances[0] == d);
		kept += near.count;
	}
	ck_assert_uint_gt(kept, 100);
}
END_TEST

START_TEST(very_long_names_are_near_to_nothing)
{
	cleanup_free char *name = xcalloc(1, 5001);
	struct near_name near = {.wanted = name};
	char text[16];

	memset(name, 'x', 5000);
	near_name_offer(&near, name + 1);
	near_name_write(&near, text, sizeof(text));
	ck_assert_str_eq(text, "");
}
END_TEST

/* Fields and functions: what is near is said, and what only shares a word is not. */
static const struct {
	const char *wanted, *name;
	bool near;
} likes[] = {
        {"state", "__state", true},
        {"__state", "state", true},
        {"state", "state", false},
        {"ctime", "i_ctime_sec", true},
        {"sign_bit", "sign", true},
        {"hiden", "hidden", true},
        {"rq_disk", "q", false},
        {"vfs_read", "vfs_readlink", true},
        {"vfs_read", "bpf_lsm_vfs_read_of_something_else", false},
        {"migrate_misplaced_page", "page", false},
        {"pid", "tid", true},
        {"pid", "uid_map", false},
        {"pid", "pid_namespace", false},
        {"_", "__", false},
        {"", "x", false},
        {"x", "", false},
};

START_TEST(names_are_alike_or_not)
{
	struct near_name near = {.wanted = likes[_i].wanted};
	cleanup_free char *text = NULL;

	near_name_offer(&near, likes[_i].name);
	text = near_name_text(&near);
	ck_assert_str_eq(text, likes[_i].near ? likes[_i].name : "");
}
END_TEST

/* ---- utf8 ---- */

static const struct {
	const char *bytes;
	size_t len, takes; /* 0: it is none */
	uint32_t code;
} sequences[] = {
        {"", 1, 1, 0},
        {"a", 1, 1, 'a'},
        {"\x7f", 1, 1, 0x7f},
        {"\x80", 1, 0, 0},
        {"\xc1\xbf", 2, 0, 0},
        {"\xc2\x80", 2, 2, 0x80},
        {"\xc3\xa9z", 3, 2, 0xe9},
        {"\xc3", 1, 0, 0},
        {"\xc3z", 2, 0, 0},
        {"\xe0\x9f\xbf", 3, 0, 0},
        {"\xe0\xa0\x80", 3, 3, 0x800},
        {"\xe2\x82\xac", 3, 3, 0x20ac},
        {"\xe2\x82", 2, 0, 0},
        {"\xed\x9f\xbf", 3, 3, 0xd7ff},
        {"\xed\xa0\x80", 3, 0, 0},
        {"\xef\xbf\xbf", 3, 3, 0xffff},
        {"\xf0\x8f\xbf\xbf", 4, 0, 0},
        {"\xf0\x90\x80\x80", 4, 4, 0x10000},
        {"\xf4\x8f\xbf\xbf", 4, 4, 0x10ffff},
        {"\xf4\x90\x80\x80", 4, 0, 0},
        {"\xf5\x80\x80\x80", 4, 0, 0},
        {"\xff", 1, 0, 0},
};

START_TEST(utf8_is_told_from_other_bytes)
{
	uint32_t code = 0;

	ck_assert_uint_eq(utf8_decode(sequences[_i].bytes, sequences[_i].len, &code), sequences[_i].takes);
	ck_assert_uint_eq(code, sequences[_i].code);
	ck_assert_uint_eq(utf8_decode(sequences[_i].bytes, sequences[_i].len, NULL), sequences[_i].takes);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        GROUP("values"),
	        TEST(error_says_code_status_and_text),
	        TEST(prefix_keeps_code_and_status),
	        TEST(error_can_quote_itself),
	        TEST(error_may_be_absent),
	        TEST(cleared_error_is_as_new),
	        TEST(a_number_is_what_printf_has),
	        TEST(buf_grows_and_stays_terminated),
	        TEST(buf_puts_pieces_together),
	        TEST(buf_consumes_from_the_front),
	        TEST(buf_reserves_without_adding),
	        TEST(stolen_buf_is_the_thiefs),
	        TEST(allocations_never_return_null),
	        TEST(stealing_leaves_nothing_behind),
	        EACH(versions_are_ordered_as_debian_does, orders),
	        EACH(release_starts_with_major_and_minor, releases),
	        TEST(near_names_are_the_few_most_like),
	        TEST(near_is_what_takes_few_letters),
	        TEST(very_long_names_are_near_to_nothing),
	        EACH(names_are_alike_or_not, likes),
	        EACH(utf8_is_told_from_other_bytes, sequences),
	        GROUP("files", .open = scratch_setup, .close = scratch_teardown),
	        EACH(what_was_left_behind_is_swept, left_behind),
	        TEST(file_is_read_whole_and_appended),
	        TEST(empty_file_reads_as_nothing),
	        TEST(file_without_a_size_is_read_to_its_end),
	        EACH(unreadable_file_is_refused_by_name, unreadable),
	        TEST(all_bytes_arrive),
	        TEST(failed_write_says_why),
	        TEST(file_is_replaced_as_a_whole),
	        TEST(failed_replacement_leaves_nothing),
	        TEST(replacement_needs_its_directory),
	        TEST(directories_are_made_and_removed),
	        TEST(link_to_a_directory_is_not_followed),
	        TEST(file_in_the_place_of_a_directory_is_named),
	        TEST(directory_without_a_name_is_refused),
	        TEST(last_component_of_a_path),
	};

	return suite_run("base", tests, COUNT(tests));
}
