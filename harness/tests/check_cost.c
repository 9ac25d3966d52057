/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cost, judge_cost, report_cost: budgets as an ini gives them, what is beyond one, and what people see of costs.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/judge/judge_cost.h"
#include "host/lib/text.h"
#include "host/report/report_cost.h"
#include "host/report/report_lines.h"
#include "host/result/result_view.h"
#include "tests/suite.h"
#include "wire/cost.h"

static const struct {
	const char *name, *value, *program;
	enum cost_kind kind;
	bool is_share;
	uint64_t most;
} rules[] = {
        {"on_exec.verified_insns", "500000", "on_exec", COST_VERIFIED_INSNS, false, 500000},
        {"*.stack_depth", "400", "*", COST_STACK_DEPTH, false, 400},
        {"limit", "80%", "*", COST_VERIFIED_INSNS, true, 80},
        {"*.limit", "100%", "*", COST_VERIFIED_INSNS, true, 100},
        {"on_exec.limit", "1%", "on_exec", COST_VERIFIED_INSNS, true, 1},
        {"on_exec.map_bytes", "99999999999", "on_exec", COST_MAP_BYTES, false, 99999999999},
};

START_TEST(a_budget_is_read)
{
	cleanup_buf struct buf why = {0};
	struct budget_rule r;

	ck_assert_msg(budget_rule_parse(rules[_i].name, rules[_i].value, &r, &why), "%s", buf_str(&why));
	ck_assert_str_eq(r.program, rules[_i].program);
	ck_assert_int_eq(r.kind, rules[_i].kind);
	ck_assert_int_eq(r.is_share, rules[_i].is_share);
	ck_assert_uint_eq(r.most, rules[_i].most);
	budget_rule_free(&r);
}
END_TEST

static const struct {
	const char *name, *value, *said;
} mistakes[] = {
        {"verified_insns", "5", "is no budget; give PROGRAM.MEASURE"},
        {".verified_insns", "5", "is no budget"},
        {"on_exec.insns", "5", "one of verified_insns, total_states"},
        {"on_exec.verify_us", "5", "is no budget"},
        {"on_exec.verified_insns", "5k", "\"5k\" is no number"},
        {"on_exec.verified_insns", "-5", "is no number"},
        {"on_exec.verified_insns", "", "is no number"},
        {"on_exec.verified_insns", "99999999999999999999", "is no number"},
        {"limit", "80", "is no share of the verifier's limit"},
        {"limit", "101%", "give 1% to 100%"},
};

START_TEST(a_wrong_budget_is_told)
{
	cleanup_buf struct buf why = {0};
	struct budget_rule r;

	ck_assert(!budget_rule_parse(mistakes[_i].name, mistakes[_i].value, &r, &why));
	ck_assert_msg(strstr(buf_str(&why), mistakes[_i].said) != NULL, "%s", buf_str(&why));
}
END_TEST

/* Two programs on two kernels, the second of which is dear to the newer one. */
static struct result *make_result(void)
{
	static const char *const kernels[] = {"6.1-cloud", "6.12-cloud"};
	struct result *r = result_new();

	text_set(&result_add_object(r)->name, "tool");
	for (unsigned k = 0; k < COUNT(kernels); k++) {
		struct result_cell *c;

		text_set(&result_add_kernel(r)->id, kernels[k]);
		text_set(&r->kernels[k].release, kernels[k]);
		c = result_add_cell(r);
		text_set(&c->kernel, kernels[k]);
		text_set(&c->object, "tool");
		c->verdict = VERDICT_PASS;
		c->as_expected = true;
		text_set(&result_add_program(c)->name, "small");
		text_set(&result_add_program(c)->name, "large");
		c->programs[0].loaded = c->programs[1].loaded = true;
		c->programs[0].cost = (struct program_cost){
		        .verified_insns = 70, .insns_limit = 1000000, .peak_states = 3, .stack_depth = 16};
		c->programs[1].cost = (struct program_cost){.verified_insns = k ? 966293 : 40246,
		                                            .insns_limit = 1000000,
		                                            .total_states = 1000,
		                                            .peak_states = 900,
		                                            .max_states = 4,
		                                            .stack_depth = 300,
		                                            .xlated_bytes = 700,
		                                            .jited_bytes = 600,
		                                            .map_bytes = 8192,
		                                            .verify_us = k ? 9500 : 400};
	}
	return r;
}

