/* SPDX-License-Identifier: BSD-2-Clause */
/* cell_result: facts become a cell, and the log of a try of one program does not explain the failure of the whole. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host/run/cell_result.h"
#include "tests/suite.h"

static const char whole[] = "libbpf: map 'm': failed to create: Invalid argument(-22)\n";
static const char alone[] = MESSAGE_LOG_ALONE "second\n"
                                              "libbpf: Error loading vmlinux BTF: -3\n";

START_TEST(programs_keep_what_their_own_try_found)
{
	struct program_fact programs[] = {
	        {.name = "first", .section = "xdp", .type = "xdp", .autoload = true, .err = EINVAL, .reason = "why"},
	        {.name = "second",
	         .section = "xdp",
	         .type = "xdp",
	         .autoload = true,
	         .loaded = true,
	         .reason = "",
	         .alone = true},
	};
	struct session_cell facts = {
	        .programs = programs,
	        .program_count = 2,
	        .end = {.type = MESSAGE_CELL_END,
	                .cell_end = {.phase = PHASE_LOAD, .err = EINVAL, .reason = "", .source = "none"}},
	};
	struct result *r = result_new();
	struct result_cell *cell = result_add_cell(r);

	buf_puts(&facts.log, whole);
	buf_puts(&facts.log, alone);
	cell_result_fill(cell, &facts);
	ck_assert_int_eq(cell->verdict, VERDICT_REJECTED);
	/* the second line of the log would make it no-kernel-btf, which is looked for first */
	ck_assert_int_eq(cell->class, CLASS_MAP_TYPE);
	ck_assert_uint_eq(cell->program_count, 2);
	ck_assert_str_eq(cell->programs[0].log, "why");
	ck_assert_int_eq(cell->programs[0].err, EINVAL);
	ck_assert(!cell->programs[0].alone);
	ck_assert(cell->programs[1].loaded);
	ck_assert(cell->programs[1].alone);
	buf_free(&facts.log);
	result_free(r);
}
END_TEST

START_TEST(the_mark_counts_at_the_start_of_a_line_only)
{
	struct session_cell facts = {
	        .end = {.type = MESSAGE_CELL_END,
	                .cell_end = {.phase = PHASE_LOAD, .err = EINVAL, .reason = "", .source = "none"}},
	};
	struct result *r = result_new();
	struct result_cell *cell = result_add_cell(r);

	buf_printf(&facts.log, "a line with %s in it\n%s", MESSAGE_LOG_ALONE, whole);
	cell_result_fill(cell, &facts);
	ck_assert_int_eq(cell->class, CLASS_MAP_TYPE);
	buf_free(&facts.log);
	result_free(r);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        TEST(programs_keep_what_their_own_try_found),
	        TEST(the_mark_counts_at_the_start_of_a_line_only),
	};

	return suite_run("cell_result", tests, COUNT(tests));
}
