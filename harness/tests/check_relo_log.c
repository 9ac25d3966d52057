/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/witness/extern_log.h"
#include "tests/relo/fake_load.h"
#include "tests/suite.h"

static const struct relo_fact *find_fact(const struct core_relo_list *list, const char *program, unsigned number)
{
	for (size_t i = 0; i < list->count; i++)
		if (!strcmp(list->facts[i].program, program) && list->facts[i].number == number)
			return &list->facts[i];
	ck_abort_msg("no relocation #%u in %s", number, program);
	return NULL;
}

/* What libbpf itself prints when it relocates a fixture against a fake kernel. */
static const struct {
	const char *object, *kernel, *program;
	unsigned number;
	enum relo_seen seen;
	uint64_t value;
	uint8_t width;
	uint32_t candidates;
	const char *target, *line;
} spoken[] = {
        {"local", "target", "loads", 0, RELO_SEEN_VALUE, 0, 4, 1, "struct probe.same (0:0 @ offset 0)", "off 0 -> 0"},
        {"local", "target", "loads", 1, RELO_SEEN_VALUE, 16, 4, 1, "struct probe.moved (0:2 @ offset 16)",
         "off 4 -> 16"},
        {"local", "target", "resize", 0, RELO_SEEN_VALUE, 24, 8, 1, "struct probe.resized (0:3 @ offset 24)",
         "mem_sz 4 -> 8"},
        {"local", "target", "narrow", 0, RELO_SEEN_POISON, 0, 0, 1, "struct probe.plain (0:4 @ offset 32)",
         "accesses field incorrectly"},
        {"local", "target", "addresses", 8, RELO_SEEN_VALUE, 51, 0, 1, "struct probe.bits (0:5 @ offset 32.7)",
         "imm 27 -> 51"},
        {"local", "target", "guarded", 0, RELO_SEEN_VALUE, 0, 0, 0, "", "imm 1 -> 0"},
        {"local", "target", "guarded", 1, RELO_SEEN_POISON, 0, 0, 0, "", "substituting insn #2"},
        {"local", "target", "types", 3, RELO_SEEN_VALUE, 0, 0, 0, "", "imm 4 -> 0"},
        {"local", "target", "ids", 0, RELO_SEEN_VALUE, 4, 0, 0, "", "imm64 4 -> 4"},
        {"local", "target", "enums", 1, RELO_SEEN_VALUE, 12, 0, 1, "enum color::COLOR_BLUE = 12", "imm64 2 -> 12"},
        {"local", "target", "enums", 3, RELO_SEEN_POISON, 0, 0, 0, "", "substituting insn #8"},
        {"local", "target", "leaf", 2, RELO_SEEN_VALUE, 72, 0, 1, "struct probe.many[1].second (0:8:1:2 @ offset 72)",
         "imm 48 -> 72"},
        {"local", "target", "shares_section", 1, RELO_SEEN_VALUE, 16, 4, 1, "struct probe.moved (0:2 @ offset 16)",
         "off 4 -> 16"},
        {"local", "target_ambiguous", "loads", 0, RELO_SEEN_VALUE, 0, 4, 2, "struct probe___one.same (0:0 @ offset 0)",
         "off 0 -> 0"},
        {"local", "target_ambiguous", "loads", 1, RELO_SEEN_AMBIGUOUS, 0, 0, 2,
         "struct probe___one.moved (0:1 @ offset 4)", "field offset ambiguity: 64 != 32"},
        {"broken", "target", "broken", 1, RELO_SEEN_ERROR, 0, 0, 1, "enum big::BIG_VALUE = 287454020",
         "unexpected insn #2 (LDIMM64)"},
};

START_TEST(reads_what_libbpf_prints)
{
	struct fake_load load = fake_load_object(spoken[_i].object, spoken[_i].kernel, NULL);
	const struct relo_fact *f = find_fact(&load.list, spoken[_i].program, spoken[_i].number);

	ck_assert(f->attempted);
	ck_assert_int_eq(f->log.seen, spoken[_i].seen);
	ck_assert_uint_eq(f->log.value, spoken[_i].value);
	ck_assert_uint_eq(f->log.width, spoken[_i].width);
	ck_assert_uint_eq(f->candidates, spoken[_i].candidates);
	ck_assert_str_eq(f->target, spoken[_i].target);
	ck_assert_msg(strstr(f->line, spoken[_i].line) != NULL, "'%s' is not about '%s'", f->line, spoken[_i].line);
	fake_load_free(&load);
}
END_TEST

