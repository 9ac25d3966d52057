/* SPDX-License-Identifier: BSD-2-Clause */
#include "relo/core_relo.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "base/buf.h"
#include "relo/btf_check.h"
#include "relo/btf_ext.h"
#include "relo/core_spec.h"
#include "relo/elf_view.h"
#include "relo/insn_value.h"
#include "relo/object_code.h"

/* What is the same for all records of one run of a section. */
struct run {
	const struct elf_view *view;
	const char *section_name;
	uint32_t section; /* 0 when the object has no such section */
	uint32_t number;
};

static void fill_place(const struct run *run, struct core_relo_list *list, struct core_relo_record *record,
                       struct relo_fact *fact)
{
	struct insn_value compiled;
	size_t n;

	record->func = run->section ? object_code_at(list, run->section, record->section_insn) : -1;
	if (record->func < 0) {
		fact->program = xstrdup("");
		fact->insn = record->section_insn;
		return;
	}
	fact->program = xstrdup(list->funcs[record->func].name);
	fact->insn = record->section_insn - list->funcs[record->func].start;
	n = object_code_copy(&run->view->sections[run->section], record->section_insn, record->code);
	compiled = insn_value_read(record->code, n);
	if (compiled.form != INSN_IMM64)
		memset(&record->code[1], 0, sizeof(record->code[1]));
	fact->local = compiled.value;
	fact->local_width = compiled.width;
}

static int add_record(const struct run *run, const struct bpf_core_relo *raw, struct core_relo_list *list,
                      struct error *err)
{
	struct core_relo_record *record = &list->records[list->count];
	struct relo_fact *fact = &list->facts[list->count];
	const struct btf_type *root = btf__type_by_id(list->btf, raw->type_id);
	const char *access = btf__str_by_offset(list->btf, raw->access_str_off);
	struct buf spec = {0};
	const char *name;

	if (!root || !access)
		return error_usage(err, "damaged .BTF.ext: relocation #%u of section '%s' has no valid %s", run->number,
		                   run->section_name, root ? "access string" : "type");
	if (raw->insn_off % sizeof(struct bpf_insn))
		return error_usage(
		        err, "damaged .BTF.ext: relocation #%u of section '%s' is at byte %u, inside an instruction",
		        run->number, run->section_name, raw->insn_off);
	*record = (struct core_relo_record){.type_id = raw->type_id,
	                                    .access_off = raw->access_str_off,
	                                    .section_insn = raw->insn_off / (uint32_t)sizeof(struct bpf_insn)};
	name = btf__str_by_offset(list->btf, root->name_off);
	*fact = (struct relo_fact){.section = xstrdup(run->section_name),
	                           .number = run->number,
	                           .kind = raw->kind,
	                           .type = xstrndup(name, core_spec_plain_len(name)),
	                           .access = xstrdup(access),
	                           .target = xstrdup(""),
	                           .line = xstrdup("")};
	record->sound = core_spec_format(list->btf, raw->kind, raw->type_id, access, &spec);
	fact->spec = buf_steal(&spec);
	list->count++;
	fill_place(run, list, record, fact);
	return 0;
}

/* One section's header and its records. */
static int read_run(const struct elf_view *view, struct btf_ext_cursor *area, uint32_t stride,
                    struct core_relo_list *list, struct error *err)
{
	struct btf_ext_section head;
	const struct elf_view_section *section;
	struct run run = {.view = view};

