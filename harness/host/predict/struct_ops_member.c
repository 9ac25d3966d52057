/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/predict/struct_ops_member.h"

#include <linux/bpf.h>
#include <string.h>

#include "base/buf.h"
#include "host/resolve/btf_lookup.h"
#include "relo/object_code.h"

struct found {
	const struct elf_view *view;
	const struct core_relo_list *list;
	const struct btf *btf;
	struct struct_ops_member *at;
	size_t count;
};

/* The function whose address entry `e` of `entries` puts somewhere, -1: it is none. */
static int func_of(const struct found *f, const struct elf_view_section *entries, const Elf64_Rel *e)
{
	const struct elf_view_section *symbols =
	        entries->link < f->view->count ? &f->view->sections[entries->link] : NULL;
	size_t index = ELF64_R_SYM(e->r_info);
	Elf64_Sym s;

	if (!symbols || index >= symbols->size / sizeof(s))
		return -1;
	memcpy(&s, symbols->data + index * sizeof(s), sizeof(s));
	if (s.st_shndx >= f->view->count || s.st_value / sizeof(struct bpf_insn) > UINT32_MAX)
		return -1;
	return object_code_at(f->list, s.st_shndx, (uint32_t)(s.st_value / sizeof(struct bpf_insn)));
}

/* What lies at byte `offset` of the section's data. */
static void add_member(struct found *f, const struct btf_type *section, uint64_t offset, int func)
{
	for (uint16_t i = 0; i < btf_vlen(section); i++) {
		const struct btf_var_secinfo *var = &btf_var_secinfos(section)[i];
		const struct btf_type *decl = btf__type_by_id(f->btf, var->type);
		const struct btf_type *t = decl && btf_is_var(decl) ? btf_lookup_plain(f->btf, decl->type) : NULL;

		if (!t || !btf_is_struct(t) || offset < var->offset || offset - var->offset >= t->size)
			continue;
		for (uint16_t m = 0; m < btf_vlen(t); m++) {
			if (btf_member_bit_offset(t, m) != (offset - var->offset) * 8)
				continue;
			f->at = xrealloc(f->at, f->count + 1, sizeof(*f->at));
			f->at[f->count++] =
			        (struct struct_ops_member){(size_t)func, btf__str_by_offset(f->btf, decl->name_off),
			                                   btf__str_by_offset(f->btf, t->name_off),
			                                   btf__str_by_offset(f->btf, btf_members(t)[m].name_off)};
		}
	}
}

static void read_section(struct found *f, const struct btf_type *section, uint32_t index)
{
	for (size_t i = 1; i < f->view->count; i++) {
		const struct elf_view_section *entries = &f->view->sections[i];

		if (entries->type != SHT_REL || entries->info != index)
			continue;
		for (size_t k = 0; k < entries->size / sizeof(Elf64_Rel); k++) {
			Elf64_Rel e;
			int func;

			memcpy(&e, entries->data + k * sizeof(e), sizeof(e));
			func = func_of(f, entries, &e);
			if (func >= 0)
				add_member(f, section, e.r_offset, func);
		}
	}
}

size_t struct_ops_members(const struct elf_view *view, const struct core_relo_list *list, const struct btf *btf,
                          struct struct_ops_member **members)
{
	struct found f = {.view = view, .list = list, .btf = btf};

	for (uint32_t id = 1; btf && id < btf__type_cnt(btf); id++) {
		const struct btf_type *t = btf__type_by_id(btf, id);
		const char *name = btf__str_by_offset(btf, t->name_off);

		if (!btf_is_datasec(t) || strncmp(name, ".struct_ops", strlen(".struct_ops")))
			continue;
		for (uint32_t s = 1; s < view->count; s++)
			if (!strcmp(view->sections[s].name, name))
				read_section(&f, t, s);
	}
	*members = f.at;
	return f.count;
}
