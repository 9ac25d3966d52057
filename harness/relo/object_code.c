/* SPDX-License-Identifier: BSD-2-Clause */
#include "relo/object_code.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "relo/insn_value.h"

#define INSN_SIZE sizeof(struct bpf_insn)

/* ELF relocation types of the BPF psABI; libbpf tells calls by the instruction, not by these. */
#define R_BPF_64_64 1
#define R_BPF_64_32 10

/* A call found in a relocation section, before calls are grouped by caller. */
struct found_call {
	uint32_t section;
	uint32_t insn; /* in the section */
	uint32_t target;
};

struct found_calls {
	struct found_call *calls;
	size_t count, room;
};

size_t object_code_copy(const struct elf_view_section *section, uint64_t insn, struct bpf_insn code[2])
{
	size_t total = section->size / INSN_SIZE;
	size_t n = insn < total ? total - (size_t)insn : 0;

	n = n > 2 ? 2 : n;
	memset(code, 0, 2 * INSN_SIZE);
	if (n)
		memcpy(code, section->data + insn * INSN_SIZE, n * INSN_SIZE);
	return n;
}

static const struct elf_view_section *find_symbols(const struct elf_view *view)
{
	for (size_t i = 1; i < view->count; i++)
		if (view->sections[i].type == SHT_SYMTAB && view->sections[i].link < view->count)
			return &view->sections[i];
	return NULL;
}

static size_t symbol_count(const struct elf_view_section *symbols)
{
	return symbols->size / sizeof(Elf64_Sym);
}

static Elf64_Sym symbol_at(const struct elf_view_section *symbols, size_t i)
{
	Elf64_Sym s;

	memcpy(&s, symbols->data + i * sizeof(s), sizeof(s));
	return s;
}

static bool is_code(const struct elf_view *view, uint32_t section)
{
	return section && section < view->count && view->sections[section].type == SHT_PROGBITS &&
	       (view->sections[section].flags & SHF_EXECINSTR);
}

/* libbpf makes a hidden function static in what it tells the kernel. */
static bool is_global(const Elf64_Sym *s)
{
	return ELF64_ST_BIND(s->st_info) != STB_LOCAL && ELF64_ST_VISIBILITY(s->st_other) != STV_HIDDEN &&
	       ELF64_ST_VISIBILITY(s->st_other) != STV_INTERNAL;
}

static int compare_funcs(const void *pa, const void *pb)
{
	const struct core_relo_func *a = pa, *b = pb;

	if (a->section != b->section)
		return a->section < b->section ? -1 : 1;
	return a->start < b->start ? -1 : a->start > b->start;
}

static int read_funcs(const struct elf_view *view, const struct elf_view_section *symbols, struct core_relo_list *list,
                      struct error *err)
{
	list->funcs = xcalloc(symbol_count(symbols), sizeof(*list->funcs));
	for (size_t i = 0; i < symbol_count(symbols); i++) {
		Elf64_Sym s = symbol_at(symbols, i);
		const struct elf_view_section *code;
		const char *name;

		if (ELF64_ST_TYPE(s.st_info) != STT_FUNC || !is_code(view, s.st_shndx) || !s.st_size)
			continue;
		code = &view->sections[s.st_shndx];
		if (s.st_value % INSN_SIZE || s.st_size % INSN_SIZE || s.st_value > code->size ||
		    s.st_size > code->size - s.st_value)
			return error_usage(err, "damaged object: function symbol %zu is not in section '%s'", i,
			                   code->name);
		name = elf_view_string(&view->sections[symbols->link], s.st_name);
		if (!name || !*name)
			return error_usage(err, "damaged object: function symbol %zu has no name", i);
		list->funcs[list->func_count++] = (struct core_relo_func){.name = xstrdup(name),
		                                                          .section = s.st_shndx,
		                                                          .start = (uint32_t)(s.st_value / INSN_SIZE),
		                                                          .count = (uint32_t)(s.st_size / INSN_SIZE),
		                                                          .main = strcmp(code->name, ".text") != 0,
		                                                          .global = is_global(&s)};
	}
	qsort(list->funcs, list->func_count, sizeof(*list->funcs), compare_funcs);
	return 0;
}

