/* SPDX-License-Identifier: BSD-2-Clause */
/* proof: which line of a log is taken to prove a failure. Logs as libbpf 1.1 prints them. */
#include <stdlib.h>
#include <string.h>

#include "agent/load/proof.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "tests/suite.h"

static const char verifier[] = "libbpf: prog 'a': BPF program load failed: Invalid argument\n"
                               "libbpf: prog 'a': -- BEGIN PROG LOAD LOG --\n"
                               "0: (bf) r6 = r1\n"
                               "R1 invalid mem access 'scalar'\n"
                               "processed 18 insns (limit 1000000) max_states_per_insn 0\n"
                               "verification time 12 usec\n"
                               "-- END PROG LOAD LOG --\n"
                               "libbpf: prog 'a': failed to load: -22\n"
                               "libbpf: failed to load object 'x'\n";
static const char relocation[] =
        "libbpf: prog 'a': -- BEGIN PROG LOAD LOG --\n"
        "1: <invalid CO-RE relocation>\n"
        "failed to resolve CO-RE relocation <byte_off> [7] struct request.rq_disk (0:4 @ offset 104)\n"
        "processed 2 insns (limit 1000000) max_states_per_insn 0\n"
        "-- END PROG LOAD LOG --\n"
        "libbpf: prog 'a': failed to load: -22\n";
static const char target[] = "libbpf: prog 'a': failed to find kernel BTF type ID of 'f': -3\n"
                             "libbpf: prog 'a': failed to prepare load attributes: -3\n"
                             "libbpf: prog 'a': failed to load: -3\n"
                             "libbpf: failed to load object 'x'\n";
static const char map[] = "libbpf: map 'm': failed to create: Invalid argument(-22)\n"
                          "libbpf: failed to load object 'x'\n";

/* Refused before the first instruction was looked at. */
static const char silent[] = "libbpf: prog 'a': -- BEGIN PROG LOAD LOG --\n"
                             "processed 0 insns (limit 1000000) max_states_per_insn 0\n"
                             "-- END PROG LOAD LOG --\n"
                             "libbpf: prog 'a': BPF program load failed: ERROR: strerror_r(524)=22\n";

/* The verifier's walk goes on behind its refusal. */
static const char walk[] = "libbpf: prog 'a': -- BEGIN PROG LOAD LOG --\n"
                           "R6 !read_ok\n"
                           "last_idx 12 first_idx 0\n"
                           "regs=40 stack=0 before 11: (bf) r6 = r1\n"
                           "processed 2 insns (limit 1000000) max_states_per_insn 0\n"
                           "-- END PROG LOAD LOG --\n";

static const struct {
	const char *log, *program, *line;
} cases[] = {
        {walk, "a", "R6 !read_ok"},
        {verifier, "a", "R1 invalid mem access 'scalar'"},
        {relocation, "a",
         "failed to resolve CO-RE relocation <byte_off> [7] struct request.rq_disk (0:4 @ offset 104)"},
        {target, "a", "prog 'a': failed to find kernel BTF type ID of 'f': -3"},
        {target, NULL, "prog 'a': failed to find kernel BTF type ID of 'f': -3"},
        {target, "b", ""},
        {map, NULL, "map 'm': failed to create: Invalid argument(-22)"},
        {map, "a", ""},
        {silent, NULL, "prog 'a': BPF program load failed: ERROR: strerror_r(524)=22"},
        {"libbpf: prog 'a': failed to load: -7\n", "a", "prog 'a': failed to load: -7"},
        {"libbpf: prog 'a': no newline at the end", "a", "prog 'a': no newline at the end"},
        {"\n\n", NULL, ""},
        {"", NULL, ""},
        {"", "a", ""},
};

START_TEST(the_telling_line_is_found)
{
	cleanup_free char *line = proof_line(cases[_i].log, cases[_i].program);

	ck_assert_str_eq(line, cases[_i].line);
}
END_TEST

START_TEST(a_verifier_log_is_cut_out)
{
	cleanup_free char *log = proof_verifier_log(target, "a");
	cleanup_free char *cut = proof_verifier_log(verifier, "a");
	cleanup_free char *open_end = proof_verifier_log("prog 'a': -- BEGIN PROG LOAD LOG --\nx\n", "a");

	ck_assert_ptr_null(log);
	ck_assert(!strncmp(cut, "0: (bf)", 7));
	ck_assert_ptr_null(strstr(cut, "END PROG"));
	ck_assert_str_eq(open_end, "x\n");
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        EACH(the_telling_line_is_found, cases),
	        TEST(a_verifier_log_is_cut_out),
	};

	return suite_run("proof", tests, COUNT(tests));
}
