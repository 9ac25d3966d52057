/* SPDX-License-Identifier: BSD-2-Clause */
/* code_reach: what is behind a decided branch is never reached, what nothing guards always, the rest perhaps. */
#include <stdlib.h>

#include "host/predict/code_reach.h"
#include "relo/insn_value.h"
#include "tests/suite.h"

#define MOV(reg, value) \
	{ \
		.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = (reg), .imm = (value) \
	}
#define MOVR(reg, from) \
	{ \
		.code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = (reg), .src_reg = (from) \
	}
#define ALU(op, reg, value) \
	{ \
		.code = BPF_ALU64 | (op) | BPF_K, .dst_reg = (reg), .imm = (value) \
	}
#define IF(op, reg, value, to) \
	{ \
		.code = BPF_JMP | (op) | BPF_K, .dst_reg = (reg), .imm = (value), .off = (to) \
	}
#define HELPER(number) \
	{ \
		.code = BPF_JMP | BPF_CALL, .imm = (number) \
	}
#define CALL(distance) \
	{ \
		.code = BPF_JMP | BPF_CALL, .src_reg = BPF_PSEUDO_CALL, .imm = (distance) \
	}
#define LOAD(reg) \
	{ \
		.code = BPF_LDX | BPF_MEM | BPF_DW, .dst_reg = (reg), .src_reg = 1 \
	}
#define JUMP(to) \
	{ \
		.code = BPF_JMP | BPF_JA, .off = (to) \
	}
#define EXIT \
	{ \
		.code = BPF_JMP | BPF_EXIT \
	}
#define NOP MOV(9, 0)

enum { MAX_INSNS = 12 };

/* One main function; the record, if any, is at instruction `record`. */
static const struct {
	const char *name;
	struct bpf_insn code[MAX_INSNS];
	uint32_t count;
	int record; /* -1: none */
	enum relo_seen seen;
	uint64_t value;
	uint32_t asked;
	enum reach reach;
} cases[] = {
        {"straight", {NOP, NOP, EXIT}, 3, -1, 0, 0, 1, REACH_ALWAYS},
        {"behind the end", {EXIT, NOP, EXIT}, 3, -1, 0, 0, 1, REACH_NEVER},
        {"jumped over", {JUMP(1), NOP, EXIT}, 3, -1, 0, 0, 1, REACH_NEVER},
        {"test answered 0", {MOV(1, 1), IF(BPF_JEQ, 1, 0, 1), NOP, EXIT}, 4, 0, RELO_SEEN_VALUE, 0, 2, REACH_NEVER},
        {"test answered 1", {MOV(1, 0), IF(BPF_JEQ, 1, 0, 1), NOP, EXIT}, 4, 0, RELO_SEEN_VALUE, 1, 2, REACH_ALWAYS},
        {"other branch", {MOV(1, 1), IF(BPF_JNE, 1, 0, 1), NOP, EXIT}, 4, 0, RELO_SEEN_VALUE, 0, 2, REACH_ALWAYS},
        {"copied", {MOV(1, 1), MOVR(2, 1), IF(BPF_JEQ, 2, 0, 1), NOP, EXIT}, 5, 0, RELO_SEEN_VALUE, 0, 3, REACH_NEVER},
        {"masked",
         {MOV(1, 1), ALU(BPF_AND, 1, 1), IF(BPF_JNE, 1, 1, 1), NOP, EXIT},
         5,
         0,
         RELO_SEEN_VALUE,
         0,
         3,
         REACH_NEVER},
        {"value from memory", {LOAD(2), IF(BPF_JEQ, 2, 0, 1), NOP, EXIT}, 4, -1, 0, 0, 2, REACH_MAYBE},
        {"after both ways join", {LOAD(2), IF(BPF_JEQ, 2, 0, 0), NOP, EXIT}, 4, -1, 0, 0, 2, REACH_MAYBE},
        {"test of a helper's result", {HELPER(14), IF(BPF_JEQ, 0, 0, 1), NOP, EXIT}, 4, -1, 0, 0, 2, REACH_ALWAYS},
        {"result that is never NULL",
         {HELPER(BPF_FUNC_get_current_task_btf), IF(BPF_JEQ, 0, 0, 1), NOP, EXIT},
         4,
         -1,
         0,
         0,
         2,
         REACH_MAYBE},
        {"test of a helper's result for more than 0",
         {HELPER(14), IF(BPF_JGT, 0, 7, 1), NOP, EXIT},
         4,
         -1,
         0,
         0,
         2,
         REACH_MAYBE},
        {"registers do not survive a call",
         {MOV(1, 0), HELPER(14), IF(BPF_JEQ, 1, 0, 1), NOP, EXIT},
         5,
         -1,
         0,
         0,
         3,
         REACH_MAYBE},
        {"saved registers do", {MOV(6, 0), HELPER(14), IF(BPF_JEQ, 6, 0, 1), NOP, EXIT}, 5, -1, 0, 0, 3, REACH_NEVER},
        {"behind poison", {NOP, NOP, EXIT}, 3, 0, RELO_SEEN_POISON, 0, 1, REACH_NEVER},
        {"the poison itself", {NOP, NOP, EXIT}, 3, 1, RELO_SEEN_POISON, 0, 1, REACH_ALWAYS},
        {"loop", {MOV(1, 0), ALU(BPF_ADD, 1, 1), IF(BPF_JLT, 1, 9, -2), NOP, EXIT}, 5, -1, 0, 0, 3, REACH_MAYBE},
        {"beyond the function", {NOP, JUMP(77)}, 2, -1, 0, 0, 9, REACH_NEVER},
};

