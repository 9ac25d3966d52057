/* SPDX-License-Identifier: BSD-2-Clause */
#include "relo/insn_value.h"

static const uint8_t widths[4] = {[BPF_W >> 3] = 4, [BPF_H >> 3] = 2, [BPF_B >> 3] = 1, [BPF_DW >> 3] = 8};

bool insn_is_imm64(const struct bpf_insn *insn)
{
	return insn->code == (BPF_LD | BPF_IMM | BPF_DW);
}

bool insn_is_poison(const struct bpf_insn *insn)
{
	if (insn->imm != INSN_POISON_CALL || insn->src_reg || insn->off)
		return false;
	/* cilium/ebpf keeps the size of a 64-bit immediate: it goes into the frame pointer, which is read only */
	return insn->code == (BPF_JMP | BPF_CALL) ? !insn->dst_reg : insn_is_imm64(insn) && insn->dst_reg == BPF_REG_10;
}

uint64_t insn_value_fit(enum insn_form form, uint64_t value)
{
	switch (form) {
	case INSN_ALU:
		return (uint64_t)(int64_t)(int32_t)(uint32_t)value;
	case INSN_MEM:
		return (uint64_t)(int64_t)(int16_t)(uint16_t)value;
	default:
		return value;
	}
}

struct insn_value insn_value_read(const struct bpf_insn *insn, size_t left)
{
	struct insn_value v = {INSN_OTHER, 0, 0};

	if (!left)
		return v;
	switch (BPF_CLASS(insn->code)) {
	case BPF_ALU:
	case BPF_ALU64:
		if (BPF_SRC(insn->code) == BPF_K)
			v = (struct insn_value){INSN_ALU, (uint64_t)(int64_t)insn->imm, 0};
		break;
	case BPF_LDX:
	case BPF_ST:
	case BPF_STX:
		v = (struct insn_value){INSN_MEM, (uint64_t)(int64_t)insn->off, widths[BPF_SIZE(insn->code) >> 3]};
		break;
	case BPF_LD:
		if (insn_is_imm64(insn) && left > 1)
			v = (struct insn_value){INSN_IMM64,
			                        (uint32_t)insn[0].imm | (uint64_t)(uint32_t)insn[1].imm << 32, 0};
		break;
	}
	return v;
}
