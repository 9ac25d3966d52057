/* SPDX-License-Identifier: BSD-2-Clause */
/* sweep: which kernels of a series are measured, and what is told of those that are not. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/bisect/sweep.h"
#include "tests/suite.h"

#define MAX_KERNELS 40

/* ---- which are picked ---- */

static const struct {
	const char *kinds; /* a letter each: measured ones are alike by it; s: cannot be measured, .: unknown */
	size_t most;
	const char *next; /* x: picked */
} picks[] = {
        {"", 4, ""},           {".", 4, "x"},         {"..", 4, "xx"},
        {".....", 4, "x...x"}, {".....", 1, "x...."}, {"a....", 4, "....x"},
        {"s...s", 4, ".x.x."}, {"sssss", 4, "....."}, {"ss.ss", 4, "..x.."},
        {"a...a", 4, "....."}, {"a...b", 4, "..x.."}, {"a.b.a", 4, ".x.x."},
        {"a.b.a", 1, ".x..."}, {"asb.b", 4, "....."}, {"a.s.b", 4, "...x."},
        {"ab.ba", 4, "....."}, {"a..sb", 4, "..x.."}, {"a.....b.....c", 4, "...x.....x..."},
};

static size_t parse(const char *text, int *kinds)
{
	size_t count = strlen(text);

	for (size_t i = 0; i < count; i++)
		kinds[i] = text[i] == '.' ? SWEEP_UNKNOWN : text[i] == 's' ? SWEEP_SKIPPED : text[i];
	return count;
}

START_TEST(next_are_ends_and_middles)
{
	int kinds[MAX_KERNELS] = {0};
	bool next[MAX_KERNELS];
	size_t count = parse(picks[_i].kinds, kinds), picked = sweep_pick(kinds, count, picks[_i].most, next);
	char shown[MAX_KERNELS + 1] = "";

	for (size_t i = 0; i < count; i++) {
		shown[i] = next[i] ? 'x' : '.';
		picked -= next[i];
	}
	ck_assert_str_eq(shown, picks[_i].next);
	ck_assert_uint_eq(picked, 0);
}
END_TEST

static const struct {
	const char *truth;
	size_t most; /* measurements that it may take */
} sweeps[] = {
        {"aaaaaaaaaaaaaaaaaaaaaa", 2},  {"aaaaaaaaaaaaaaaaaaaaab", 7},  {"abbbbbbbbbbbbbbbbbbbbb", 7},
        {"aaaaaaaabbbbbbbbbccccc", 12}, {"aaaasssabbbbsbbbbccscc", 20}, {"sabcdefgs", 9},
};

/* Whatever the truth: in the end two measured ones that differ have none between them that could be measured. */
START_TEST(differences_end_between_neighbours)
{
	const char *truth = sweeps[_i].truth;
	size_t count = strlen(truth), measured = 0, before = count;
	int kinds[MAX_KERNELS];
	bool next[MAX_KERNELS];

	for (size_t i = 0; i < count; i++)
		kinds[i] = SWEEP_UNKNOWN;
	while (sweep_pick(kinds, count, 3, next)) {
		for (size_t i = 0; i < count; i++) {
			if (!next[i])
				continue;
			ck_assert_int_eq(kinds[i], SWEEP_UNKNOWN);
			kinds[i] = truth[i] == 's' ? SWEEP_SKIPPED : truth[i];
			measured++;
		}
	}
	ck_assert_uint_le(measured, sweeps[_i].most);
	for (size_t i = 0; i < count; i++) {
		if (kinds[i] < 0)
			continue;
		for (size_t k = before + 1; before < i && kinds[before] != kinds[i] && k < i; k++)
			ck_assert_int_eq(kinds[k], SWEEP_SKIPPED);
		before = i;
	}
	ck_assert_uint_lt(before, count);
}
END_TEST

/* ---- what is told ---- */