static enum reach ask(const struct bpf_insn *code, struct core_relo_list *list, const struct predict_outcome *outcomes,
                      bool loaded, size_t func, uint32_t insn)
{
	struct elf_view_section sections[2] = {
	        {0},
	        {.data = (const uint8_t *)code, .size = MAX_INSNS * sizeof(*code)},
	};
	const struct elf_view view = {sections, 2};
	const bool all[2] = {loaded, true};
	struct code_reach *c = code_reach_new(list, &view);
	enum reach answer;

	code_reach_run(c, outcomes, all);
	answer = code_reach_at(c, func, insn);
	code_reach_free(c);
	return answer;
}

START_TEST(one_function)
{
	struct core_relo_func func = {.name = (char *)"main", .section = 1, .count = cases[_i].count, .main = true};
	struct core_relo_record record = {.section_insn = (uint32_t)cases[_i].record};
	struct relo_fact fact = {.insn = (uint32_t)cases[_i].record};
	struct core_relo_list list = {
	        .facts = &fact, .records = &record, .count = cases[_i].record >= 0, .funcs = &func, .func_count = 1};
	struct predict_outcome outcome = {.p.says = {(uint8_t)cases[_i].seen, cases[_i].value, 0}};

	ck_assert_msg(ask(cases[_i].code, &list, &outcome, true, 0, cases[_i].asked) == cases[_i].reach, "%s",
	              cases[_i].name);
	ck_assert(ask(cases[_i].code, &list, &outcome, false, 0, cases[_i].asked) == REACH_NEVER);
}
END_TEST

/* Function 0 tests a value from memory; function 1 is called (or only named) behind the test. */
static const struct {
	struct bpf_insn code[MAX_INSNS];
	enum reach reach;
} calls[] = {
        {{NOP, NOP, CALL(1), EXIT, NOP, EXIT}, REACH_ALWAYS},
        {{LOAD(2), IF(BPF_JEQ, 2, 0, 1), CALL(1), EXIT, NOP, EXIT}, REACH_MAYBE},
        {{MOV(2, 0), IF(BPF_JEQ, 2, 0, 1), CALL(1), EXIT, NOP, EXIT}, REACH_NEVER},
        {{NOP, NOP, {.code = BPF_LD | BPF_IMM | BPF_DW, .dst_reg = 2, .src_reg = BPF_PSEUDO_FUNC}, {0}, EXIT, EXIT},
         REACH_MAYBE},
};

START_TEST(two_functions)
{
	struct core_relo_func funcs[] = {
	        {.name = (char *)"main", .section = 1, .count = 4, .main = true, .call_count = 1},
	        {.name = (char *)"sub", .section = 1, .start = 4, .count = 2},
	};
	struct core_relo_call call = {2, 1};
	struct core_relo_list list = {.funcs = funcs, .func_count = 2, .calls = &call, .call_count = 1};

	ck_assert_int_eq(ask(calls[_i].code, &list, NULL, true, 1, 0), calls[_i].reach);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        EACH(one_function, cases),
	        EACH(two_functions, calls),
	};

	return suite_run("code_reach", tests, COUNT(tests));
}
