/* SPDX-License-Identifier: BSD-2-Clause */
/* code_reach: what is behind a decided branch is never reached, what nothing guards always, the rest perhaps. */
#include <stdlib.h>
#include <string.h>

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
        {"the same result tested twice",
         {HELPER(14), IF(BPF_JEQ, 0, 0, 2), IF(BPF_JEQ, 0, 0, 1), EXIT, NOP, EXIT},
         6,
         -1,
         0,
         0,
         4,
         REACH_ALWAYS},
        {"the same result tested twice, behind the second test",
         {HELPER(14), MOVR(6, 0), IF(BPF_JNE, 0, 0, 1), EXIT, IF(BPF_JEQ, 6, 0, 1), EXIT, NOP, EXIT},
         8,
         -1,
         0,
         0,
         6,
         REACH_MAYBE},
        {"another result",
         {HELPER(14), MOVR(6, 0), IF(BPF_JNE, 0, 0, 1), EXIT, HELPER(14), IF(BPF_JEQ, 0, 0, 1), EXIT, NOP, EXIT},
         9,
         -1,
         0,
         0,
         7,
         REACH_ALWAYS},
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

/* What a kernel is beside its relocations. */
struct about {
	struct verifier_traits traits;
	uint8_t ref; /* enum ref_value of the only ref */
};

static enum reach ask(const struct bpf_insn *code, struct core_relo_list *list, const struct predict_outcome *outcomes,
                      bool loaded, struct about about, size_t func, uint32_t insn)
{
	struct elf_view_section sections[2] = {
	        {0},
	        {.data = (const uint8_t *)code, .size = MAX_INSNS * sizeof(*code)},
	};
	const struct elf_view view = {sections, 2};
	const bool all[2] = {loaded, true};
	const struct code_reach_kernel kernel = {outcomes, &about.ref, about.traits, all};
	struct code_reach *c = code_reach_new(list, &view);
	enum reach answer;

	code_reach_run(c, &kernel);
	answer = code_reach_at(c, func, insn);
	code_reach_free(c);
	return answer;
}

static const struct about known = {{TRAIT_YES, TRAIT_NO}, REF_UNKNOWN};

START_TEST(one_function)
{
	struct core_relo_func func = {.name = (char *)"main", .section = 1, .count = cases[_i].count, .main = true};
	struct core_relo_record record = {.section_insn = (uint32_t)cases[_i].record};
	struct relo_fact fact = {.insn = (uint32_t)cases[_i].record};
	struct core_relo_list list = {
	        .facts = &fact, .records = &record, .count = cases[_i].record >= 0, .funcs = &func, .func_count = 1};
	struct predict_outcome outcome = {.p.says = {(uint8_t)cases[_i].seen, cases[_i].value, 0}};

	ck_assert_msg(ask(cases[_i].code, &list, &outcome, true, known, 0, cases[_i].asked) == cases[_i].reach, "%s",
	              cases[_i].name);
	ck_assert(ask(cases[_i].code, &list, &outcome, false, known, 0, cases[_i].asked) == REACH_NEVER);
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

	ck_assert_int_eq(ask(calls[_i].code, &list, NULL, true, known, 1, 0), calls[_i].reach);
}
END_TEST

/* A function that is called behind a test of what is not there, or of what nobody knows. */
static const struct {
	bool global, decided; /* the test is answered 0 */
	enum trait lazy;
	enum reach reach;
} globals[] = {
        {false, true, TRAIT_NO, REACH_NEVER},     {false, true, TRAIT_UNKNOWN, REACH_NEVER},
        {true, true, TRAIT_NO, REACH_ALWAYS},     {true, true, TRAIT_YES, REACH_NEVER},
        {true, true, TRAIT_UNKNOWN, REACH_MAYBE}, {true, false, TRAIT_YES, REACH_MAYBE},
        {true, false, TRAIT_NO, REACH_ALWAYS},
};

START_TEST(global_function)
{
	static const struct bpf_insn by_constant[MAX_INSNS] = {MOV(2, 0), IF(BPF_JEQ, 2, 0, 1), CALL(1), EXIT, NOP,
	                                                       EXIT},
	                             by_memory[MAX_INSNS] = {LOAD(2), IF(BPF_JEQ, 2, 0, 1), CALL(1), EXIT, NOP, EXIT};
	struct core_relo_func funcs[] = {
	        {.name = (char *)"main", .section = 1, .count = 4, .main = true, .global = true, .call_count = 1},
	        {.name = (char *)"sub", .section = 1, .start = 4, .count = 2, .global = globals[_i].global},
	};
	struct core_relo_call call = {2, 1};
	struct core_relo_list list = {.funcs = funcs, .func_count = 2, .calls = &call, .call_count = 1};
	const struct about about = {{globals[_i].lazy, TRAIT_NO}, REF_UNKNOWN};

	ck_assert_int_eq(ask(globals[_i].decided ? by_constant : by_memory, &list, NULL, true, about, 1, 0),
	                 globals[_i].reach);
	/* nothing of a program that is not loaded */
	ck_assert_int_eq(ask(by_constant, &list, NULL, false, about, 1, 0), REACH_NEVER);
}
END_TEST

/* Function 1, which function 0 calls before its last instruction, may end the program. */
static const struct {
	const char *called;
	bool behind; /* a test of what nobody knows */
	enum reach after, there;
} throws[] = {
        {"bpf_throw", false, REACH_MAYBE, REACH_NEVER},
        {"bpf_throw", true, REACH_MAYBE, REACH_MAYBE},
        {"bpf_other", false, REACH_ALWAYS, REACH_ALWAYS},
};

