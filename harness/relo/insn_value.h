/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * insn_value: what an instruction carries in the place that a CO-RE relocation patches. Pure.
 */
#ifndef COREMATRIX_RELO_INSN_VALUE_H
#define COREMATRIX_RELO_INSN_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/bpf.h>

/* Helper number in the call that libbpf puts where a relocation is unresolved: 0xbad2310, "bad relo". */
#define INSN_POISON_CALL 195896080

enum insn_form {
	INSN_OTHER, /* nothing that a relocation can patch */
	INSN_ALU,   /* 32-bit immediate, sign-extended */
	INSN_MEM,   /* offset of a load or store, with its width */
	INSN_IMM64, /* immediate of two instructions */
};

struct insn_value {
	enum insn_form form;
	uint64_t value;
	uint8_t width; /* bytes accessed; 0 unless INSN_MEM */
};

/* `left` instructions are readable at `insn`. A 64-bit immediate whose second half is missing is INSN_OTHER. */
struct insn_value insn_value_read(const struct bpf_insn *insn, size_t left);
/* Made invalid by a loader that could not resolve it: libbpf's way, or that of cilium/ebpf. Aya has none: it refuses.
 */
bool insn_is_poison(const struct bpf_insn *insn);
bool insn_is_imm64(const struct bpf_insn *insn);

/* `value` as an instruction of that form keeps it: an ALU immediate has 32 bits, an offset 16. */
uint64_t insn_value_fit(enum insn_form form, uint64_t value);

#endif
