/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * code_widen: cilium/ebpf up to 0.9.1 puts a call, one instruction, in place of a 64-bit immediate, two, that cannot be
 * resolved: all that follows moves up, and jumps across it go one instruction too far. Here such code gets the length
 * back that the object's has, so that the other witnesses can read it. Pure.
 */
#ifndef COREMATRIX_AGENT_WITNESS_CODE_WIDEN_H
#define COREMATRIX_AGENT_WITNESS_CODE_WIDEN_H

#include <stddef.h>
#include <stdint.h>

#include "agent/witness/code_match.h"

/* Code that was made longer; zero-initialised it is none. */
struct wide_code {
	struct bpf_insn *insns; /* NULL: the code is as long as it should be */
	size_t count;
	uint32_t *places; /* of each instruction of the code that was handed in, its number in `insns` */
	size_t place_count;
};

/*
 * What `code` would be, that a loader handed in for function number `func`, had its poison the length of what it stands
 * for. Whether it is that function is code_match's business. Free with wide_code_free.
 */
struct wide_code code_widen(const struct code_source *source, uint32_t func, const struct bpf_insn *code, size_t count);
void wide_code_free(struct wide_code *wide);

#endif
