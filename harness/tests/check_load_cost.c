/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * load_cost: what the verifier says at the end of its log, and whose load it was.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/load/load_cost.h"
#include "tests/suite.h"

static const char plain[] = "verification time 427 usec\n"
                            "stack depth 12\n"
                            "processed 105 insns (limit 1000000) max_states_per_insn 1 total_states 7 peak_states 6 "
                            "mark_read 2\n";

START_TEST(the_verifiers_figures_are_read)
{
	struct program_cost c = {0};

	load_cost_read(plain, &c);
	ck_assert_uint_eq(c.verified_insns, 105);
	ck_assert_uint_eq(c.insns_limit, 1000000);
	ck_assert_uint_eq(c.max_states, 1);
	ck_assert_uint_eq(c.total_states, 7);
	ck_assert_uint_eq(c.peak_states, 6);
	ck_assert_uint_eq(c.stack_depth, 12);
	ck_assert_uint_eq(c.verify_us, 427);
}
END_TEST

START_TEST(depths_of_subprograms_count_together)
{
	struct program_cost c = {0};

	load_cost_read("stack depth 8+0+512+16\nprocessed 3 insns (limit 4096) max_states_per_insn 0 total_states 0 "
	               "peak_states 0 mark_read 0\n",
	               &c);
	ck_assert_uint_eq(c.stack_depth, 536);
	ck_assert_uint_eq(c.insns_limit, 4096);
	/* newer kernels say more behind it */
	load_cost_read("stack depth 8+16 max 24\nprocessed 3 insns (limit 4096) max_states_per_insn 0 total_states 0 "
	               "peak_states 0 mark_read 0\n",
	               &c);
	ck_assert_uint_eq(c.stack_depth, 24);
	/* 7.3 says it in lines, and of their sum only that of the deepest chain of calls in one number */
	load_cost_read("stack depth max 80\n"
	               "subprog 0 (on_mark) main insns_self 76 insns_total 1174 stack 32\n"
	               "subprog 1 (one) static insns_self 549 insns_total 549 stack 48\n"
	               "subprog 2 (two) global insns_self 549 insns_total 549 stack 16\n"
	               "processed 625 insns (limit 1000000) max_states_per_insn 3 total_states 45 peak_states 45 "
	               "mark_read 0\n",
	               &c);
	ck_assert_uint_eq(c.stack_depth, 96);
	ck_assert_uint_eq(c.verified_insns, 625);
	load_cost_read("stack depth max 16\nprocessed 3 insns (limit 4096) max_states_per_insn 0 total_states 0 "
	               "peak_states 0 mark_read 0\n",
	               &c);
	ck_assert_uint_eq(c.stack_depth, 16);
}
END_TEST

START_TEST(of_a_log_that_tells_nothing_nothing_is_known)
{
	static const char *const logs[] = {"", "processed", "processed 3 insns\n", "processed many insns (limit 5)",
	                                   "0: R1=ctx(off=0,imm=0) R10=fp0\n"};

	for (size_t i = 0; i < COUNT(logs); i++) {
		struct program_cost c = {.peak_states = 9};

		load_cost_read(logs[i], &c);
		ck_assert_uint_eq(c.verified_insns, 0);
		ck_assert_uint_eq(c.peak_states, 9);
	}
}
END_TEST

START_TEST(the_last_figures_of_a_log_count)
{
	struct program_cost c = {0};
	char log[2 * sizeof(plain)];

	snprintf(log, sizeof(log), "processed 9 insns by way of a jest\n%s", plain);
	load_cost_read(log, &c);
	ck_assert_uint_eq(c.verified_insns, 105);
}
END_TEST

