/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/attach/attach_target.h"

#include <errno.h>
#include <linux/bpf.h>
#include <net/if.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>

#include "base/buf.h"
#include "base/cleanup.h"

#define FUNCTIONS_MAX 16
#define DEFAULT_NAME "replaced"

struct attach_target {
	int program, link;
};

/* Those that replace something and have not been told what by the ini. */
static size_t replacements_find(struct bpf_object *obj, struct bpf_program **found)
{
	struct bpf_program *prog;
	size_t count = 0;

	bpf_object__for_each_program(prog, obj)
	{
		if (bpf_program__type(prog) == BPF_PROG_TYPE_EXT && bpf_program__autoload(prog) &&
		    count < FUNCTIONS_MAX)
			found[count++] = prog;
	}
	return count;
}

static const char *function_name(const struct bpf_program *prog, const struct attach_target_name *names, size_t count)
{
	const char *slash = strchr(bpf_program__section_name(prog), '/');

	for (size_t i = 0; i < count; i++)
		if (names[i].function && !strcmp(names[i].program, bpf_program__name(prog)))
			return names[i].function;
	return slash && slash[1] ? slash + 1 : DEFAULT_NAME;
}

/* The types of "int NAME(struct xdp_md *)" for each function, the first that of the program itself. */
static struct btf *types_make(const char *const *functions, size_t count, struct bpf_func_info *infos)
{
	struct btf *btf = btf__new_empty();
	int integer = btf__add_int(btf, "int", 4, BTF_INT_SIGNED);
	int context = btf__add_struct(btf, "xdp_md", sizeof(struct xdp_md));
	int pointer = btf__add_ptr(btf, context);
	int proto = btf__add_func_proto(btf, integer);

	btf__add_func_param(btf, "ctx", pointer);
	for (size_t i = 0; i <= count; i++) {
		const char *name = i ? functions[i - 1] : "corematrix_entry";

		infos[i].type_id = (uint32_t)btf__add_func(btf, name, BTF_FUNC_GLOBAL, proto);
	}
	return btf;
}

#define SAVE_CONTEXT \
	{ \
		.code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = BPF_REG_6, .src_reg = BPF_REG_1 \
	}
#define GIVE_CONTEXT \
	{ \
		.code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = BPF_REG_1, .src_reg = BPF_REG_6 \
	}
#define RESULT(value) \
	{ \
		.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = (value) \
	}
#define RETURN \
	{ \
		.code = BPF_JMP | BPF_EXIT \
	}

/* The entry calls every function; each of these passes, until it is replaced. The last one's word counts. */
static size_t code_make(size_t count, struct bpf_insn *code, struct bpf_func_info *infos)
{
	size_t entry = 1 + 2 * count + 1, at = 0;

	infos[0].insn_off = 0;
	code[at++] = (struct bpf_insn)SAVE_CONTEXT;
	for (size_t i = 0; i < count; i++) {
		size_t target = entry + 2 * i;

		code[at++] = (struct bpf_insn)GIVE_CONTEXT;
		code[at] = (struct bpf_insn){
		        .code = BPF_JMP | BPF_CALL, .src_reg = BPF_PSEUDO_CALL, .imm = (int32_t)(target - at - 1)};
		at++;
		infos[i + 1].insn_off = (uint32_t)target;
	}
	code[at++] = (struct bpf_insn)RETURN;
	for (size_t i = 0; i < count; i++) {
		code[at++] = (struct bpf_insn)RESULT(XDP_PASS);
		code[at++] = (struct bpf_insn)RETURN;
	}
	return at;
}

static int program_load(const char *const *functions, size_t count)
{
	struct bpf_insn code[1 + 4 * FUNCTIONS_MAX + 1];
	struct bpf_func_info infos[FUNCTIONS_MAX + 1];
	struct btf *btf = types_make(functions, count, infos);
	size_t length = code_make(count, code, infos);
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .func_info = infos, .func_info_cnt = (uint32_t)count + 1,
	            .func_info_rec_size = sizeof(infos[0]));
	int fd = btf__load_into_kernel(btf);

	if (fd == 0) {
		opts.prog_btf_fd = (uint32_t)btf__fd(btf);
		fd = bpf_prog_load(BPF_PROG_TYPE_XDP, "corematrix", "Dual BSD/GPL", code, length, &opts);
	}
	btf__free(btf);
	return fd;
}

int attach_target_make(struct bpf_object *obj, const struct attach_target_name *names, size_t name_count,
                       struct attach_target **out, struct error *err)
{
	struct bpf_program *replacements[FUNCTIONS_MAX];
	const char *functions[FUNCTIONS_MAX];
	size_t count = replacements_find(obj, replacements);
	struct attach_target *t;
	int rc = 0;

	*out = NULL;
	if (!count)
		return 0;
	t = xcalloc(1, sizeof(*t));
	t->link = -1;
	for (size_t i = 0; i < count; i++)
		functions[i] = function_name(replacements[i], names, name_count);
	t->program = program_load(functions, count);
	*out = t;
	if (t->program < 0)
		return error_set(err, -t->program, "the program whose functions are to be replaced is refused: %s",
		                 strerror(-t->program));
	for (size_t i = 0; i < count && rc == 0; i++)
		rc = bpf_program__set_attach_target(replacements[i], t->program, functions[i]);
	return rc < 0 ? error_set(err, -rc, "a function to be replaced cannot be named: %s", strerror(-rc)) : 0;
}

int attach_target_attach(struct attach_target *t, struct error *err)
{
	t->link = bpf_link_create(t->program, (int)if_nametoindex("lo"), BPF_XDP, NULL);
	return t->link < 0 ? error_set(err, -t->link, "failed to attach: what is to be replaced, to the interface: %s",
	                               strerror(-t->link))
	                   : 0;
}

void attach_target_free(struct attach_target *t)
{
	if (!t)
		return;
	cleanup_close_fd(&t->link);
	cleanup_close_fd(&t->program);
	free(t);
}