START_TEST(a_function_that_does_not_return)
{
	static const struct bpf_insn plain[MAX_INSNS] = {NOP, CALL(2), NOP, EXIT, NOP, CALL(-1), NOP, EXIT},
	                             behind[MAX_INSNS] = {NOP,      CALL(2), NOP, EXIT, IF(BPF_JEQ, 1, 0, 1),
	                                                  CALL(-1), NOP,     EXIT};
	const struct bpf_insn *code = throws[_i].behind ? behind : plain;
	struct core_relo_func funcs[] = {
	        {.name = (char *)"main", .section = 1, .count = 4, .main = true, .call_count = 1},
	        {.name = (char *)"sub", .section = 1, .start = 4, .count = 4},
	};
	struct core_relo_call call = {1, 1};
	struct core_relo_ref ref = {.func = 1, .insn = 1, .name = (char *)throws[_i].called, .external = true};
	struct core_relo_list list = {
	        .funcs = funcs, .func_count = 2, .calls = &call, .call_count = 1, .refs = &ref, .ref_count = 1};

	ck_assert_int_eq(ask(code, &list, NULL, true, known, 0, 2), throws[_i].after);
	ck_assert_int_eq(ask(code, &list, NULL, true, known, 1, 2), throws[_i].there);
}
END_TEST

#define ADDRESS_OF(reg) \
	{.code = BPF_LD | BPF_IMM | BPF_DW, .dst_reg = (reg)}, \
	{ \
		0 \
	}

/* The address of something is tested, or a map at that address is asked. */
static const struct {
	const char *name;
	struct bpf_insn code[MAX_INSNS];
	uint8_t ref;
	enum trait sure_lookups;
	enum reach there, not_there; /* the branch for one that is not 0, and the other */
} refs[] = {
        {"absent", {ADDRESS_OF(1), IF(BPF_JEQ, 1, 0, 1), NOP, EXIT}, REF_ABSENT, TRAIT_NO, REACH_NEVER, REACH_ALWAYS},
        {"present", {ADDRESS_OF(1), IF(BPF_JEQ, 1, 0, 1), NOP, EXIT}, REF_ADDRESS, TRAIT_NO, REACH_ALWAYS, REACH_MAYBE},
        {"who knows",
         {ADDRESS_OF(1), IF(BPF_JEQ, 1, 0, 1), NOP, EXIT},
         REF_UNKNOWN,
         TRAIT_NO,
         REACH_MAYBE,
         REACH_MAYBE},
        {"lookup, before 6.14",
         {ADDRESS_OF(1), HELPER(1), IF(BPF_JEQ, 0, 0, 1), NOP, EXIT},
         REF_ARRAY,
         TRAIT_NO,
         REACH_ALWAYS,
         REACH_ALWAYS},
        {"lookup, since",
         {ADDRESS_OF(1), HELPER(1), IF(BPF_JEQ, 0, 0, 1), NOP, EXIT},
         REF_ARRAY,
         TRAIT_YES,
         REACH_MAYBE,
         REACH_MAYBE},
        {"lookup, on who knows what",
         {ADDRESS_OF(1), HELPER(1), IF(BPF_JEQ, 0, 0, 1), NOP, EXIT},
         REF_ARRAY,
         TRAIT_UNKNOWN,
         REACH_MAYBE,
         REACH_MAYBE},
        {"lookup in a hash",
         {ADDRESS_OF(1), HELPER(1), IF(BPF_JEQ, 0, 0, 1), NOP, EXIT},
         REF_ADDRESS,
         TRAIT_YES,
         REACH_ALWAYS,
         REACH_ALWAYS},
        {"lookup in some map",
         {LOAD(1), NOP, HELPER(1), IF(BPF_JEQ, 0, 0, 1), NOP, EXIT},
         REF_ADDRESS,
         TRAIT_YES,
         REACH_MAYBE,
         REACH_MAYBE},
};

START_TEST(address)
{
	struct core_relo_func func = {.name = (char *)"main", .section = 1, .count = MAX_INSNS, .main = true};
	struct core_relo_ref ref = {.insn = 0, .name = (char *)"x"};
	bool takes = insn_is_imm64(&refs[_i].code[0]);
	struct core_relo_list list = {.funcs = &func, .func_count = 1, .refs = &ref, .ref_count = takes};
	const struct about about = {{TRAIT_YES, refs[_i].sure_lookups}, refs[_i].ref};
	uint32_t test = 0;

	while (refs[_i].code[test].code != (BPF_JMP | BPF_JEQ | BPF_K))
		test++;
	ck_assert_msg(ask(refs[_i].code, &list, NULL, true, about, 0, test + 1) == refs[_i].there, "%s", refs[_i].name);
	/* the jump goes over one instruction, to where both ways meet: another is put there to tell them apart */
	struct bpf_insn apart[MAX_INSNS];

	memcpy(apart, refs[_i].code, sizeof(apart));
	apart[test + 1] = (struct bpf_insn)EXIT;
	ck_assert_msg(ask(apart, &list, NULL, true, about, 0, test + 2) == refs[_i].not_there, "%s", refs[_i].name);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        EACH(one_function, cases),
	        EACH(two_functions, calls),
	        EACH(global_function, globals),
	        EACH(a_function_that_does_not_return, throws),
	        EACH(address, refs),
	};

	return suite_run("code_reach", tests, COUNT(tests));
}