static const struct {
	struct budget_rule rule;
	const char *said; /* NULL: it stands */
} budgets[] = {
        {{"large", COST_VERIFIED_INSNS, false, 966293}, NULL},
        {{"large", COST_VERIFIED_INSNS, false, 966292},
         "program 'large': 966293 verified instructions, 1 more than its budget of 966292"},
        {{"small", COST_VERIFIED_INSNS, false, 70}, NULL},
        {{"*", COST_STACK_DEPTH, false, 299}, "program 'large': 300 bytes of stack, 1 more"},
        {{"*", COST_MAP_BYTES, false, 8192}, NULL},
        {{"*", COST_VERIFIED_INSNS, true, 96}, "6293 more than its budget of 960000"},
        {{"*", COST_VERIFIED_INSNS, true, 97}, NULL},
        {{"gone", COST_VERIFIED_INSNS, false, 70}, "for program 'gone', which the object does not have"},
};

START_TEST(what_is_beyond_its_budget_is_rejected)
{
	struct result *r = make_result();
	struct result_cell *c = &r->cells[1];

	for (int again = 0; again < 2; again++) {
		judge_cost(c, &budgets[_i].rule, 1);
		if (budgets[_i].said) {
			ck_assert_int_eq(c->verdict, VERDICT_REJECTED);
			ck_assert_int_eq(c->class, CLASS_BUDGET);
			ck_assert_int_eq(c->side, SIDE_OBJECT);
			ck_assert_msg(strstr(c->reason, budgets[_i].said) != NULL, "%s", c->reason);
			ck_assert(*c->advice);
		} else {
			ck_assert_int_eq(c->verdict, VERDICT_PASS);
		}
	}
	result_free(r);
}
END_TEST

START_TEST(what_failed_already_stays_what_it_is)
{
	const struct budget_rule rule = {"*", COST_VERIFIED_INSNS, false, 1};
	struct result *r = make_result();

	r->cells[0].verdict = VERDICT_WRONG;
	text_set(&r->cells[0].reason, "comm is not the truth");
	judge_cost(&r->cells[0], &rule, 1);
	ck_assert_int_eq(r->cells[0].verdict, VERDICT_WRONG);
	ck_assert_str_eq(r->cells[0].reason, "comm is not the truth");
	result_free(r);
}
END_TEST

START_TEST(a_program_near_the_limit_is_told_once_and_passes)
{
	struct result *r = make_result();

	for (int again = 0; again < 2; again++)
		for (size_t i = 0; i < r->cell_count; i++)
			judge_cost(&r->cells[i], NULL, 0);
	ck_assert_str_eq(r->cells[0].reason, "");
	ck_assert_int_eq(r->cells[1].verdict, VERDICT_PASS);
	ck_assert_str_eq(r->cells[1].reason,
	                 "program 'large' uses 96 % of the verifier's limit of 1000000 instructions: 966293");
	r->cells[0].programs[1].cost.verified_insns = 799999;
	judge_cost(&r->cells[0], NULL, 0);
	ck_assert_str_eq(r->cells[0].reason, "");
	r->cells[0].programs[1].cost.verified_insns = 800000;
	text_set(&r->cells[0].reason, "2 of 9 events");
	judge_cost(&r->cells[0], NULL, 0);
	ck_assert_str_eq(r->cells[0].reason,
	                 "2 of 9 events; program 'large' uses 80 % of the verifier's limit of 1000000 "
	                 "instructions: 800000");
	result_free(r);
}
END_TEST

START_TEST(what_is_too_complex_tells_how_far_the_verifier_came)
{
	struct result *r = make_result();
	struct result_cell *c = &r->cells[0];

	c->verdict = VERDICT_REJECTED;
	c->class = CLASS_TOO_COMPLEX;
	text_set(&c->reason, "BPF program is too large");
	c->programs[1].loaded = false;
	judge_cost(c, NULL, 0);
	ck_assert_str_eq(c->reason, "BPF program is too large");
	text_set(&c->programs[1].stopped, "instruction 9, tool.bpf.c:7: i++;");
	judge_cost(c, NULL, 0);
	judge_cost(c, NULL, 0);
	ck_assert_str_eq(c->reason, "BPF program is too large; the verifier went through 40246 instructions of program "
	                            "'large' (limit 1000000) and stopped at instruction 9, tool.bpf.c:7: i++;");
	/* what is refused for another reason says so itself */
	c->class = CLASS_VERIFIER;
	text_set(&c->reason, "R1 invalid mem access");
	judge_cost(c, NULL, 0);
	ck_assert_str_eq(c->reason, "R1 invalid mem access");
	result_free(r);
}
END_TEST

