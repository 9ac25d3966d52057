/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/resolve/relo_judge.h"
#include "tests/relo/fake_load.h"
#include "tests/suite.h"

static struct relo_fact *find_fact(const struct core_relo_list *list, const char *program, unsigned number)
{
	for (size_t i = 0; i < list->count; i++)
		if (!strcmp(list->facts[i].program, program) && list->facts[i].number == number)
			return &list->facts[i];
	ck_abort_msg("no relocation #%u in %s", number, program);
	return NULL;
}

static const struct {
	const char *program;
	unsigned number;
	enum relo_seen seen;
	uint64_t value;
	uint8_t width;
} seen_cases[] = {
        {"loads", 0, RELO_SEEN_VALUE, 0, 4},     {"loads", 3, RELO_SEEN_VALUE, 76, 4},
        {"resize", 0, RELO_SEEN_VALUE, 24, 8},   {"narrow", 0, RELO_SEEN_POISON, 0, 0},
        {"guarded", 1, RELO_SEEN_POISON, 0, 0},  {"guarded", 2, RELO_SEEN_VALUE, 1, 0},
        {"enums", 1, RELO_SEEN_VALUE, 12, 0},    {"enums", 3, RELO_SEEN_POISON, 0, 0},
        {"exported", 0, RELO_SEEN_VALUE, 40, 0}, {"middle", 1, RELO_SEEN_VALUE, 16, 0},
        {"leaf", 2, RELO_SEEN_VALUE, 72, 0},     {"callback", 3, RELO_SEEN_VALUE, 0, 0},
        {"calls", 0, RELO_SEEN_VALUE, 16, 4},    {"shares_section", 1, RELO_SEEN_VALUE, 16, 4},
};

START_TEST(sees_what_libbpf_patched)
{
	struct fake_load load = fake_load_object("local", "target", NULL);
	const struct relo_fact *f = find_fact(&load.list, seen_cases[_i].program, seen_cases[_i].number);

	ck_assert_int_eq(load.ret, 0);
	ck_assert_int_eq(f->insns.seen, seen_cases[_i].seen);
	ck_assert_uint_eq(f->insns.value, seen_cases[_i].value);
	ck_assert_uint_eq(f->insns.width, seen_cases[_i].width);
	ck_assert(f->loaded);
	fake_load_free(&load);
}
END_TEST

static const char *const object_kernel[][2] = {
        {"local", "target"}, {"local", "target_ambiguous"}, {"broken", "target"}};

START_TEST(agrees_with_the_log_on_every_record)
{
	struct fake_load load = fake_load_object(object_kernel[_i][0], object_kernel[_i][1], NULL);

	for (size_t i = 0; i < load.list.count; i++) {
		char *disagreement;

		relo_judge(&load.list.facts[i], &disagreement);
		ck_assert_msg(!disagreement, "%s #%u: %s", load.list.facts[i].program, load.list.facts[i].number,
		              disagreement);
	}
	fake_load_free(&load);
}
END_TEST

static bool placed(const struct core_relo_list *list, const char *program, const char *func, uint32_t *start)
{
	for (size_t i = 0; i < list->place_count; i++)
		if (!strcmp(list->funcs[list->places[i].program].name, program) &&
		    !strcmp(list->funcs[list->places[i].func].name, func)) {
			*start = list->places[i].start;
			return true;
		}
	return false;
}

START_TEST(finds_subprograms_where_libbpf_put_them)
{
	static const char *const inside[] = {"middle", "exported", "leaf", "callback", "unused_by_tail"};
	struct fake_load load = fake_load_object("local", "target", NULL);
	uint32_t here, there;

	ck_assert(placed(&load.list, "calls", "calls", &here) && here == 0);
	for (size_t i = 0; i < COUNT(inside); i++)
		ck_assert_msg(placed(&load.list, "calls", inside[i], &here) && here > 0, "%s", inside[i]);
	ck_assert(placed(&load.list, "calls", "leaf", &here) && placed(&load.list, "shares_section", "leaf", &there));
	ck_assert_uint_ne(here, there);
	ck_assert(!placed(&load.list, "shares_section", "middle", &there));
	fake_load_free(&load);
}
END_TEST