/* Descriptors that no program has: what the kernel would add is left out. */
START_TEST(a_load_is_found_by_its_descriptor)
{
	load_cost_note("on_exec", 30, 1000, plain);
	load_cost_note("on_exec", 30, -1,
	               "processed 8 insns (limit 1000000) max_states_per_insn 0 total_states 0 "
	               "peak_states 0 mark_read 0\n");
	ck_assert_uint_eq(load_cost_of(1000, "other", 1).verified_insns, 105);
	ck_assert_uint_eq(load_cost_of(1001, "on_exec", 30).verified_insns, 0);
	/* a probe's descriptor is given to the next program */
	load_cost_note("on_exit", 4, 1000, "");
	ck_assert_uint_eq(load_cost_of(1000, "on_exit", 4).verified_insns, 0);
}
END_TEST

START_TEST(a_failed_load_is_found_by_its_name)
{
	const char *failed = "processed 8 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 "
	                     "mark_read 0\n";

	load_cost_note("on_exec_with_a_", 30, -1, failed);
	ck_assert_uint_eq(load_cost_of(-1, "on_exec_with_a_long_name", 30).verified_insns, 8);
	ck_assert_uint_eq(load_cost_of(-1, "on_exec_with_a_long_name", 31).verified_insns, 0);
	ck_assert_uint_eq(load_cost_of(-1, "on_exec_with", 30).verified_insns, 0);
}
END_TEST

START_TEST(where_the_verifier_stopped_is_of_the_last_try)
{
	const char *failed = "processed 8 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 "
	                     "mark_read 0\n";

	load_cost_stopped("on_open", 7, strdup("instruction 1"));
	ck_assert_str_eq(load_cost_stop_of("on_open", 7), "");
	load_cost_note("on_open", 7, -1, failed);
	load_cost_stopped("on_open", 7, strdup("instruction 2"));
	load_cost_stopped("on_open", 7, strdup("instruction 3"));
	ck_assert_str_eq(load_cost_stop_of("on_open", 7), "instruction 3");
	ck_assert_str_eq(load_cost_stop_of("on_open", 8), "");
	load_cost_note("on_open", 7, -1, failed);
	ck_assert_str_eq(load_cost_stop_of("on_open", 7), "");
}
END_TEST

static struct line_fact *one_line(const char *place)
{
	struct line_fact *line = calloc(1, sizeof(*line));

	*line = (struct line_fact){.place = strdup(place), .text = strdup(""), .insns = 7};
	return line;
}

/* Descriptors that no program has. */
START_TEST(lines_are_those_of_the_dearest_program)
{
	struct program_cost small = {.verified_insns = 5}, large = {.verified_insns = 105};
	struct line_fact *lines;
	uint32_t count;

	ck_assert(!load_cost_wants_lines(&large));
	load_cost_want_lines();
	ck_assert(load_cost_wants_lines(&small));
	load_cost_note("first", 30, 1001, "");
	load_cost_lines(one_line("a.c:1"), 1);
	load_cost_note("second", 31, 1002, plain);
	load_cost_lines(one_line("a.c:2"), 1);
	ck_assert(!load_cost_wants_lines(&large) && !load_cost_wants_lines(&small));
	ck_assert_ptr_null(load_cost_lines_of(1001, "first", 30, &count));
	ck_assert_uint_eq(count, 0);
	lines = load_cost_lines_of(1002, "second", 31, &count);
	ck_assert_uint_eq(count, 1);
	ck_assert_str_eq(lines[0].place, "a.c:2");
	line_facts_free(lines, count);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        TEST(the_verifiers_figures_are_read),
	        TEST(depths_of_subprograms_count_together),
	        TEST(of_a_log_that_tells_nothing_nothing_is_known),
	        TEST(the_last_figures_of_a_log_count),
	        TEST(a_load_is_found_by_its_descriptor),
	        TEST(a_failed_load_is_found_by_its_name),
	        TEST(where_the_verifier_stopped_is_of_the_last_try),
	        TEST(lines_are_those_of_the_dearest_program),
	};

	return suite_run("load_cost", tests, COUNT(tests));
}