int object_code_at(const struct core_relo_list *list, uint32_t section, uint32_t insn)
{
	size_t low = 0, high = list->func_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct core_relo_func *f = &list->funcs[middle];

		if (f->section < section || (f->section == section && f->start <= insn))
			low = middle + 1;
		else
			high = middle;
	}
	if (!low || list->funcs[low - 1].section != section ||
	    insn - list->funcs[low - 1].start >= list->funcs[low - 1].count)
		return -1;
	return (int)(low - 1);
}

static void add_call(const struct core_relo_list *list, struct found_calls *found, uint32_t section, uint32_t insn,
                     uint32_t target_section, int64_t target_insn)
{
	int target = target_insn < 0 || target_insn > UINT32_MAX
	                     ? -1
	                     : object_code_at(list, target_section, (uint32_t)target_insn);

	/* Only the start of a function can be called; anything else is libbpf's to refuse. */
	if (target < 0 || list->funcs[target].start != (uint32_t)target_insn)
		return;
	if (found->count == found->room) {
		found->room = found->room ? found->room * 2 : 64;
		found->calls = xrealloc(found->calls, found->room, sizeof(*found->calls));
	}
	found->calls[found->count++] = (struct found_call){section, insn, (uint32_t)target};
}

/* The address of what is not code; `base` is what the symbol says. */
static void add_ref(const struct elf_view *view, const struct elf_view_section *symbols, uint32_t section,
                    uint32_t insn, const Elf64_Sym *symbol, struct core_relo_list *list)
{
	int func = object_code_at(list, section, insn);
	const char *name = elf_view_string(&view->sections[symbols->link], symbol->st_name);
	bool defined = symbol->st_shndx != SHN_UNDEF && symbol->st_shndx < view->count;

	if (func < 0)
		return;
	list->refs = xrealloc(list->refs, list->ref_count + 1, sizeof(*list->refs));
	list->refs[list->ref_count++] = (struct core_relo_ref){
	        .func = (uint32_t)func,
	        .insn = insn - list->funcs[func].start,
	        .name = xstrdup(name ? name : ""),
	        .external = symbol->st_shndx == SHN_UNDEF,
	        .map = defined && !strncmp(view->sections[symbol->st_shndx].name, ".maps", 5),
	};
}

static bool is_pseudo_call(const struct bpf_insn *insn)
{
	return insn->code == (BPF_JMP | BPF_CALL) && insn->src_reg == BPF_PSEUDO_CALL;
}

/* A call or an address in `section` that the linker left to a relocation entry. */
static int read_entry(const struct elf_view *view, const struct elf_view_section *symbols, uint32_t section,
                      const Elf64_Rel *entry, struct core_relo_list *list, struct found_calls *found, struct error *err)
{
	const struct elf_view_section *code = &view->sections[section];
	size_t symbol = ELF64_R_SYM(entry->r_info);
	struct bpf_insn insn[2];
	Elf64_Sym s;
	int64_t base;
	uint32_t at;

	if (symbol >= symbol_count(symbols) || entry->r_offset >= code->size)
		return error_usage(err, "damaged object: a relocation entry of section '%s' points outside",
		                   code->name);
	if (entry->r_offset % INSN_SIZE)
		return 0;
	s = symbol_at(symbols, symbol);
	at = (uint32_t)(entry->r_offset / INSN_SIZE);
	object_code_copy(code, at, insn);
	if (!is_code(view, s.st_shndx) && (insn_is_imm64(insn) || is_pseudo_call(insn)))
		add_ref(view, symbols, section, at, &s, list);
	if (!is_code(view, s.st_shndx) || s.st_value > view->sections[s.st_shndx].size)
		return 0;
	base = (int64_t)s.st_value;
	/* A call's imm counts instructions from the one after it, an address's imm counts bytes. */
	if (is_pseudo_call(insn) && ELF64_R_TYPE(entry->r_info) == R_BPF_64_32)
		add_call(list, found, section, at, s.st_shndx, base / (int64_t)INSN_SIZE + insn->imm + 1);
	else if (insn_is_imm64(insn) && ELF64_R_TYPE(entry->r_info) == R_BPF_64_64)
		add_call(list, found, section, at, s.st_shndx, (base + insn->imm) / (int64_t)INSN_SIZE);
	return 0;
}

