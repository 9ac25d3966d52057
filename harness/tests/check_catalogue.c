/* SPDX-License-Identifier: BSD-2-Clause */
/* When an index is read, asked for anew, and gone on with: by a source that counts how often it is asked. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "host/source/catalogue.h"
#include "tests/scratch.h"
#include "tests/suite.h"

#define SUM "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static unsigned asked;
static const char *says; /* releases that the source has, NULL: it cannot be reached */
static bool serves_it = true;

static void index_fill(const char *releases, struct kernel_index *index)
{
	cleanup_free char *copy = xstrdup(releases);
	char *at = copy, *word;

	while ((word = strsep(&at, " "))) {
		index->kernels = xrealloc(index->kernels, index->count + 1, sizeof(*index->kernels));
		index->kernels[index->count++] =
		        (struct kernel_package){.release = xstrdup(word),
		                                .version = xstrdup("1"),
		                                .image = {xstrdup(word), xstrdup("x:/y"), 1, xstrdup(SUM)}};
	}
}

static int refresh(const struct kernel_source *self, const char *dir, const struct arch *arch,
                   struct kernel_index *index, struct error *err)
{
	(void)self;
	(void)arch;
	asked++;
	ck_assert_int_eq(access(dir, W_OK), 0);
	if (!says)
		return error_set(err, EIO, "the cable is cut");
	index_fill(says, index);
	return 0;
}

static bool serves(const struct kernel_source *self, const struct kernel_index *index)
{
	(void)self;
	(void)index;
	return serves_it;
}

static bool fits(const struct kernel_package *package, const struct kernel_wish *wish)
{
	return !strcmp(package->release, wish->spec);
}

static void explain(const struct kernel_source *self, const struct kernel_index *index, const struct kernel_wish *wish,
                    struct error *err)
{
	(void)self;
	(void)index;
	error_usage(err, "no %s", wish->spec);
}

static const struct kernel_source source = {
        .name = "made-up",
        .listing = "the list of a test",
        .directory = "made-up",
        .compare = strcmp,
        .refresh = refresh,
        .serves = serves,
        .fits = fits,
        .explain = explain,
};

static char *index_at_hand(const char *releases, long age_s)
{
	struct timespec times[2] = {{.tv_sec = time(NULL) - age_s}, {.tv_sec = time(NULL) - age_s}};
	cleanup_kernel_index struct kernel_index index = {0};
	cleanup_free char *dir = scratch_path("made-up");
	cleanup_buf struct buf text = {0};
	char *path = scratch_path("made-up/kernels.index");

	index_fill(releases, &index);
	kernel_index_write(&index, &text);
	ck_assert_int_eq(io_make_dirs(dir, NULL), 0);
	ck_assert_int_eq(io_replace_file(path, text.data, text.len, NULL), 0);
	ck_assert_int_eq(utimensat(AT_FDCWD, path, times, 0), 0);
	return path;
}

enum { FRESH = 60, INSTANT = 1, HOURS = 2 * 3600, DAYS = 50 * 3600 };