START_TEST(nothing_is_said_of_a_program_left_out)
{
	struct fake_load load = fake_load_object("local", "target", "loads");

	ck_assert_int_eq(load.ret, 0);
	for (size_t i = 0; i < load.list.count; i++)
		ck_assert_int_eq(load.list.facts[i].attempted, strcmp(load.list.facts[i].program, "loads") != 0);
	fake_load_free(&load);
}
END_TEST

START_TEST(nothing_is_said_after_libbpf_gave_up)
{
	struct fake_load load = fake_load_object("broken", "target", NULL);

	ck_assert_int_lt(load.ret, 0);
	ck_assert(find_fact(&load.list, "before", 0)->attempted);
	ck_assert(!find_fact(&load.list, "then", 0)->attempted);
	fake_load_free(&load);
}
END_TEST

/* Lines that libbpf prints in situations a fixture does not reach; each follows the record's spec line. */
static const struct {
	const char *lines;
	enum relo_seen seen;
	uint64_t value;
	uint8_t width;
	const char *line;
} made[] = {
        {"libbpf: prog 'loads': relo #1: patched insn #2 (LDX/ST/STX) off 4 -> 9\n", RELO_SEEN_VALUE, 9, 4,
         "off 4 -> 9"},
        {"prog 'loads': relo #1: patched insn #2 (LDX/ST/STX) off 4 -> 9\nprog 'loads': relo #1: patched insn #2 "
         "(LDX/ST/STX) mem_sz 4 -> 2",
         RELO_SEEN_VALUE, 9, 2, "mem_sz 4 -> 2"},
        {"prog 'loads': relo #1: patched insn #2 (ALU/ALU64) imm 1 -> 18446744071562067968", RELO_SEEN_VALUE,
         0xffffffff80000000, 0, "imm 1"},
        {"prog 'loads': relo #1: patched insn #2 (ALU/ALU64) imm 1 -> 4294967297", RELO_SEEN_VALUE, 1, 0, "imm 1"},
        {"prog 'loads': relo #1: relocation decision ambiguity: success 3 != success 4\n"
         "prog 'loads': relo #1: failed to relocate: -22\n",
         RELO_SEEN_AMBIGUOUS, 0, 0, "decision ambiguity"},
        {"prog 'loads': relo #1: failed to relocate: -22\n", RELO_SEEN_ERROR, 0, 0, "failed to relocate"},
        {"prog 'loads': relo #1: failed to relocate: -EINVAL\n", RELO_SEEN_ERROR, 0, 0, "failed to relocate"},
        {"prog 'loads': relo 0 at insn #2 can't be satisfied for bitfield\n"
         "prog 'loads': relo #1: failed to relocate: -7\n",
         RELO_SEEN_ERROR, 0, 0, "can't be satisfied for bitfield"},
        {"prog 'other': relo 0 at insn #2 can't be satisfied for bitfield\n"
         "prog 'loads': relo #1: failed to relocate: -7\n",
         RELO_SEEN_ERROR, 0, 0, "failed to relocate"},
        {"prog 'loads': relo #1: error matching candidate #0 <byte_off> [1] struct x: -7\n "
         "prog 'loads': relo #1: failed to relocate: -7\n",
         RELO_SEEN_ERROR, 0, 0, "error matching candidate"},
        {"prog 'loads': relo #1: <byte_off> (0) relocation doesn't support anonymous types\n"
         "prog 'loads': relo #1: failed to relocate: -95\n",
         RELO_SEEN_ERROR, 0, 0, "anonymous types"},
        {"prog 'loads': relo #1: insn #2 (LDX/ST/STX) value too big: 40000\n"
         "prog 'loads': relo #1: failed to patch insn #2: -34\n",
         RELO_SEEN_ERROR, 0, 0, "value too big"},
        {"prog 'loads': relo #1: substituting insn #3 w/ invalid insn\n"
         "prog 'loads': relo #1: substituting insn #2 w/ invalid insn\n",
         RELO_SEEN_POISON, 0, 0, "substituting insn #2"},
        /* Not about record #1 of loads. */
        {"prog 'load': relo #1: patched insn #2 (ALU/ALU64) imm 1 -> 5\n", RELO_SEEN_NOTHING, 0, 0, "<byte_off>"},
        {"prog 'loads': relo #10: patched insn #2 (ALU/ALU64) imm 1 -> 5\n", RELO_SEEN_NOTHING, 0, 0, "<byte_off>"},
        {"prog 'loads': relo #4294967297: patched insn #2 (ALU/ALU64) imm 1 -> 5\n", RELO_SEEN_NOTHING, 0, 0,
         "<byte_off>"},
        {"prog 'loads': relo #\nprog 'loads': relo \nprog 'loads\nprog '\n\n \nlibbpf: \n", RELO_SEEN_NOTHING, 0, 0,
         "<byte_off>"},
        {"prog 'loads': relo #1: patched insn #2 (ALU/ALU64) imm 1 ->", RELO_SEEN_NOTHING, 0, 0, "patched"},
};

