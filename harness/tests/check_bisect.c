/* SPDX-License-Identifier: BSD-2-Clause */
/* bisect and release_range: which kernels lie between two others, and in which order they are tried. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "host/bisect/bisect_search.h"
#include "host/bisect/bisect_try.h"
#include "host/source/release_range.h"
#include "tests/suite.h"

#define MAX_KERNELS 40

/* ---- the search ---- */

static const struct {
	const char *states; /* g, b, s, and . for unknown */
	int next;
	size_t good, bad;
} steps[] = {
        {"gb", -1, 0, 1},    {"g.b", 1, 0, 2},   {"g...b", 2, 0, 4},  {"g.g.b", 3, 2, 4},  {"g.b.b", 1, 0, 2},
        {"ggbbb", -1, 1, 2}, {"g.s.b", 3, 0, 4}, {"gsssb", -1, 0, 4}, {"g.s..b", 3, 0, 5}, {"gs.sb", 2, 0, 4},
        {".gs.b", 3, 1, 4},  {"g.sbb", 1, 0, 3}, {"gb.b", -1, 0, 1},
};

static size_t parse(const char *text, enum bisect_state *states)
{
	size_t count = strlen(text);

	for (size_t i = 0; i < count; i++)
		states[i] = text[i] == 'g'   ? BISECT_GOOD
		            : text[i] == 'b' ? BISECT_BAD
		            : text[i] == 's' ? BISECT_SKIPPED
		                             : BISECT_UNKNOWN;
	return count;
}

START_TEST(next_is_near_the_middle)
{
	enum bisect_state states[MAX_KERNELS];
	size_t good, bad, count = parse(steps[_i].states, states);

	ck_assert_int_eq(bisect_pick(states, count, &good, &bad), steps[_i].next);
	ck_assert_uint_eq(good, steps[_i].good);
	ck_assert_uint_eq(bad, steps[_i].bad);
}
END_TEST

/* Wherever the first bad one is and whichever one cannot be measured, the neighbours are found, in few tries. */
START_TEST(every_first_bad_is_found)
{
	size_t first = (size_t)_i;

	for (size_t skipped = 0; skipped < MAX_KERNELS; skipped++) {
		enum bisect_state states[MAX_KERNELS] = {[0] = BISECT_GOOD, [MAX_KERNELS - 1] = BISECT_BAD};
		size_t good, bad, tries = 0;
		int next;

		while ((next = bisect_pick(states, MAX_KERNELS, &good, &bad)) >= 0) {
			size_t n = (size_t)next;

			ck_assert_int_eq(states[n], BISECT_UNKNOWN);
			states[n] = n == skipped ? BISECT_SKIPPED : n < first ? BISECT_GOOD : BISECT_BAD;
			tries++;
		}
		ck_assert_uint_le(tries, 8);
		ck_assert_uint_ge(first, good + 1);
		ck_assert_uint_le(first, bad);
		for (size_t i = good + 1; i < bad; i++)
			ck_assert_uint_eq(i, skipped);
	}
}
END_TEST

/* ---- a row in which what appeared does not stay ---- */

/* Stands in for runs: what each kernel of the row is, and how many were asked. */
struct history {
	const char *states;
	size_t tries;
};

static int measure(void *ctx, size_t index, enum bisect_state *state, struct error *err)
{
	struct history *h = ctx;

	ck_assert_int_eq(*state, BISECT_UNKNOWN);
	h->tries++;
	if (h->states[index] == 'x')
		return error_set(err, ECANCELED, "interrupted");
	*state = h->states[index] == 'g' ? BISECT_GOOD : h->states[index] == 'b' ? BISECT_BAD : BISECT_SKIPPED;
	return 0;
}

static const struct {
	const char *row;
	size_t probes, tries;
	const char *changes, *suspects; /* NULL: none */
} histories[] = {
        {"gggggggggbbbbbbb", 0, 4, "8-9 "},
        {"gggggggggbbbbbbb", 2, 6, "8-9 "},
        /* one kernel alone is bad, in the stretch that seemed good; and good again */
        {"ggggbggggggbbbbb", 0, 4, "10-11 "},
        {"ggggbggggggbbbbb", 99, 14, "3-4 4-5 10-11 "},
        /* as current_task, which is a symbol, is not, and is again */
        {"gggbbbbbggggbbbb", 0, 4, "2-3 "},
        {"gggbbbbbggggbbbb", 1, 9, "2-3 7-8 11-12 "},
        {"gggbbbbbggggbbbb", 2, 10, "2-3 7-8 11-12 "},
        {"gsbgb", 99, 3, "0-2 2-3 3-4 "},
        {"gb", 99, 0, "0-1 "},
        /* what types say of kernels that are at hand costs no probe */
        {"ggggbggggggbbbbb", 0, 7, "3-4 4-5 10-11 ", "...ss..........."},
        {"ggggggggggggbbbb", 0, 6, "11-12 ", "...ss..........."},
};