static const struct {
	const char *what;
	const char *at_hand; /* releases; NULL: no index */
	long age_s;
	bool offline;
	const char *wish, *release; /* what is asked */
	const char *version;
	const char *source; /* has; NULL: cannot be reached */
	int rc;
	unsigned asked;
	bool found;
} cases[] = {
        {"no index yet", NULL, 0, false, "a", NULL, NULL, "a b", 0, 1, true},
        {"no index yet, no network", NULL, 0, false, "a", NULL, NULL, NULL, -EIO, 1, false},
        {"fresh", "a", FRESH, false, "a", NULL, NULL, "b", 0, 0, true},
        {"fresh, and does not know", "a", FRESH, false, "b", NULL, NULL, "b", 0, 0, false},
        {"hours old", "a", HOURS, false, "a", NULL, NULL, "b", 0, 0, true},
        {"hours old, and does not know", "a", HOURS, false, "b", NULL, NULL, "b", 0, 1, true},
        {"days old", "a", DAYS, false, "a", NULL, NULL, "a b", 0, 1, true},
        {"of an instant ahead, and does not know", "a", -INSTANT, false, "b", NULL, NULL, "b", 0, 0, false},
        {"of tomorrow", "a", -HOURS, false, "a", NULL, NULL, "a b", 0, 1, true},
        {"days old, no network", "a", DAYS, false, "a", NULL, NULL, NULL, 0, 1, true},
        {"days old, a certain kernel", "a", DAYS, false, NULL, "a", "1", "b", 0, 0, true},
        {"days old, a certain kernel while it is there", "a", DAYS, false, "b", "a", "1", "b", 0, 0, true},
        {"days old, a certain kernel that went away", "b", DAYS, false, NULL, "a", "1", "a", 0, 1, true},
        {"hours old, a certain kernel in another version", "a", HOURS, false, NULL, "a", "2", "a", 0, 1, false},
        {"hours old, any version", "a", HOURS, false, NULL, "a", "", "b", 0, 0, true},
        {"hours old, any version, not known", "a", HOURS, false, NULL, "b", "", "b", 0, 1, true},
        {"days old, nothing in particular", "a", DAYS, false, NULL, NULL, NULL, "b", 0, 1, false},
        {"offline, days old", "a", DAYS, true, "a", NULL, NULL, "b", 0, 0, true},
        {"offline, none", NULL, 0, true, "a", NULL, NULL, "a", -ENOENT, 0, false},
};

static bool is_found(const struct kernel_index *index, const struct kernel_wish *wish, const char *release,
                     const char *version)
{
	if (release && kernel_index_exact(index, release, version))
		return true;
	return wish && source_find(&source, index, wish, NULL);
}

START_TEST(the_policy_is_one)
{
	cleanup_free char *path = cases[_i].at_hand ? index_at_hand(cases[_i].at_hand, cases[_i].age_s) : NULL;
	cleanup_catalogue_set struct catalogue_set set = {
	        .dir = scratch_root, .offline = cases[_i].offline, .quiet = true};
	struct catalogue *c = catalogue_of(&set, &source, arch_default());
	const struct kernel_wish wish = {.spec = cases[_i].wish};
	const struct catalogue_question question = {
	        .wish = cases[_i].wish ? &wish : NULL, .release = cases[_i].release, .version = cases[_i].version};
	cleanup_error struct error err = {0};

	says = cases[_i].source;
	ck_assert_msg(catalogue_settle(c, &question, 1, &err) == cases[_i].rc, "%s: %s", cases[_i].what, err.text);
	ck_assert_msg(asked == cases[_i].asked, "%s: asked %u times", cases[_i].what, asked);
	if (!cases[_i].rc)
		ck_assert_msg(is_found(&c->index, question.wish, question.release, question.version) == cases[_i].found,
		              "%s", cases[_i].what);
	/* A second question is never a second time on the network. */
	catalogue_settle(c, &question, 1, NULL);
	ck_assert_uint_le(asked, 1 + (cases[_i].rc == -EIO));
}
END_TEST

START_TEST(what_was_asked_is_kept_for_the_next_run)
{
	cleanup_catalogue_set struct catalogue_set first = {.dir = scratch_root, .quiet = true};
	cleanup_catalogue_set struct catalogue_set second = {.dir = scratch_root, .quiet = true};
	const struct kernel_wish wish = {.spec = "a"};
	const struct catalogue_question question = {.wish = &wish};

	says = "a b";
	ck_assert_int_eq(catalogue_settle(catalogue_of(&first, &source, arch_default()), &question, 1, NULL), 0);
	ck_assert_int_eq(catalogue_settle(catalogue_of(&second, &source, arch_default()), &question, 1, NULL), 0);
	ck_assert_uint_eq(asked, 1);
	ck_assert_uint_eq(catalogue_of(&second, &source, arch_default())->index.count, 2);
	ck_assert_ptr_eq(catalogue_of(&second, &source, arch_default()),
	                 catalogue_of(&second, &source, arch_default()));
}
END_TEST