START_TEST(reads_lines_of_rarer_cases)
{
	struct buf bytes = {0};
	struct core_relo_list list;
	const struct relo_fact *f;
	struct relo_log *log;

	ck_assert(!io_read_file(FIXTURES "local.o", 1 << 24, &bytes, NULL));
	ck_assert(!core_relo_list_read(bytes.data, bytes.len, &list, NULL));
	log = relo_log_new(&list);
	relo_log_line(log, "prog 'loads': relo #1: <byte_off> [4] struct probe.moved (0:1 @ offset 4)\n");
	relo_log_line(log, made[_i].lines);
	f = find_fact(&list, "loads", 1);
	ck_assert(f->attempted);
	ck_assert_int_eq(f->log.seen, made[_i].seen);
	ck_assert_uint_eq(f->log.value, made[_i].value);
	ck_assert_uint_eq(f->log.width, made[_i].width);
	ck_assert_msg(strstr(f->line, made[_i].line) != NULL, "'%s' is not about '%s'", f->line, made[_i].line);
	relo_log_free(log);
	core_relo_list_free(&list);
	buf_free(&bytes);
}
END_TEST

START_TEST(second_load_overwrites_the_first)
{
	struct buf bytes = {0};
	struct core_relo_list list;
	const struct relo_fact *f;
	struct relo_log *log;

	ck_assert(!io_read_file(FIXTURES "local.o", 1 << 24, &bytes, NULL));
	ck_assert(!core_relo_list_read(bytes.data, bytes.len, &list, NULL));
	log = relo_log_new(&list);
	for (int round = 0; round < 2; round++) {
		relo_log_line(log, "prog 'loads': relo #1: <byte_off> [4] struct probe.moved (0:1 @ offset 4)");
		relo_log_line(log,
		              "prog 'loads': relo #1: matching candidate #0 <byte_off> [7] struct probe.moved (0:1)");
		relo_log_line(log, round ? "prog 'loads': relo #1: patched insn #2 (LDX/ST/STX) off 4 -> 8"
		                         : "prog 'loads': relo #1: field offset ambiguity: 1 != 2");
	}
	f = find_fact(&list, "loads", 1);
	ck_assert_int_eq(f->log.seen, RELO_SEEN_VALUE);
	ck_assert_uint_eq(f->candidates, 1);
	ck_assert_str_eq(f->target, "struct probe.moved (0:1)");
	ck_assert_ptr_nonnull(strstr(f->line, "patched"));
	relo_log_free(log);
	core_relo_list_free(&list);
	buf_free(&bytes);
}
END_TEST

/* As libbpf 1.1 to 1.7 print them, with what stands beside them. */
static const struct {
	const char *text, *names;
} externs[] = {
        {"libbpf: extern 'bpf_no_such_kfunc' (weak): not resolved, defaulting to zero\n", "x bpf_no_such_kfunc"},
        {"extern 'f___old' (weak): not resolved, defaulting to zero\n", "x f___old"},
        {"extern 'CONFIG_NONE' (weak): not resolved, defaulting to zero\n", "x"},
        {"extern 'LINUX_HAS_SYSCALL_WRAPPER' (weak): not resolved, defaulting to zero\n", "x"},
        {"extern 'f' (strong): not resolved\n", "x"},
        {"extern (func ksym) 'f': resolved to vmlinux [7]\n", "x"},
        {"extern '", "x"},
        {"extern '' (weak): not resolved", "x"},
        {"", "x"},
};

START_TEST(weak_externs_are_told_from_the_log)
{
	struct buf names = {0};

	buf_puts(&names, "x");
	extern_log_line(externs[_i].text, &names);
	ck_assert_str_eq(buf_str(&names), externs[_i].names);
	buf_free(&names);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        GROUP("printed by libbpf"),
	        EACH(reads_what_libbpf_prints, spoken),
	        TEST(nothing_is_said_of_a_program_left_out),
	        TEST(nothing_is_said_after_libbpf_gave_up),
	        EACH(weak_externs_are_told_from_the_log, externs),
	        GROUP("made by hand"),
	        EACH(reads_lines_of_rarer_cases, made),
	        TEST(second_load_overwrites_the_first),
	};

	return suite_run("relo_log", tests, COUNT(tests));
}