START_TEST(changes_that_do_not_stay_are_found)
{
	size_t count = strlen(histories[_i].row);
	enum bisect_state states[MAX_KERNELS] = {[0] = BISECT_GOOD};
	struct bisect_change changes[MAX_KERNELS];
	struct history h = {histories[_i].row, 0};
	bool suspects[MAX_KERNELS] = {0};
	cleanup_buf struct buf said = {0};
	size_t found;

	for (size_t i = 0; histories[_i].suspects && i < count; i++)
		suspects[i] = histories[_i].suspects[i] == 's';

	states[count - 1] = BISECT_BAD;
	ck_assert_int_eq(bisect_search(states, count, suspects, histories[_i].probes, measure, &h, NULL), 0);
	found = bisect_changes(states, count, changes);
	for (size_t i = 0; i < found; i++)
		buf_printf(&said, "%zu-%zu ", changes[i].before, changes[i].after);
	ck_assert_str_eq(buf_str(&said), histories[_i].changes);
	ck_assert_uint_eq(h.tries, histories[_i].tries);
}
END_TEST

START_TEST(a_search_ends_with_its_measurement)
{
	enum bisect_state states[] = {BISECT_GOOD, BISECT_UNKNOWN, BISECT_UNKNOWN, BISECT_BAD};
	cleanup_error struct error err = {0};
	struct history h = {"gxxb", 0};

	ck_assert_int_eq(bisect_search(states, 4, NULL, 9, measure, &h, &err), -ECANCELED);
	ck_assert_str_eq(err.text, "interrupted");
	ck_assert_uint_eq(h.tries, 1);
}
END_TEST

/* ---- what two kernels differ in ---- */

static struct result *result_of(enum verdict verdict, enum relo_outcome first, enum relo_outcome second)
{
	struct result *r = result_new();
	struct result_cell *c = result_add_cell(r);

	c->verdict = verdict;
	c->as_expected = true;
	result_add_relocation(c)->outcome = first;
	result_add_relocation(c)->outcome = second;
	return r;
}

static const struct {
	enum verdict verdict;
	enum relo_outcome first, second;
	bool alike, alike_by_relocations; /* to a pass of which both are the same */
} differences[] = {
        {VERDICT_PASS, RELO_SAME, RELO_SAME, true, true},
        /* where a field is, is what relocations are for */
        {VERDICT_PASS, RELO_MOVED, RELO_RESIZED, true, true},
        {VERDICT_PASS, RELO_SAME, RELO_GUARDED, true, false},
        {VERDICT_WRONG, RELO_SAME, RELO_SAME, false, false},
};

START_TEST(kernels_differ_by_verdict_or_by_relocations)
{
	struct result *results[] = {result_of(VERDICT_PASS, RELO_SAME, RELO_SAME),
	                            result_of(differences[_i].verdict, differences[_i].first, differences[_i].second)};
	struct bisect_try tries[2];

	for (size_t i = 0; i < 2; i++) {
		ck_assert_int_eq(bisect_try_take(results[i], "there", &tries[i], NULL), 0);
		result_free(results[i]);
	}
	ck_assert_int_eq(bisect_try_alike(&tries[0], &tries[1], false), differences[_i].alike);
	ck_assert_int_eq(bisect_try_alike(&tries[0], &tries[1], true), differences[_i].alike_by_relocations);
	bisect_try_free(&tries[0]);
	bisect_try_free(&tries[1]);
}
END_TEST

START_TEST(a_result_that_contradicts_itself_decides_nothing)
{
	struct result *r = result_of(VERDICT_PASS, RELO_SAME, RELO_SAME);
	cleanup_error struct error err = {0};
	struct bisect_try t;

	free(r->cells[0].relocations[1].disagreement);
	r->cells[0].relocations[1].disagreement = xstrdup("log says moved");
	ck_assert_int_eq(bisect_try_take(r, "there", &t, &err), -EPROTO);
	ck_assert_msg(strstr(err.text, "see there") != NULL, "%s", err.text);
	result_free(r);
}
END_TEST

/* ---- the kernels between ---- */

