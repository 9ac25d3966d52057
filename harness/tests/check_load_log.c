/* SPDX-License-Identifier: BSD-2-Clause */
/* load_log: what lines of libbpf 1.1 to 1.7 and of verifiers from 5.10 on are worth, and which is taken. */
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "tests/suite.h"
#include "wire/load_log.h"

static const struct {
	const char *line;
	enum load_log_line worth;
} lines[] = {
        {"", LOAD_LOG_TRACE},
        {"; int on_exec(void *ctx) @ x.bpf.c:8", LOAD_LOG_TRACE},
        {"0: (bf) r6 = r1", LOAD_LOG_TRACE},
        {"12: R1=ctx() R10=fp0", LOAD_LOG_TRACE},
        {"12", LOAD_LOG_TALK},
        {"R0=inv(id=0) R10=fp0", LOAD_LOG_TRACE},
        {"R0_w=invP0 R10=fp0", LOAD_LOG_TRACE},
        {" R0=ctx(id=0,off=0,imm=0) R10=fp0", LOAD_LOG_TRACE},
        {"from 5 to 9: safe", LOAD_LOG_TRACE},
        {"last_idx 12 first_idx 0", LOAD_LOG_TRACE},
        {"mark_precise: frame0: last_idx 12 first_idx 0", LOAD_LOG_TRACE},
        {"processed 18 insns (limit 1000000) max_states_per_insn 0", LOAD_LOG_TRACE},
        {"verification time 12 usec", LOAD_LOG_TRACE},
        {"stack depth 0+0", LOAD_LOG_TRACE},
        {"insns processed 625", LOAD_LOG_TRACE},
        {"subprog 0 (on_exec) main insns_self 2 insns_total 2 stack 0", LOAD_LOG_TRACE},
        {"subprog 3 is called too deep", LOAD_LOG_TALK},
        {"-- END PROG LOAD LOG --", LOAD_LOG_TRACE},
        {"libbpf: prog 'a': -- BEGIN PROG LOAD LOG --", LOAD_LOG_TRACE},
        {"R1 invalid mem access 'scalar'", LOAD_LOG_CAUSE},
        {"R6 !read_ok", LOAD_LOG_TALK},
        {"libbpf: loading object 'x' from buffer", LOAD_LOG_TALK},
        {"libbpf: prog 'a': failed to load: -22", LOAD_LOG_REPEAT},
        {"libbpf: prog 'a': failed to load: -EINVAL", LOAD_LOG_REPEAT},
        {"libbpf: failed to load object 'x'", LOAD_LOG_REPEAT},
        {"libbpf: prog 'a': failed to prepare load attributes: -3", LOAD_LOG_REPEAT},
        {"libbpf: prog 'a': failed to auto-attach: -2", LOAD_LOG_REPEAT},
        {"libbpf: prog 'a': BPF program load failed: Invalid argument", LOAD_LOG_OUTCOME},
        {"libbpf: map 'm': failed to create: Invalid argument(-22)", LOAD_LOG_CAUSE},
        {"libbpf: prog 'a': failed to find kernel BTF type ID of 'f': -3", LOAD_LOG_CAUSE},
        {"libbpf: Kernel doesn't support BTF, skipping uploading it.", LOAD_LOG_CAUSE},
};

START_TEST(a_line_is_worth_something_as_a_proof)
{
	ck_assert_int_eq(load_log_line(lines[_i].line, strlen(lines[_i].line)), lines[_i].worth);
}
END_TEST

static const struct {
	const char *text, *needle, *line; /* NULL: none */
	enum load_log_line worth;
} texts[] = {
        {"", "", NULL, LOAD_LOG_TRACE},
        {"\n0: (95) exit\n", "", NULL, LOAD_LOG_TRACE},
        {"doing this", "", "doing this", LOAD_LOG_TALK},
        {"failed to load: -1\ndoing this\n", "", "failed to load: -1", LOAD_LOG_REPEAT},
        {"BPF program load failed: x\nfailed to load: -1\n", "", "BPF program load failed: x", LOAD_LOG_OUTCOME},
        {"bad a\nbad b\nBPF program load failed: x\n", "", "bad b", LOAD_LOG_CAUSE},
        {"'p' bad a\n'q' bad b\n", "'p'", "'p' bad a", LOAD_LOG_CAUSE},
        {"'p' bad a\n'q' bad b", "'r'", NULL, LOAD_LOG_TRACE},
        {"bad a\nVerification failed: b\n  bad c\nprocessed 2 insns\n", "", "bad a", LOAD_LOG_CAUSE},
        {"bad a\nVerification failed: b\nprocessed 2 insns\nbad d\n", "", "bad d", LOAD_LOG_CAUSE},
};

START_TEST(the_last_of_the_best_is_taken)
{
	enum load_log_line worth = LOAD_LOG_CAUSE;
	size_t len = 0;
	const char *at = load_log_telling(texts[_i].text, strlen(texts[_i].text), texts[_i].needle, &worth, &len);
	cleanup_free char *line = at ? xstrndup(at, len) : NULL;

	ck_assert_pstr_eq(line, texts[_i].line);
	ck_assert_int_eq(worth, texts[_i].worth);
}
END_TEST

static const struct {
	const char *log, *verdict;
} verdicts[] = {
        {"", NULL},
        {"0: (95) exit\nR6 !read_ok\nprocessed 1 insns\n", "R6 !read_ok"},
        /* 7.3 explains what it has said */
        {"R1 invalid mem access 'scalar'\n\nVerification failed: Register Type Safety: Invalid dereference\n\nReason:\n"
         "  R1 is an integer scalar here, not a pointer to memory.\n\nAt:\n  >>> 2 | infinite loop detected\n\n"
         "Suggestion:\n  Preserve a pointer-valued register where needed.\n\nprocessed 2 insns\n",
         "R1 invalid mem access 'scalar'"},
        {"R6 !read_ok\nlast_idx 1 first_idx 0\n5: (85) call bpf_x#1\n; source\n\n", "R6 !read_ok"},
        {"5: (85) call bpf_x#1", NULL},
};

START_TEST(the_verifiers_last_word_is_no_trace)
{
	size_t len = 0;
	const char *at = load_log_verdict(verdicts[_i].log, strlen(verdicts[_i].log), &len);
	cleanup_free char *line = at ? xstrndup(at, len) : NULL;

	ck_assert_pstr_eq(line, verdicts[_i].verdict);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        EACH(a_line_is_worth_something_as_a_proof, lines),
	        EACH(the_last_of_the_best_is_taken, texts),
	        EACH(the_verifiers_last_word_is_no_trace, verdicts),
	};

	return suite_run("load_log", tests, COUNT(tests));
}