	if (!btf_ext_take(area, &head, sizeof(head)))
		return error_usage(err, "damaged .BTF.ext: %zu bytes left where a section should begin", area->left);
	run.section_name = btf__str_by_offset(list->btf, head.name_off);
	if (!run.section_name)
		return error_usage(err, "damaged .BTF.ext: a section's name is at %u, outside the strings",
		                   head.name_off);
	if (!head.count || head.count > area->left / stride)
		return error_usage(err, "damaged .BTF.ext: %u relocations of section '%s' do not fit into %zu bytes",
		                   head.count, run.section_name, area->left);
	section = elf_view_find(view, run.section_name);
	run.section = section ? (uint32_t)(section - view->sections) : 0;
	list->facts = xrealloc(list->facts, list->count + head.count, sizeof(*list->facts));
	list->records = xrealloc(list->records, list->count + head.count, sizeof(*list->records));
	for (run.number = 0; run.number < head.count; run.number++) {
		struct bpf_core_relo raw;

		memcpy(&raw, area->at, sizeof(raw));
		btf_ext_skip(area, stride);
		if (add_record(&run, &raw, list, err))
			return -EINVAL;
	}
	return 0;
}

static int read_records(const struct elf_view *view, struct btf_ext_cursor area, struct core_relo_list *list,
                        struct error *err)
{
	uint32_t stride;

	if (!btf_ext_take(&area, &stride, sizeof(stride)) || stride < sizeof(struct bpf_core_relo))
		return error_usage(err, "damaged .BTF.ext: the size of a relocation is missing");
	while (area.left)
		if (read_run(view, &area, stride, list, err))
			return -EINVAL;
	return 0;
}

int core_relo_list_read(const void *elf, size_t len, struct core_relo_list *list, struct error *err)
{
	struct elf_view view __attribute__((cleanup(elf_view_free))) = {0};
	struct core_relo_list found __attribute__((cleanup(core_relo_list_free))) = {0};
	const struct elf_view_section *btf, *ext;
	struct btf_ext_cursor area;

	*list = (struct core_relo_list){0};
	if (elf_view_open(elf, len, &view, err))
		return -EINVAL;
	btf = elf_view_find(&view, ".BTF");
	ext = elf_view_find(&view, ".BTF.ext");
	if (!btf || !ext)
		return 0;
	if (btf_ext_open(ext, BTF_EXT_RELOCATIONS, &area, err))
		return -EINVAL;
	if (!area.left)
		return 0;
	if (btf->size > UINT32_MAX)
		return error_usage(err, "damaged object: .BTF of %zu bytes", btf->size);
	found.btf = btf__new(btf->data, (uint32_t)btf->size);
	if (!found.btf)
		return error_usage(err, "damaged .BTF, or of a kind that libbpf %s does not know",
		                   libbpf_version_string());
	if (btf_check(found.btf, 1, err) || object_code_read(&view, &found, err) ||
	    read_records(&view, area, &found, err))
		return -EINVAL;
	*list = found;
	found = (struct core_relo_list){0};
	return 0;
}

void core_relo_list_free(struct core_relo_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		relo_fact_free(&list->facts[i]);
	for (size_t i = 0; i < list->func_count; i++)
		free(list->funcs[i].name);
	free(list->facts);
	free(list->records);
	free(list->funcs);
	free(list->calls);
	for (size_t i = 0; i < list->ref_count; i++)
		free(list->refs[i].name);
	free(list->refs);
	free(list->places);
	btf__free(list->btf);
	*list = (struct core_relo_list){0};
}

int core_relo_list_func(const struct core_relo_list *list, const char *name)
{
	int found = -1;

	for (size_t i = 0; i < list->func_count; i++) {
		if (strcmp(list->funcs[i].name, name))
			continue;
		if (list->funcs[i].main)
			return (int)i;
		if (found < 0)
			found = (int)i;
	}
	return found;
}

void core_relo_list_loaded(struct core_relo_list *list, const char *program)
{
	int func = core_relo_list_func(list, program);
	bool *inside;

	if (func < 0)
		return;
	inside = xcalloc(list->func_count, sizeof(*inside));
	inside[func] = true;
	for (size_t i = 0; i < list->place_count; i++)
		if (list->places[i].program == (uint32_t)func)
			inside[list->places[i].func] = true;
	for (size_t i = 0; i < list->count; i++)
		if (list->records[i].func >= 0 && inside[list->records[i].func])
			list->facts[i].loaded = true;
	free(inside);
}
