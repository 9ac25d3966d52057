/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/predict/object_need.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "host/predict/need_check.h"
#include "relo/insn_value.h"
#include "wire/hook.h"

/* How what a section's name hooks is found among a kernel's types. Nothing can be said of a pattern. */
static const struct {
	bool known;
	enum need_kind kind;
} hook_needs[HOOK_KIND_COUNT] = {
        [HOOK_TRACEPOINT] = {true, NEED_TRACEPOINT},
        [HOOK_RAW_TRACEPOINT] = {true, NEED_RAW_TRACEPOINT},
        [HOOK_BTF_TRACEPOINT] = {true, NEED_BTF_TRACEPOINT},
        [HOOK_SYSCALL] = {true, NEED_SYSCALL},
        [HOOK_KPROBE] = {true, NEED_KPROBE},
        [HOOK_FUNCTION] = {true, NEED_FUNCTION},
        [HOOK_LSM] = {true, NEED_LSM},
        [HOOK_LSM_CGROUP] = {true, NEED_LSM},
        [HOOK_ITERATOR] = {true, NEED_ITERATOR},
};

static void add_declared_need(struct need_list *needs, struct need n, uint32_t declared)
{
	for (uint32_t i = 0; i < needs->count; i++) {
		const struct need *have = &needs->at[i];

		if (have->kind == n.kind && have->number == n.number && !strcmp(have->name, n.name) &&
		    !strcmp(have->user, n.user) && needs->declared[i] == declared) {
			free(n.name);
			free(n.user);
			return;
		}
	}
	needs->at = xrealloc(needs->at, needs->count + 1, sizeof(*needs->at));
	needs->ids = xrealloc(needs->ids, needs->count + 1, sizeof(*needs->ids));
	needs->declared = xrealloc(needs->declared, needs->count + 1, sizeof(*needs->declared));
	needs->declared[needs->count] = declared;
	needs->ids[needs->count] = need_check_name(needs->arch, needs->names, &n);
	needs->at[needs->count++] = n;
}

static void add_need(struct need_list *needs, struct need n)
{
	add_declared_need(needs, n, 0);
}

/* A name that the object's loader replaces, or a pattern, is not a need that can be checked. */
static bool is_name(const char *name)
{
	return *name && !strpbrk(name, "*?[ ");
}

/* What the ini sets for the program, NULL when it says nothing. */
static const char *ini_value(const struct object_ini *ini, enum setting_key key, const char *program)
{
	for (size_t i = 0; ini && i < ini->setting_count; i++)
		if (ini->settings[i].key == key && !strcmp(ini->settings[i].name, program))
			return ini->settings[i].value;
	return NULL;
}

static void add_hook(struct need_list *needs, const struct bpf_program *prog, const struct object_ini *ini)
{
	const char *elsewhere = ini_value(ini, SETTING_PROGRAM_ATTACH_TO, bpf_program__name(prog));
	const struct hook h = hook_read(bpf_program__section_name(prog), elsewhere);
	/* "sched/sched_switch": the category is not in the types */
	const char *slash = h.kind == HOOK_TRACEPOINT ? memchr(h.name, '/', h.len) : NULL;
	const char *name = slash ? slash + 1 : h.name;

	if (hook_needs[h.kind].known && is_name(name))
		add_need(needs, (struct need){.kind = (uint8_t)hook_needs[h.kind].kind,
		                              .name = xstrndup(name, (size_t)(h.name + h.len - name)),
		                              .user = xstrdup(bpf_program__name(prog)),
		                              .optional = !bpf_program__autoload(prog)});
}

/* libbpf loads no program of whose section it cannot tell the type; number 0 is what no kernel has. */
static void add_prog_type(struct need_list *needs, const struct bpf_program *prog, const struct object_ini *ini)
{
	const char *type = libbpf_bpf_prog_type_str(bpf_program__type(prog)), *user = bpf_program__name(prog);
	bool known = bpf_program__type(prog) != BPF_PROG_TYPE_UNSPEC, wanted = bpf_program__autoload(prog);

	if (!known && (!wanted || ini_value(ini, SETTING_PROGRAM_TYPE, user)))
		return;
	add_need(needs, (struct need){.kind = NEED_PROG_TYPE,
	                              .name = known ? xstrdup(type ? type : "?")
	                                            : xasprintf("of section %s", bpf_program__section_name(prog)),
	                              .user = xstrdup(user),
	                              .number = (uint32_t)bpf_program__type(prog),
	                              .optional = !wanted});
}

static void add_types(struct need_list *needs, struct bpf_object *obj, const struct object_ini *ini)
{
	const struct bpf_program *prog;
	const struct bpf_map *map;

	for (prog = bpf_object__next_program(obj, NULL); prog;
	     prog = bpf_object__next_program(obj, (struct bpf_program *)prog)) {
		add_hook(needs, prog, ini);
		add_prog_type(needs, prog, ini);
	}
	for (map = bpf_object__next_map(obj, NULL); map; map = bpf_object__next_map(obj, map)) {
		const char *type = libbpf_bpf_map_type_str(bpf_map__type(map));

		add_need(needs, (struct need){.kind = NEED_MAP_TYPE,
		                              .name = type ? xstrdup(type) : xasprintf("#%u", bpf_map__type(map)),
		                              .user = xstrdup(bpf_map__name(map)),
		                              .number = (uint32_t)bpf_map__type(map),
		                              .optional = !bpf_map__autocreate(map)});
	}
}

#define HELPER_NAME(x) "bpf_" #x
static const char *const helper_names[] = {__BPF_FUNC_MAPPER(HELPER_NAME)};

