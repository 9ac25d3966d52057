/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * run_count and run_stats: which runs the workloads account for, whose an event is, and what a link says that it
 * missed.
 */
#include <stdlib.h>
#include <string.h>

#include "agent/load/run_stats.h"
#include "agent/truth/run_count.h"
#include "tests/suite.h"
#include "tests/suite.h"

#define MS 1000000u
static const struct {
	uint64_t deeds, quiet, deeds_ns, quiet_ns;
	bool ours;
} noises[] = {
        {0, 0, 10 * MS, 20 * MS, false},
        /* nobody else runs it */
        {1, 0, 10 * MS, 20 * MS, true},
        /* a quiet interval was not needed */
        {7, 0, 10 * MS, 0, true},
        /* as often without us */
        {10, 20, 10 * MS, 20 * MS, false},
        {5, 20, 10 * MS, 20 * MS, false},
        /* a little oftener, as it comes at random */
        {14, 20, 10 * MS, 20 * MS, false},
        /* much oftener */
        {30, 20, 10 * MS, 20 * MS, true},
        {2000, 1000, 10 * MS, 20 * MS, true},
        {3, 1, 10 * MS, 20 * MS, true},
        {2, 1, 10 * MS, 20 * MS, false},
};

START_TEST(runs_of_others_are_told_apart)
{
	struct run_count p = {.deeds = noises[_i].deeds, .quiet = noises[_i].quiet};

	ck_assert_int_eq(run_count_is_ours(&p, noises[_i].deeds_ns, noises[_i].quiet_ns), noises[_i].ours);
}
END_TEST

/* Three programs: how often each ran, whether it can make events, and which of them are taken for the makers. */
static const struct {
	uint64_t life[3];
	bool hands_over[3];
	size_t events;
	const char *makers; /* "x" for each that is one */
} attributions[] = {
        {{1, 0, 0}, {true, false, false}, 1, "x--"},
        {{1, 0, 0}, {true, false, false}, 0, "---"},
        /* the others cannot have made it, or did not run */
        {{1, 5, 0}, {true, false, false}, 3, "x--"},
        {{1, 0, 0}, {true, true, true}, 3, "x--"},
        /* each run made one */
        {{2, 1, 0}, {true, true, false}, 3, "xx-"},
        /* either may have */
        {{2, 1, 0}, {true, true, false}, 2, "---"},
        /* this kernel does not count such programs, and there is only one */
        {{0, 0, 0}, {true, false, false}, 2, "x--"},
        {{0, 0, 0}, {true, true, false}, 2, "---"},
        {{0, 3, 0}, {false, false, false}, 2, "---"},
};

/* hrtimer_nanosleep is run by the wait alone, an interrupt in both halves. */
START_TEST(a_wait_is_no_noise)
{
	ck_assert_uint_eq(run_count_quiet(1, 0), 0);
	ck_assert_uint_eq(run_count_quiet(0, 1), 0);
	ck_assert_uint_eq(run_count_quiet(7, 5), 10);
}
END_TEST

START_TEST(events_have_their_maker)
{
	struct run_count programs[3] = {{0}};
	struct run_counts counts = {.programs = programs, .count = 3};

	for (size_t i = 0; i < 3; i++) {
		programs[i].life = attributions[_i].life[i];
		programs[i].hands_over = attributions[_i].hands_over[i];
	}
	run_counts_attribute(&counts, attributions[_i].events, true);
	for (size_t i = 0; i < 3; i++) {
		ck_assert_int_eq(programs[i].handed_over, attributions[_i].makers[i] == 'x');
		ck_assert_int_eq(programs[i].compared, attributions[_i].makers[i] == 'x');
	}
}
END_TEST

static const struct {
	uint64_t life[2];
	bool known[2], hands_over[2];
	size_t events;
	bool all;
} sums[] = {
        {{1, 0}, {true, true}, {true, true}, 1, true},   {{1, 0}, {true, true}, {true, true}, 0, false},
        {{1, 0}, {true, true}, {true, true}, 2, false},  {{1, 1}, {true, true}, {true, true}, 2, true},
        {{1, 1}, {true, false}, {true, true}, 2, false}, {{1, 1}, {true, false}, {true, false}, 1, true},
        {{0, 0}, {true, true}, {true, true}, 1, false},
};

START_TEST(events_of_known_hooks_are_told)
{
	struct run_count programs[2] = {{0}};
	struct run_counts counts = {.programs = programs, .count = 2};

	for (size_t i = 0; i < 2; i++) {
		programs[i].life = sums[_i].life[i];
		programs[i].known = sums[_i].known[i];
		programs[i].hands_over = sums[_i].hands_over[i];
	}
	ck_assert_int_eq(run_counts_made_all(&counts, sums[_i].events), sums[_i].all);
}
END_TEST

/* Of a helper program that hands nothing over it does not matter whether it ran. */
START_TEST(a_hook_that_works_elsewhere_is_told)
{
	struct run_count programs[2] = {{.hands_over = true, .total = 7}, {.life = 3, .total = 3}};
	struct run_counts counts = {.programs = programs, .count = 2};

	ck_assert(run_counts_passed_by(&counts));
	ck_assert_uint_eq(run_counts_total(&counts), 7);
	programs[0].life = 1;
	ck_assert(!run_counts_passed_by(&counts));
}
END_TEST

START_TEST(what_was_not_compared_is_no_truth)
{
	struct run_count program = {.life = 1, .hands_over = true};
	struct run_counts counts = {.programs = &program, .count = 1};

	run_counts_attribute(&counts, 1, false);
	ck_assert(program.handed_over && !program.compared);
	/* what one subject showed stays */
	run_counts_attribute(&counts, 1, true);
	run_counts_attribute(&counts, 1, false);
	ck_assert(program.compared);
}
END_TEST

/* struct bpf_link_info as 6.7 and later write it, in words of four bytes. */
static const struct {
	uint32_t words[14];
	size_t size;
	uint64_t missed;
} links[] = {
        {{8, 1, 2, 0, 0, 0, 3, 0, 42}, 40, 42},            /* kprobe.multi */
        {{8, 1, 2, 0, 0, 0, 3, 0, 42}, 32, 0},             /* before it was told */
        {{7, 1, 2, 0, 3, 0, 0, 0, 0, 0, 0, 0, 9}, 56, 9},  /* kprobe */
        {{7, 1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 9}, 56, 9},  /* kretprobe */
        {{7, 1, 2, 0, 5, 0, 0, 0, 0, 0, 0, 0, 9}, 56, 0},  /* tracepoint */
        {{7, 1, 2, 0, 3, 0, 0, 0, 0, 0, 0, 0, 9}, 48, 0},  /* 6.6 */
        {{2, 1, 2, 0, 0, 0, 3, 0, 42, 0, 0, 0, 9}, 56, 0}, /* fentry */
        {{8}, 0, 0},
};

START_TEST(a_link_says_what_it_missed)
{
	ck_assert_uint_eq(run_stats_link_missed(links[_i].words, links[_i].size), links[_i].missed);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        EACH(runs_of_others_are_told_apart, noises),
	        EACH(events_have_their_maker, attributions),
	        EACH(events_of_known_hooks_are_told, sums),
	        TEST(what_was_not_compared_is_no_truth),
	        TEST(a_wait_is_no_noise),
	        EACH(a_link_says_what_it_missed, links),
	        TEST(a_hook_that_works_elsewhere_is_told),
	};

	return suite_run("run_count", tests, COUNT(tests));
}