static void measured(struct sweep *s, size_t i, const char *verdict, const char *reason, const char *relocations)
{
	struct sweep_kernel *k = &s->kernels[i];

	k->verdicts = xcalloc(1, sizeof(*k->verdicts));
	k->reasons = xcalloc(1, sizeof(*k->reasons));
	k->relocations = xcalloc(1, sizeof(*k->relocations));
	k->verdicts[0] = xstrdup(verdict);
	k->reasons[0] = xstrdup(reason);
	k->relocations[0] = xstrdup(relocations);
	s->kinds[i] = (int)i;
	s->measured++;
}

START_TEST(the_text_says_what_is_known)
{
	static const char list[] = "6.1.0-1-amd64\n6.1.0-2-amd64\n6.1.0-3-amd64\n6.1.0-4-amd64\n6.1.0-5-amd64\n"
	                           "6.1.0-6-amd64\n";
	struct sweep s __attribute__((cleanup(sweep_free))) = {.most_bytes = 160000000, .seconds = 12.4};
	cleanup_free char *text = NULL;

	ck_assert_int_eq(kernel_list_parse(list, strlen(list), "k", &s.list, NULL), 0);
	s.series = xcalloc(1, sizeof(*s.series));
	s.series_count = 1;
	s.series[0] = (struct sweep_series){.id = xstrdup("6.1.*-amd64"), .count = s.list.count};
	s.kinds = xcalloc(s.list.count, sizeof(*s.kinds));
	s.kernels = xcalloc(s.list.count, sizeof(*s.kernels));
	strings_add(&s.objects, "tool");
	for (size_t i = 0; i < s.list.count; i++)
		s.kinds[i] = SWEEP_UNKNOWN;
	measured(&s, 0, "pass", "", "same same ");
	measured(&s, 2, "pass", "", "same same ");
	s.kinds[3] = SWEEP_SKIPPED;
	measured(&s, 4, "pass", "", "same guarded ");
	measured(&s, 5, "rejected:helper", "no helper 7", "");
	text = sweep_text(&s);
	ck_assert_str_eq(text, "6.1.*-amd64: 6 releases, 4 measured, 1 could not be measured\n"
	                       "  tool\n"
	                       "    6.1.0-1-amd64 to 6.1.0-3-amd64 (2 of 3 measured): pass\n"
	                       "    6.1.0-5-amd64: pass, with other relocations resolved\n"
	                       "    6.1.0-6-amd64: rejected:helper: no helper 7\n"
	                       "between two that are alike, what was not measured is taken to be like them; --all "
	                       "measures all\n"
	                       "4 of 6 releases measured in 12 s; 160 MB of kernels at a time\n");
}
END_TEST

/* ---- what is asked for ---- */

static const struct {
	const char *rows[2], *says;
} refused[] = {
        {{"6.1 cloud"}, "--rows '6.1 cloud' stands for one kernel"},
        {{"6.1 * cloud", "./vmlinuz"}, "--rows './vmlinuz' stands for one kernel"},
        {{"6.1 * toast"}, "--rows:1:7: 'toast' after '*'"},
};

START_TEST(rows_have_to_stand_for_several)
{
	struct sweep_request o = {.images = "/nonexistent/images", .output = "/nonexistent/results"};
	struct sweep s __attribute__((cleanup(sweep_free))) = {0};
	cleanup_error struct error err = {0};
	int rc;

	for (size_t i = 0; i < 2 && refused[_i].rows[i]; i++)
		strings_add(&o.rows, refused[_i].rows[i]);
	rc = sweep_run(&o, &s, &err);
	strings_free(&o.rows);
	ck_assert_int_lt(rc, 0);
	ck_assert_int_eq(err.status, EXIT_USAGE);
	ck_assert_msg(strstr(err.text, refused[_i].says) != NULL, "%s", err.text);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        GROUP("sweep"),
	        EACH(next_are_ends_and_middles, picks),
	        EACH(differences_end_between_neighbours, sweeps),
	        TEST(the_text_says_what_is_known),
	        EACH(rows_have_to_stand_for_several, refused),
	};

	return suite_run("sweep", tests, COUNT(tests));
}