START_TEST(an_index_of_another_place_is_none)
{
	cleanup_free char *path = index_at_hand("a", FRESH);
	cleanup_catalogue_set struct catalogue_set set = {.dir = scratch_root, .quiet = true};
	const struct kernel_wish wish = {.spec = "a"};
	const struct catalogue_question question = {.wish = &wish};

	says = "b";
	serves_it = false;
	ck_assert_int_eq(catalogue_settle(catalogue_of(&set, &source, arch_default()), &question, 1, NULL), 0);
	ck_assert_uint_eq(asked, 1);
	ck_assert_str_eq(catalogue_of(&set, &source, arch_default())->index.kernels[0].release, "b");
}
END_TEST

START_TEST(a_damaged_index_is_none)
{
	cleanup_free char *path = index_at_hand("a", FRESH);
	cleanup_catalogue_set struct catalogue_set set = {.dir = scratch_root, .quiet = true};
	const struct catalogue_question question = {0};

	ck_assert_int_eq(truncate(path, 30), 0);
	says = "b";
	ck_assert_int_eq(catalogue_settle(catalogue_of(&set, &source, arch_default()), &question, 1, NULL), 0);
	ck_assert_uint_eq(asked, 1);
}
END_TEST

START_TEST(going_on_with_an_old_index_is_a_gap_of_it)
{
	cleanup_free char *path = index_at_hand("a", DAYS);
	cleanup_catalogue_set struct catalogue_set set = {.dir = scratch_root, .quiet = true};
	struct catalogue *c = catalogue_of(&set, &source, arch_default());
	const struct kernel_wish wish = {.spec = "b"};
	const struct catalogue_question question = {.wish = &wish};

	says = NULL;
	ck_assert_int_eq(catalogue_settle(c, &question, 1, NULL), 0);
	ck_assert_uint_eq(c->index.gap_count, 1);
	ck_assert_str_eq(c->index.gaps[0], "it is 2 days old, and reading it again failed: the cable is cut");
}
END_TEST

START_TEST(packages_found_before_stay_valid)
{
	cleanup_free char *path = index_at_hand("a", FRESH);
	cleanup_catalogue_set struct catalogue_set set = {.dir = scratch_root, .quiet = true};
	struct catalogue *c = catalogue_of(&set, &source, arch_default());
	const struct catalogue_question question = {.release = "a", .version = "1"};
	const struct kernel_package *found;

	says = "b";
	ck_assert_int_eq(catalogue_settle(c, &question, 1, NULL), 0);
	found = kernel_index_exact(&c->index, "a", "1");
	ck_assert_int_eq(catalogue_renew(c, NULL), 0);
	ck_assert_str_eq(found->release, "a");
	ck_assert_ptr_null(kernel_index_exact(&c->index, "a", "1"));
}
END_TEST

static void set_up(void)
{
	scratch_setup();
	/* The warnings that these tests provoke are not for the reader of the test's output. */
	ck_assert_ptr_nonnull(freopen("/dev/null", "w", stderr));
}

int main(void)
{
	const struct suite_row tests[] = {
	        GROUP("catalogue", .set_up = set_up, .tear_down = scratch_teardown),
	        EACH(the_policy_is_one, cases),
	        TEST(what_was_asked_is_kept_for_the_next_run),
	        TEST(an_index_of_another_place_is_none),
	        TEST(a_damaged_index_is_none),
	        TEST(going_on_with_an_old_index_is_a_gap_of_it),
	        TEST(packages_found_before_stay_valid),
	};

	return suite_run("catalogue", tests, COUNT(tests));
}