START_TEST(places_nothing_when_relocation_failed)
{
	struct fake_load load = fake_load_object("local", "target_ambiguous", NULL);
	uint32_t start;

	ck_assert_int_lt(load.ret, 0);
	ck_assert(!placed(&load.list, "calls", "exported", &start));
	ck_assert_int_eq(find_fact(&load.list, "exported", 0)->insns.seen, RELO_SEEN_NOTHING);
	fake_load_free(&load);
}
END_TEST

START_TEST(marks_the_poison_that_stopped_the_verifier)
{
	struct fake_load load;

	fake_refused = "guarded";
	load = fake_load_object("local", "target", NULL);
	ck_assert_int_lt(load.ret, 0);
	for (size_t i = 0; i < load.list.count; i++) {
		const struct relo_fact *f = &load.list.facts[i];

		ck_assert_int_eq(f->reached, !strcmp(f->program, "guarded") && f->number == 1);
	}
	fake_load_free(&load);
}
END_TEST

/* Logs of a verifier for `calls`, in which leaf is placed at 41 and its relocation is its instruction 1. */
static const struct {
	const char *log;
	int64_t stop;
	const char *program; /* whose record is reached, NULL for none */
} verifier_logs[] = {
        {"", -1, NULL},
        {"0: R1=ctx(off=0,imm=0) R10=fp0\n1: (95) exit\n", -1, NULL},
        {"42: (85) call unknown#195896080\ninvalid func unknown#195896080\n", 42, "leaf"},
        {"1: (85) call unknown#195896080\ninvalid func unknown#195896080\n", 1, "calls"},
        {"42: <invalid CO-RE relocation>\nfailed to resolve CO-RE relocation <byte_off> [4] struct probe.many\n", 42,
         "leaf"},
        {"40: (85) call unknown#195896080\n42: (85) call unknown#195896080\ninvalid func unknown#195896080\n", 42,
         "leaf"},
        {"41: (b7) r1 = 0\n42: (18) r10 = 0xbad2310\nframe pointer is read only\nprocessed 3 insns\n", 42, "leaf"},
        {"42: (18) r1 = 0xbad2310\n44: (95) exit\nR0 !read_ok\n", -1, NULL},
        {"43: (85) call unknown#195896080\ninvalid func unknown#195896080\n", 43, NULL},
        {"42: (85) call unknown#7\ninvalid func unknown#7\n", -1, NULL},
        {"; 42: (85) call unknown#195896080\n", -1, NULL},
        {"99999999999999999999: (85) call unknown#195896080\n", -1, NULL},
};

START_TEST(reads_verifier_logs)
{
	struct fake_load load = fake_load_object("local", "target", NULL);
	uint32_t leaf;

	ck_assert(placed(&load.list, "calls", "leaf", &leaf) && leaf == 41);
	ck_assert_int_eq(relo_verifier_stop(verifier_logs[_i].log), verifier_logs[_i].stop);
	relo_verifier_mark(&load.list, "calls", verifier_logs[_i].log);
	for (size_t i = 0; i < load.list.count; i++) {
		const struct relo_fact *f = &load.list.facts[i];
		const char *reached = verifier_logs[_i].program;

		ck_assert_int_eq(f->reached, reached && !strcmp(f->program, reached));
	}
	fake_load_free(&load);
}
END_TEST

#define MOV(value) \
	{ \
		.code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = (value) \
	}
#define ADD(value) \
	{ \
		.code = BPF_ALU | BPF_ADD | BPF_K, .imm = (value) \
	}
#define LOAD(size, offset) \
	{ \
		.code = BPF_LDX | BPF_MEM | (size), .off = (offset) \
	}
#define POISON \
	{ \
		.code = BPF_JMP | BPF_CALL, .imm = INSN_POISON_CALL \
	}