/* Calls inside one section may be direct, without an entry: their imm is the distance. */
static void read_direct_calls(const struct elf_view *view, uint32_t section, const uint8_t *has_entry,
                              const struct core_relo_list *list, struct found_calls *found)
{
	const struct elf_view_section *code = &view->sections[section];
	struct bpf_insn insn[2];

	for (uint32_t i = 0; i < code->size / INSN_SIZE; i++) {
		object_code_copy(code, i, insn);
		if (is_pseudo_call(insn) && !has_entry[i])
			add_call(list, found, section, i, section, (int64_t)i + insn->imm + 1);
	}
}

static int read_section_calls(const struct elf_view *view, const struct elf_view_section *symbols, uint32_t section,
                              const struct elf_view_section *entries, struct core_relo_list *list,
                              struct found_calls *found, struct error *err)
{
	cleanup_free uint8_t *has_entry = xcalloc(view->sections[section].size / INSN_SIZE + 1, 1);

	for (size_t i = 0; entries && i < entries->size / sizeof(Elf64_Rel); i++) {
		Elf64_Rel entry;

		memcpy(&entry, entries->data + i * sizeof(entry), sizeof(entry));
		if (read_entry(view, symbols, section, &entry, list, found, err))
			return -EINVAL;
		has_entry[entry.r_offset / INSN_SIZE] = 1;
	}
	read_direct_calls(view, section, has_entry, list, found);
	return 0;
}

static int compare_calls(const void *pa, const void *pb)
{
	const struct found_call *a = pa, *b = pb;

	if (a->section != b->section)
		return a->section < b->section ? -1 : 1;
	return a->insn < b->insn ? -1 : a->insn > b->insn;
}

/* Sorted by place, calls of one function are neighbours. */
static void group_calls(struct found_calls *found, struct core_relo_list *list)
{
	if (found->count)
		qsort(found->calls, found->count, sizeof(*found->calls), compare_calls);
	list->calls = xcalloc(found->count, sizeof(*list->calls));
	for (size_t i = 0; i < found->count; i++) {
		int caller = object_code_at(list, found->calls[i].section, found->calls[i].insn);
		struct core_relo_func *f = caller < 0 ? NULL : &list->funcs[caller];

		if (!f)
			continue;
		if (!f->call_count++)
			f->first_call = (uint32_t)list->call_count;
		list->calls[list->call_count++] =
		        (struct core_relo_call){found->calls[i].insn - f->start, found->calls[i].target};
	}
}

int object_code_read(const struct elf_view *view, struct core_relo_list *list, struct error *err)
{
	const struct elf_view_section *symbols = find_symbols(view);
	cleanup_free const struct elf_view_section **entries = NULL;
	struct found_calls found = {0};
	int ret;

	if (!symbols)
		return 0;
	ret = read_funcs(view, symbols, list, err);
	if (ret)
		return ret;
	entries = xcalloc(view->count, sizeof(*entries));
	for (size_t i = 1; i < view->count; i++)
		if (view->sections[i].type == SHT_REL && view->sections[i].info < view->count)
			entries[view->sections[i].info] = &view->sections[i];
	for (uint32_t i = 1; i < view->count && !ret; i++)
		if (is_code(view, i))
			ret = read_section_calls(view, symbols, i, entries[i], list, &found, err);
	if (!ret)
		group_calls(&found, list);
	free(found.calls);
	return ret;
}
