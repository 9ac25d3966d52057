/* SPDX-License-Identifier: BSD-2-Clause */
#include "relo/elf_view.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/elf_file.h"

const char *elf_view_string(const struct elf_view_section *strings, uint64_t offset)
{
	const char *s;

	if (offset >= strings->size)
		return NULL;
	s = (const char *)strings->data + offset;
	return memchr(s, '\0', strings->size - (size_t)offset) ? s : NULL;
}

const struct elf_view_section *elf_view_find(const struct elf_view *view, const char *name)
{
	for (size_t i = 1; i < view->count; i++)
		if (!strcmp(view->sections[i].name, name))
			return &view->sections[i];
	return NULL;
}

static int check_header(const struct elf_file *f, struct error *err)
{
	const Elf64_Ehdr *header = &f->header;
	Elf64_Shdr section;

	if (header->e_ident[EI_CLASS] != ELFCLASS64)
		return error_usage(err, "a 32-bit ELF file; BPF objects are 64-bit");
	if (header->e_ident[EI_DATA] != ELFDATA2LSB)
		return error_usage(err, "a big-endian object; compile with -target bpfel");
	if (header->e_machine != EM_BPF)
		return error_usage(err, "an ELF file for machine %u, not for BPF (%u); compile with clang -target bpf",
		                   header->e_machine, EM_BPF);
	if (!f->section_count || !elf_file_section(f, 0, &section))
		return error_usage(err, "damaged object: no section table at offset %llu of %llu bytes",
		                   (unsigned long long)header->e_shoff, (unsigned long long)f->size);
	if (!elf_file_section(f, f->section_count - 1, &section))
		return error_usage(err, "damaged object: %llu sections do not fit into %llu bytes",
		                   (unsigned long long)f->section_count, (unsigned long long)f->size);
	if (f->names >= f->section_count)
		return error_usage(err, "damaged object: section names in section %llu of %llu",
		                   (unsigned long long)f->names, (unsigned long long)f->section_count);
	return 0;
}

static int view_section(const struct elf_file *f, size_t i, struct elf_view_section *out, struct error *err)
{
	Elf64_Shdr s;

	elf_file_section(f, i, &s);
	*out = (struct elf_view_section){
	        .type = s.sh_type, .flags = s.sh_flags, .link = s.sh_link, .info = s.sh_info, .name = ""};
	if (s.sh_type == SHT_NOBITS || s.sh_type == SHT_NULL || !s.sh_size)
		return 0;
	out->data = elf_file_at(f, s.sh_offset, s.sh_size);
	if (!out->data)
		return error_usage(err, "damaged object: section %zu ends at %llu, beyond the %llu bytes", i,
		                   (unsigned long long)(s.sh_offset + s.sh_size), (unsigned long long)f->size);
	out->size = (size_t)s.sh_size;
	return 0;
}

static int name_section(const struct elf_file *f, size_t i, struct elf_view *view, struct error *err)
{
	Elf64_Shdr s;
	const char *name;

	elf_file_section(f, i, &s);
	name = elf_view_string(&view->sections[f->names], s.sh_name);
	if (!name && s.sh_name)
		return error_usage(err, "damaged object: section %zu has its name at %u, outside the names", i,
		                   s.sh_name);
	view->sections[i].name = name ? name : "";
	return 0;
}

int elf_view_open(const void *bytes, size_t len, struct elf_view *view, struct error *err)
{
	struct elf_view v __attribute__((cleanup(elf_view_free))) = {0};
	struct elf_file f;
	int rc;

	*view = (struct elf_view){0};
	if (len < sizeof(f.header))
		return error_usage(err, "not an ELF file: only %zu bytes", len);
	if (!elf_file_open(&f, bytes, len))
		return error_usage(err, "not an ELF file; give an object compiled with clang -target bpf");
	rc = check_header(&f, err);
	if (rc)
		return rc;
	v.count = (size_t)f.section_count;
	v.sections = xcalloc(v.count, sizeof(*v.sections));
	v.sections[0].name = "";
	for (size_t i = 1; i < v.count && !rc; i++)
		rc = view_section(&f, i, &v.sections[i], err);
	for (size_t i = 1; i < v.count && !rc; i++)
		rc = name_section(&f, i, &v, err);
	if (rc)
		return rc;
	*view = v;
	v = (struct elf_view){0};
	return 0;
}

void elf_view_free(struct elf_view *view)
{
	free(view->sections);
	*view = (struct elf_view){0};
}
