/* SPDX-License-Identifier: BSD-2-Clause */
/* cell_result: facts become a cell, and the log of a try of one program does not explain the failure of the whole. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "host/run/cell_result.h"
#include "wire/loader_pack.h"
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

/* Of two objects that a loader carries each has a record; what it put into the second is not what is predicted. */
START_TEST(a_loader_that_differs_is_no_contradiction)
{
	struct relo_fact relos[] = {
	        {.object = 0,
	         .program = "p",
	         .section = "xdp",
	         .type = "t",
	         .access = "0",
	         .spec = "struct t.a",
	         .insns = {RELO_SEEN_VALUE, 8, 0},
	         .local = 8,
	         .attempted = true,
	         .loaded = true,
	         .line = ""},
	        {.object = 1,
	         .program = "q",
	         .section = "tc",
	         .type = "t",
	         .access = "0",
	         .spec = "struct t.a",
	         .insns = {RELO_SEEN_VALUE, 16, 0},
	         .local = 8,
	         .attempted = true,
	         .loaded = true,
	         .line = ""},
	        {.object = 1,
	         .program = "r",
	         .section = "tc",
	         .number = 1,
	         .type = "t",
	         .access = "0",
	         .spec = "struct t.a",
	         .local = 8,
	         .line = "no program that was loaded has its code"},
	};
	struct session_cell facts = {
	        .relos = relos,
	        .relo_count = 3,
	        .end = {.type = MESSAGE_CELL_END,
	                .cell_end = {.phase = PHASE_DONE, .reason = "it ended", .source = LOADER_EVENT_SOURCE}},
	};
	struct prediction *p = prediction_new(1, 3);
	struct result *r = result_new();
	struct result_cell *cell = result_add_cell(r);

	for (size_t o = 1; o < 3; o++) {
		struct predict_cell *predicted = prediction_cell(p, 0, o);

		p->objects[o].name = xstrdup(o == 1 ? "first" : "second");
		p->objects[o].record_count = predicted->outcome_count = (uint32_t)o;
		p->objects[o].records = xcalloc(o, sizeof(struct predict_record));
		predicted->outcomes = xcalloc(o, sizeof(struct predict_outcome));
		for (size_t i = 0; i < o; i++) {
			p->objects[o].records[i] = (struct predict_record){.section = xstrdup(o == 1 ? "xdp" : "tc"),
			                                                   .number = (uint32_t)i};
			predicted->outcomes[i].p.says = (struct relo_witness){RELO_SEEN_VALUE, 8, 0};
			predicted->outcomes[i].p.outcome = RELO_SAME;
		}
	}
	cell_result_fill_predicted(cell, &facts, p, 0, 0);
	ck_assert_str_eq(cell->relocations[0].object, "first");
	ck_assert_str_eq(cell->relocations[0].differs, "");
	ck_assert_str_eq(cell->relocations[0].predicted, "same");
	ck_assert_str_eq(cell->relocations[1].object, "second");
	ck_assert_msg(strstr(cell->relocations[1].differs, "8") && strstr(cell->relocations[1].differs, "16"), "%s",
	              cell->relocations[1].differs);
	ck_assert_int_eq(cell->relocations[2].outcome, RELO_NOT_ATTEMPTED);
	ck_assert_str_eq(cell->relocations[2].note, "no program that was loaded has its code");
	for (size_t i = 0; i < 3; i++)
		ck_assert_str_eq(cell->relocations[i].disagreement, "");
	prediction_free(p);
	result_free(r);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        TEST(programs_keep_what_their_own_try_found),
	        TEST(the_mark_counts_at_the_start_of_a_line_only),
	        TEST(a_loader_that_differs_is_no_contradiction),
	};

	return suite_run("cell_result", tests, COUNT(tests));
}
