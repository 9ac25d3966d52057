/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/resolve/relo_self_test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "base/buf.h"
#include "relo/insn_value.h"
#include "relo/libbpf_private.h"

/*
 * The object's view:  struct cmx { unsigned a; unsigned b; unsigned gone; }
 * The kernel's view:  struct cmx { unsigned a; unsigned filler; unsigned long long b; }
 * so that `b` moves from byte 4 to 8 and grows from 4 to 8, and `gone` is gone.
 */
struct world {
	struct btf *local, *target;
	int local_root, target_root;
	int access_b, access_gone; /* offsets of the access strings */
};

static int add_struct(struct btf *btf, const char *const *names, const int *types, const unsigned *bits, size_t count,
                      unsigned size)
{
	int id = btf__add_struct(btf, "cmx", size);

	for (size_t i = 0; id > 0 && i < count; i++)
		if (btf__add_field(btf, names[i], types[i], bits[i], 0))
			return -EINVAL;
	return id;
}

static bool build(struct world *w)
{
	static const char *const local_names[] = {"a", "b", "gone"}, *const target_names[] = {"a", "filler", "b"};
	static const unsigned bits[] = {0, 32, 64};
	int u32, u64;

	w->local = btf__new_empty();
	w->target = btf__new_empty();
	if (!w->local || !w->target)
		return false;
	u32 = btf__add_int(w->local, "unsigned int", 4, 0);
	w->local_root = add_struct(w->local, local_names, (int[]){u32, u32, u32}, bits, 3, 12);
	w->access_b = btf__add_str(w->local, "0:1");
	w->access_gone = btf__add_str(w->local, "0:2");
	u32 = btf__add_int(w->target, "unsigned int", 4, 0);
	u64 = btf__add_int(w->target, "unsigned long long", 8, 0);
	w->target_root = add_struct(w->target, target_names, (int[]){u32, u32, u64}, bits, 3, 16);
	return w->local_root > 0 && w->target_root > 0 && w->access_b > 0 && w->access_gone > 0;
}

/* A question to libbpf and its answers. */
struct trial {
	struct bpf_core_cand cand;
	struct bpf_core_cand_list cands;
	struct bpf_core_relo relo;
	struct bpf_core_relo_res res;
	struct bpf_insn insn;
	struct bpf_core_spec *specs;
	int calc, patch;
};

static void try_one(const struct world *w, int access, enum bpf_core_relo_kind kind, struct bpf_insn insn,
                    struct trial *t)
{
	t->cand = (struct bpf_core_cand){w->target, (__u32)w->target_root};
	t->cands = (struct bpf_core_cand_list){&t->cand, 1};
	t->relo = (struct bpf_core_relo){0, (__u32)w->local_root, (__u32)access, kind};
	t->insn = insn;
	memset(&t->res, 0xff, sizeof(t->res));
	t->calc = bpf_core_calc_relo_insn("self_test", &t->relo, 0, w->local, &t->cands, t->specs, &t->res);
	t->patch = bpf_core_patch_insn("self_test", &t->insn, 0, &t->relo, 0, &t->res);
}

#define EXPECT(condition) \
	do { \
		if (!(condition)) \
			return #condition; \
	} while (0)

static const char *wrong_move(const struct world *w, struct trial *t)
{
	const struct bpf_insn load = {.code = BPF_LDX | BPF_MEM | BPF_W, .dst_reg = 1, .src_reg = 2, .off = 4};
	char text[128];

	try_one(w, w->access_b, BPF_CORE_FIELD_BYTE_OFFSET, load, t);
	EXPECT(!t->calc && !t->patch);
	EXPECT(t->cands.len == 1 && t->cands.cands == &t->cand);
	EXPECT(t->res.orig_val == 4 && t->res.new_val == 8);
	EXPECT(t->res.orig_sz == 4 && t->res.new_sz == 8);
	EXPECT(!t->res.poison && t->res.validate && !t->res.fail_memsz_adjust);
	EXPECT(t->specs[0].btf == w->local && t->specs[0].bit_offset == 32 && t->specs[0].len == 2);
	EXPECT(t->specs[2].btf == w->target && t->specs[2].bit_offset == 64 && t->specs[2].len == 2);
	EXPECT(t->specs[2].root_type_id == (__u32)w->target_root && t->specs[2].raw_len == 2);
	EXPECT(t->specs[2].relo_kind == BPF_CORE_FIELD_BYTE_OFFSET && t->specs[2].raw_spec[1] == 2);
	EXPECT(t->specs[2].spec[1].idx == 2 && !strcmp(t->specs[2].spec[1].name, "b"));
	EXPECT(t->insn.off == 8 && t->insn.code == (BPF_LDX | BPF_MEM | BPF_DW));
	EXPECT(bpf_core_format_spec(text, sizeof(text), &t->specs[2]) < (int)sizeof(text));
	EXPECT(strstr(text, "struct cmx.b (0:2 @ offset 8)"));
	return NULL;
}

static const char *wrong_absence(const struct world *w, struct trial *t)
{
	const struct bpf_insn add = {.code = BPF_ALU64 | BPF_ADD | BPF_K, .dst_reg = 1, .imm = 8};
	const struct bpf_insn question = {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 1, .imm = 1};

	memset(t->specs, 0, 3 * sizeof(*t->specs));
	try_one(w, w->access_gone, BPF_CORE_FIELD_BYTE_OFFSET, add, t);
	EXPECT(!t->calc && !t->patch && t->res.poison);
	EXPECT(!t->specs[2].btf && t->cands.len == 1);
	EXPECT(insn_is_poison(&t->insn));
	try_one(w, w->access_gone, BPF_CORE_FIELD_EXISTS, question, t);
	EXPECT(!t->calc && !t->patch && !t->res.poison);
	EXPECT(t->res.orig_val == 1 && t->res.new_val == 0 && t->insn.imm == 0);
	return NULL;
}

static int print_nothing(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	(void)level;
	(void)fmt;
	(void)ap;
	return 0;
}

int relo_self_test(struct error *err)
{
	struct world w = {0};
	/* Room to spare: were libbpf's idea of a spec larger than ours, it must not write beyond. */
	struct trial t = {.specs = xcalloc(16, sizeof(*t.specs))};
	libbpf_print_fn_t before = libbpf_set_print(print_nothing);
	const char *wrong = "libbpf cannot build BTF";

	if (build(&w)) {
		wrong = wrong_move(&w, &t);
		wrong = wrong ? wrong : wrong_absence(&w, &t);
	}
	libbpf_set_print(before);
	btf__free(w.local);
	btf__free(w.target);
	free(t.specs);
	if (wrong)
		return error_set(
		        err, EPROTO,
		        "libbpf %s does not resolve as this program was built to expect (%s); build with a libbpf.a from 1.1 to 1.7",
		        libbpf_version_string(), wrong);
	return 0;
}