START_TEST(the_dearest_program_comes_first_with_the_kernels_that_differ)
{
	struct result *r = make_result();
	cleanup_buf struct buf text = {0}, csv = {0};
	const char *large, *small;

	{
		cleanup_result_view struct result_view *v = result_view_new(r);

		ck_assert_int_eq(report_cost(v, false, &text), 0);
		ck_assert_int_eq(report_cost_csv(v, false, &csv), 0);
	}
	large = strstr(buf_str(&text), "tool: large   966293     96%     40246    24.0");
	small = strstr(buf_str(&text), "tool: small       70      0%        70     1.0");
	ck_assert_msg(large && small && large < small, "%s", buf_str(&text));
	ck_assert_msg(strstr(large, "6.12-cloud\n    40246 on 6.1-cloud\n    966293 on 6.12-cloud\n") != NULL, "%s",
	              large);
	ck_assert(!strstr(small, " on 6"));
	ck_assert_msg(
	        strstr(large, "24.0    1000    900      4   300     700     600      8192     9.5  6.12-cloud\n") !=
	                NULL,
	        "%s", large);
	ck_assert_msg(
	        strstr(buf_str(&csv),
	               "\n\"6.12-cloud\",\"tool\",\"large\",1,96,1000000,966293,1000,900,4,300,700,600,8192,9500\n") !=
	                NULL,
	        "%s", buf_str(&csv));
	result_free(r);
}
END_TEST

START_TEST(lines_are_told_of_the_kernel_where_they_cost_most)
{
	struct result *r = make_result();
	cleanup_buf struct buf text = {0}, none = {0};

	for (size_t i = 0; i < r->cell_count; i++) {
		struct result_line *l;

		{
			cleanup_result_view struct result_view *v = result_view_new(r);

			report_lines(v, &none);
		}
		l = result_add_line(&r->cells[i].programs[1]);
		text_set(&l->place, "tool.bpf.c:9");
		text_set(&l->text, "sum += i;");
		l->insns = r->cells[i].programs[1].cost.verified_insns / 2;
		if (!i)
			ck_assert_str_eq(buf_str(&none), "");
	}
	{
		cleanup_result_view struct result_view *v = result_view_new(r);

		report_lines(v, &text);
	}
	ck_assert_str_eq(buf_str(&text), "\nwhere the verifier spends most:\n"
	                                 "  tool: large on 6.12-cloud, 966293 verified instructions\n"
	                                 "     49 %   483146  tool.bpf.c:9: sum += i;\n");
	result_free(r);
}
END_TEST

START_TEST(what_no_verifier_saw_is_counted)
{
	struct result *r = make_result();
	cleanup_buf struct buf text = {0};

	for (size_t i = 0; i < r->cell_count; i++)
		r->cells[i].programs[0].cost = (struct program_cost){0};
	{
		cleanup_result_view struct result_view *v = result_view_new(r);

		report_cost(v, false, &text);
	}
	ck_assert_msg(strstr(buf_str(&text), "1 program more came to no kernel's verifier\n") != NULL, "%s",
	              buf_str(&text));
	result_free(r);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        EACH(a_budget_is_read, rules),
	        EACH(a_wrong_budget_is_told, mistakes),
	        EACH(what_is_beyond_its_budget_is_rejected, budgets),
	        TEST(what_failed_already_stays_what_it_is),
	        TEST(a_program_near_the_limit_is_told_once_and_passes),
	        TEST(what_is_too_complex_tells_how_far_the_verifier_came),
	        TEST(the_dearest_program_comes_first_with_the_kernels_that_differ),
	        TEST(lines_are_told_of_the_kernel_where_they_cost_most),
	        TEST(what_no_verifier_saw_is_counted),
	};

	return suite_run("cost", tests, COUNT(tests));
}