static const struct {
	struct bpf_insn insn[2];
	size_t left;
	struct insn_value value;
	bool poison;
} values[] = {
        {{MOV(7)}, 1, {INSN_ALU, 7, 0}, false},
        {{MOV(-1)}, 1, {INSN_ALU, UINT64_MAX, 0}, false},
        {{ADD(9)}, 1, {INSN_ALU, 9, 0}, false},
        {{{.code = BPF_ALU64 | BPF_ADD | BPF_X, .imm = 3}}, 1, {INSN_OTHER, 0, 0}, false},
        {{LOAD(BPF_B, 5)}, 1, {INSN_MEM, 5, 1}, false},
        {{LOAD(BPF_H, 5)}, 1, {INSN_MEM, 5, 2}, false},
        {{LOAD(BPF_W, -5)}, 1, {INSN_MEM, UINT64_MAX - 4, 4}, false},
        {{LOAD(BPF_DW, 5)}, 1, {INSN_MEM, 5, 8}, false},
        {{{.code = BPF_STX | BPF_MEM | BPF_H, .off = 6}}, 1, {INSN_MEM, 6, 2}, false},
        {{{.code = BPF_LD | BPF_IMM | BPF_DW, .imm = -1}, {.imm = 1}}, 2, {INSN_IMM64, 0x1ffffffff, 0}, false},
        {{{.code = BPF_LD | BPF_IMM | BPF_DW, .imm = 1}}, 1, {INSN_OTHER, 0, 0}, false},
        {{POISON}, 1, {INSN_OTHER, 0, 0}, true},
        {{{.code = BPF_JMP | BPF_CALL, .imm = 5}}, 1, {INSN_OTHER, 0, 0}, false},
        {{{.code = BPF_LD | BPF_IMM | BPF_DW, .dst_reg = BPF_REG_10, .imm = INSN_POISON_CALL}, {0}},
         2,
         {INSN_IMM64, INSN_POISON_CALL, 0},
         true},
        {{{.code = BPF_LD | BPF_IMM | BPF_DW, .dst_reg = BPF_REG_1, .imm = INSN_POISON_CALL}, {0}},
         2,
         {INSN_IMM64, INSN_POISON_CALL, 0},
         false},
        {{{.code = BPF_JMP | BPF_CALL, .src_reg = 1, .imm = INSN_POISON_CALL}}, 1, {INSN_OTHER, 0, 0}, false},
        {{MOV(7)}, 0, {INSN_OTHER, 0, 0}, false},
};

START_TEST(reads_instructions)
{
	struct insn_value v = insn_value_read(values[_i].insn, values[_i].left);

	ck_assert_int_eq(v.form, values[_i].value.form);
	ck_assert_uint_eq(v.value, values[_i].value.value);
	ck_assert_uint_eq(v.width, values[_i].value.width);
	ck_assert_int_eq(insn_is_poison(values[_i].insn), values[_i].poison);
}
END_TEST

START_TEST(refuses_code_that_is_not_the_objects)
{
	struct buf bytes = {0};
	struct core_relo_list list;
	struct bpf_insn insns[9] = {0};

	ck_assert(!io_read_file(FIXTURES "local.o", 1 << 24, &bytes, NULL));
	ck_assert(!core_relo_list_read(bytes.data, bytes.len, &list, NULL));
	ck_assert_int_eq(relo_insns_program(&list, "no_such", insns, 9, insns, 9), -ENOENT);
	ck_assert_int_eq(relo_insns_program(&list, "loads", insns, 9, insns, 9), -EBADMSG);
	for (size_t i = 0; i < list.count; i++)
		if (!strcmp(list.facts[i].program, "loads"))
			insns[list.facts[i].insn] = list.records[i].code[0];
	ck_assert_int_eq(relo_insns_program(&list, "loads", insns, 8, insns, 9), -EBADMSG);
	ck_assert_int_eq(relo_insns_program(&list, "loads", insns, 9, insns, 8), -EBADMSG);
	ck_assert_int_eq(find_fact(&list, "loads", 0)->insns.seen, RELO_SEEN_NOTHING);
	ck_assert_int_eq(relo_insns_program(&list, "loads", insns, 9, insns, 9), 0);
	ck_assert_int_eq(find_fact(&list, "loads", 1)->insns.seen, RELO_SEEN_VALUE);
	/* Unchanged code does not tell that anything was attempted. */
	ck_assert(!find_fact(&list, "loads", 1)->attempted);
	core_relo_list_free(&list);
	buf_free(&bytes);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        GROUP("patched by libbpf"),
	        EACH(sees_what_libbpf_patched, seen_cases),
	        EACH(agrees_with_the_log_on_every_record, object_kernel),
	        TEST(finds_subprograms_where_libbpf_put_them),
	        TEST(places_nothing_when_relocation_failed),
	        TEST(marks_the_poison_that_stopped_the_verifier),
	        GROUP("made by hand"),
	        EACH(reads_verifier_logs, verifier_logs),
	        EACH(reads_instructions, values),
	        TEST(refuses_code_that_is_not_the_objects),
	};

	return suite_run("relo_insns", tests, COUNT(tests));
}