static const char *const listed[][2] = {
        {"6.1.0-47-cloud-amd64", "6.1.170-1"},
        {"6.1.0-48-amd64", "6.1.172-1"},
        {"6.1.0-48-cloud-amd64", "6.1.172-1"},
        {"6.1.0-0.deb11.49-cloud-amd64", "6.1.174-1~deb11u1"},
        {"6.1.0-49-cloud-amd64", "6.1.174-1"},
        {"6.12.90+deb12-cloud-amd64", "6.12.90-2~bpo12+1"},
        {"6.12.90+deb13-cloud-amd64", "6.12.90-2"},
        {"6.12.94+deb13-cloud-amd64", "6.12.94-1"},
        {"6.16.3+deb13-cloud-amd64", "6.16.3-1~bpo13+1"},
};

static struct kernel_index make_index(void)
{
	struct kernel_index index = {.count = (size_t)COUNT(listed)};

	index.kernels = xcalloc(index.count, sizeof(*index.kernels));
	for (size_t i = 0; i < index.count; i++) {
		index.kernels[i].release = xstrdup(listed[i][0]);
		index.kernels[i].version = xstrdup(listed[i][1]);
	}
	return index;
}

static const struct {
	struct release_point from, to;
	int rc;
	const char *between; /* or what the error says */
} ranges[] = {
        {{"6.1.0-47-cloud-amd64", ""},
         {"6.16.3+deb13-cloud-amd64", ""},
         0,
         "6.1.0-48-cloud-amd64 6.1.0-0.deb11.49-cloud-amd64 6.12.90+deb12-cloud-amd64 6.12.94+deb13-cloud-amd64 "},
        {{"6.12.94+deb13-cloud-amd64", ""},
         {"6.1.0-48-cloud-amd64", ""},
         0,
         "6.12.90+deb12-cloud-amd64 6.1.0-0.deb11.49-cloud-amd64 "},
        {{"6.12.94+deb13-cloud-amd64", ""}, {"6.16.3+deb13-cloud-amd64", ""}, 0, ""},
        /* a rebuild of an end is not between */
        {{"6.1.0-48-cloud-amd64", ""}, {"6.12.90+deb13-cloud-amd64", ""}, 0, "6.1.0-0.deb11.49-cloud-amd64 "},
        /* gone from the mirror, known from the lock file */
        {{"6.12.1-cloud-amd64", "6.12.1-1"},
         {"6.16.3+deb13-cloud-amd64", ""},
         0,
         "6.12.90+deb12-cloud-amd64 6.12.94+deb13-cloud-amd64 "},
        {{"6.12.1-cloud-amd64", ""}, {"6.16.3+deb13-cloud-amd64", ""}, -EINVAL, "6.12.1-cloud-amd64"},
        {{"6.1.0-48-amd64", ""}, {"6.16.3+deb13-cloud-amd64", ""}, -EINVAL, "different flavours"},
        {{"6.1.0-48-cloud-amd64", ""}, {"6.1.0-48-cloud-amd64", ""}, -EINVAL, "the same version"},
};

START_TEST(one_release_of_each_version_lies_between)
{
	cleanup_kernel_index struct kernel_index index = make_index();
	cleanup_strings struct strings between = {0};
	cleanup_error struct error err = {0};
	cleanup_buf struct buf said = {0};

	ck_assert_int_eq(release_range(source_default(), &index, ranges[_i].from, ranges[_i].to, &between, &err),
	                 ranges[_i].rc);
	for (size_t i = 0; i < between.count; i++)
		buf_printf(&said, "%s ", between.at[i]);
	if (!ranges[_i].rc)
		ck_assert_str_eq(buf_str(&said), ranges[_i].between);
	else
		ck_assert_msg(strstr(err.text, ranges[_i].between) != NULL, "%s", err.text);
}
END_TEST

START_TEST(what_the_mirror_has_not_is_not_between)
{
	cleanup_kernel_index struct kernel_index index = make_index();
	cleanup_strings struct strings between = {0};

	kernel_index_strike(&index, "6.1.0-48-cloud-amd64", "6.1.172-1");
	ck_assert_int_eq(release_range(source_default(), &index, (struct release_point){"6.1.0-47-cloud-amd64", ""},
	                               (struct release_point){"6.12.90+deb12-cloud-amd64", ""}, &between, NULL),
	                 0);
	ck_assert_uint_eq(between.count, 1);
	ck_assert_str_eq(between.at[0], "6.1.0-0.deb11.49-cloud-amd64");
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        EACH(next_is_near_the_middle, steps),
	        RANGE(every_first_bad_is_found, 1, MAX_KERNELS),
	        EACH(changes_that_do_not_stay_are_found, histories),
	        TEST(a_search_ends_with_its_measurement),
	        EACH(kernels_differ_by_verdict_or_by_relocations, differences),
	        TEST(a_result_that_contradicts_itself_decides_nothing),
	        EACH(one_release_of_each_version_lies_between, ranges),
	        TEST(what_the_mirror_has_not_is_not_between),
	};

	return suite_run("bisect", tests, COUNT(tests));
}
