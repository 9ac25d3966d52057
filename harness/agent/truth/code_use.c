/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/truth/code_use.h"

#include <stddef.h>

#include <linux/bpf.h>

/* Whether any instruction of a loaded program is like that; `arg` is the question's own. */
static bool any_insn(struct bpf_object *obj, bool (*is)(const struct bpf_insn *insn, int arg), int arg)
{
	struct bpf_program *prog;

	bpf_object__for_each_program(prog, obj)
	{
		const struct bpf_insn *insns = bpf_program__fd(prog) >= 0 ? bpf_program__insns(prog) : NULL;
		size_t count = insns ? bpf_program__insn_cnt(prog) : 0;

		for (size_t i = 0; i < count; i++)
			if (is(&insns[i], arg))
				return true;
	}
	return false;
}

static bool refers_to(const struct bpf_insn *insn, int fd)
{
	return insn->code == (BPF_LD | BPF_IMM | BPF_DW) && insn->src_reg == BPF_PSEUDO_MAP_FD && insn->imm == fd;
}

static bool prints(const struct bpf_insn *insn, int arg)
{
	(void)arg;
	return insn->code == (BPF_JMP | BPF_CALL) && !insn->src_reg &&
	       (insn->imm == BPF_FUNC_trace_printk || insn->imm == BPF_FUNC_trace_vprintk);
}

static bool has_map_of_maps(struct bpf_object *obj)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, obj)
	{
		if (bpf_map__type(map) == BPF_MAP_TYPE_ARRAY_OF_MAPS || bpf_map__type(map) == BPF_MAP_TYPE_HASH_OF_MAPS)
			return true;
	}
	return false;
}

bool code_use_map(struct bpf_object *obj, const struct bpf_map *map)
{
	return has_map_of_maps(obj) || any_insn(obj, refers_to, bpf_map__fd(map));
}

bool code_use_prints(struct bpf_object *obj)
{
	return any_insn(obj, prints, 0);
}