/* Helpers younger than the headers that this was compiled with have a number only. */
static char *helper_name(int32_t helper)
{
	if ((size_t)helper < sizeof(helper_names) / sizeof(helper_names[0]))
		return xstrdup(helper_names[helper]);
	return xasprintf("#%d", helper);
}

/* Calls of helpers, once for each function that holds one. */
static void add_helpers(struct need_list *needs, const struct core_relo_list *list, const struct code_reach *code)
{
	for (size_t f = 0; f < list->func_count; f++) {
		const struct bpf_insn *insn = code_reach_code(code, f);

		for (uint32_t i = 0; i < list->funcs[f].count; i++) {
			bool is_call = insn[i].code == (BPF_JMP | BPF_CALL) && !insn[i].src_reg;

			if (is_call && insn[i].imm > 0 && !insn_is_poison(&insn[i]))
				add_need(needs, (struct need){.kind = NEED_HELPER,
				                              .name = helper_name(insn[i].imm),
				                              .user = xstrdup(list->funcs[f].name),
				                              .number = (uint32_t)insn[i].imm});
			i += insn_is_imm64(&insn[i]);
		}
	}
}

static bool is_weak(const struct elf_view *view, const char *name)
{
	for (size_t i = 1; i < view->count; i++) {
		const struct elf_view_section *s = &view->sections[i];

		if (s->type != SHT_SYMTAB || s->link >= view->count)
			continue;
		for (size_t k = 0; k < s->size / sizeof(Elf64_Sym); k++) {
			Elf64_Sym symbol;
			const char *text;

			memcpy(&symbol, s->data + k * sizeof(symbol), sizeof(symbol));
			text = elf_view_string(&view->sections[s->link], symbol.st_name);
			if (text && symbol.st_shndx == SHN_UNDEF && !strcmp(text, name))
				return ELF64_ST_BIND(symbol.st_info) == STB_WEAK;
		}
	}
	return false;
}

static void add_extern(struct need_list *needs, const struct btf *btf, const struct elf_view *view, uint32_t id)
{
	const struct btf_type *t = btf__type_by_id(btf, id);
	const char *name = btf__str_by_offset(btf, t->name_off);
	const struct btf_type *of = btf__type_by_id(btf, t->type);
	const char *flavour = strstr(name, "___");

	while (btf_is_var(t) && of && btf_is_mod(of))
		of = btf__type_by_id(btf, of->type);
	/* `extern const void x __ksym` is found in kallsyms, not among the types */
	needs->typeless |= btf_is_var(t) && of && btf_is_void(of);
	if (!btf_is_func(t) && (!btf_is_var(t) || !of || btf_is_void(of)))
		return;
	add_declared_need(needs,
	                  (struct need){.kind = btf_is_func(t) ? NEED_KFUNC : NEED_VARIABLE,
	                                .name = xstrndup(name, flavour ? (size_t)(flavour - name) : strlen(name)),
	                                .user = xstrdup(""),
	                                .optional = is_weak(view, name)},
	                  id);
}

static void add_config(struct need_list *needs, const struct btf *btf, const struct elf_view *view,
                       const struct btf_type *var)
{
	const char *name = btf__str_by_offset(btf, var->name_off);

	add_need(needs, (struct need){.kind = NEED_CONFIG,
	                              .name = xstrdup(name),
	                              .user = xstrdup(""),
	                              .optional = is_weak(view, name)});
}

static void add_struct_ops(struct need_list *needs, const struct btf *btf, const struct btf_type *var)
{
	const struct btf_type *t = btf__type_by_id(btf, var->type);
	const char *user = btf__str_by_offset(btf, var->name_off);
	const char *name;

	while (t && (btf_is_mod(t) || btf_is_typedef(t)))
		t = btf__type_by_id(btf, t->type);
	if (!t || !btf_is_struct(t))
		return;
	name = btf__str_by_offset(btf, t->name_off);
	add_need(needs, (struct need){.kind = NEED_STRUCT_OPS, .name = xstrdup(name), .user = xstrdup(user)});
	for (uint16_t i = 0; i < btf_vlen(t); i++) {
		const char *member = btf__str_by_offset(btf, btf_members(t)[i].name_off);

		if (*member)
			add_need(needs, (struct need){.kind = NEED_STRUCT_OPS_MEMBER,
			                              .name = xasprintf("%s.%s", name, member),
			                              .user = xstrdup(user)});
	}
}

static void add_declared(struct need_list *needs, const struct btf *btf, const struct elf_view *view)
{
	for (uint32_t id = 1; id < btf__type_cnt(btf); id++) {
		const struct btf_type *section = btf__type_by_id(btf, id);
		const char *name = btf__str_by_offset(btf, section->name_off);
		bool ksyms = !strcmp(name, ".ksyms"), ops = !strncmp(name, ".struct_ops", 11);
		bool config = !strcmp(name, ".kconfig");

		if (!btf_is_datasec(section) || (!ksyms && !ops && !config))
			continue;
		for (uint16_t i = 0; i < btf_vlen(section); i++) {
			uint32_t member = btf_var_secinfos(section)[i].type;
			const struct btf_type *t = btf__type_by_id(btf, member);

			if (ksyms)
				add_extern(needs, btf, view, member);
			else if (config && btf_is_var(t))
				add_config(needs, btf, view, t);
			else if (btf_is_var(t))
				add_struct_ops(needs, btf, t);
		}
	}
}

void need_list_collect(struct bpf_object *obj, const struct object_ini *ini, const struct btf *btf,
                       const struct elf_view *view, const struct core_relo_list *list, const struct code_reach *code,
                       const struct arch *arch, struct need_list *needs)
{
	*needs = (struct need_list){.arch = arch, .names = btf__new_empty()};
	add_types(needs, obj, ini);
	if (btf)
		add_declared(needs, btf, view);
	add_helpers(needs, list, code);
}
