/* SPDX-License-Identifier: BSD-2-Clause */
/* verifier_advice: the last words of the verifier, as the kernel's own tests provoke them, and what to do. */
#include <string.h>

#include "host/judge/verifier_advice.h"
#include "tests/suite.h"

static const struct {
	const char *line;
	const char *advice;   /* part of it; NULL: nothing is known */
	const char *captured; /* NULL: it does not matter */
} cases[] = {
        {"R2 offset is outside of the packet", "data_end", NULL},
        {"invalid access to packet, off=14 size=1, R3(id=0,off=14,r=0)", "data_end", NULL},
        {"R4 unbounded min value is not allowed", "below 0", NULL},
        {"Expected an initialized dynptr as arg #0", "dynptr", NULL},
        {"cannot overwrite referenced dynptr", "dynptr", NULL},
        {"invalid indirect access to stack R2 off=-8 size=16", "stack", NULL},
        {"invalid indirect read from stack R2 off -8+4 size 8", "padding", NULL},
        {"R8 min value is outside of the allowed memory range", "limit", NULL},
        {"R0 tried to subtract pointer from scalar", "arithmetic", NULL},
        {"R1 pointer arithmetic on map_value_or_null prohibited, null-check it first", "arithmetic", NULL},
        {"expected an initialized iter_num as arg #0", "bpf_for", "num as arg #0"},
        {"write into map forbidden, value_size=48 off=0 size=8", "BPF_F_RDONLY_PROG", NULL},
        {"R1 type=scalar expected=fp, pkt, map_value", "another kind", "scalar"},
        {"R1 must be referenced or trusted", "known to be valid", NULL},
        {"arg#0 pointer type STRUCT task_struct must point to scalar, or struct with scalar", "prototype",
         "STRUCT task_struct"},
        {"div by zero", "constant 0", NULL},
        {"1 bpf_preempt_enable is missing", "every path", NULL},
        {"function calls are not allowed while holding a lock", "every path", NULL},
        {"bpf_spin_lock at off=16 must be held for bpf_rb_root", "every path", NULL},
        {"get_local_storage() doesn't support non-zero flags", "pass 0", NULL},
        {"same insn cannot be used with different pointers", "barrier_var", NULL},
        {"variable ctx access var_off=(0x0; 0x4)", "constant", NULL},
        {"Caller passes invalid args into func#1 ('foo')", "prototype", NULL},
        {"BPF_ATOMIC stores into R1 ctx is not allowed", "in steps", NULL},
        {"fd 0 is not pointing to valid bpf_map", "descriptor", NULL},
        {"combined stack size of 4 calls is 544. Too large", "512 bytes", NULL},
        {"cannot pass map_type 7 into func bpf_map_lookup_elem#1", "other types of maps", "7"},
        {"kptr access misaligned expected=0 off=7", "bpf_kptr_xchg", NULL},
        {"misaligned stack access off 0+-10+0 size 8", "stack", NULL},
        {"tail_call would lead to reference leak", "released before a tail call", NULL},
        {"attach_btf_id 1 points to disabled hook", "LSM hook", NULL},
        {"At program exit the register R0 has unknown scalar value should have been in [0, 1]", "return a constant",
         NULL},
        {"arg1 new_do_bind(struct bpf_sock_addr *) doesn't match do_bind(struct xdp_md *)", "attach_to",
         "do_bind(struct xdp_md *)"},
        {"freplace_prog() has 5 args while replaced() has 4 args", "as many arguments", NULL},
        {"timer pointer in R1 map_uid=0 doesn't match map pointer in R2 map_uid=0", "whose value", NULL},
        {"metadata kfuncs require device-bound program", "card", NULL},
        {"map '.data.A' has no valid bpf_spin_lock", "guards", NULL},
        {"__x64_sys_getpgid is not sleepable", "may not sleep", NULL},
        {"helper call might sleep in a non-sleepable prog", "declare it sleepable", NULL},
        {"struct ops programs must have a GPL compatible license", "license", NULL},
        {"something that no kernel has said yet", NULL, NULL},
        {"", NULL, NULL},
};

START_TEST(a_last_word_has_its_advice)
{
	struct span captured = {0};
	const char *advice = verifier_advice_find((struct span){cases[_i].line, strlen(cases[_i].line)}, &captured);

	ck_assert_msg(!advice == !cases[_i].advice, "%s: %s", cases[_i].line, advice ? advice : "nothing");
	if (!advice)
		return;
	ck_assert_msg(strstr(advice, cases[_i].advice) != NULL, "%s: %s", cases[_i].line, advice);
	if (cases[_i].captured)
		ck_assert_msg(captured.len == strlen(cases[_i].captured) &&
		                      !memcmp(captured.at, cases[_i].captured, captured.len),
		              "%s: %.*s", cases[_i].line, (int)captured.len, captured.at);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        EACH(a_last_word_has_its_advice, cases),
	};

	return suite_run("verifier_advice", tests, COUNT(tests));
}
