/* SPDX-License-Identifier: BSD-2-Clause */
#include "relo/elf_view.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"

static bool inside(size_t len, uint64_t offset, uint64_t size)
{
	return offset <= len && size <= len - offset;
}

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

static int check_header(const Elf64_Ehdr *header, size_t len, struct error *err)
{
	if (memcmp(header->e_ident, ELFMAG, SELFMAG))
		return error_usage(err, "not an ELF file; give an object compiled with clang -target bpf");
	if (header->e_ident[EI_CLASS] != ELFCLASS64)
		return error_usage(err, "a 32-bit ELF file; BPF objects are 64-bit");
	if (header->e_ident[EI_DATA] != ELFDATA2LSB)
		return error_usage(err, "a big-endian object; compile with -target bpfel");
	if (header->e_machine != EM_BPF)
		return error_usage(err, "an ELF file for machine %u, not for BPF (%u); compile with clang -target bpf",
		                   header->e_machine, EM_BPF);
	if (header->e_shentsize != sizeof(Elf64_Shdr) || !inside(len, header->e_shoff, sizeof(Elf64_Shdr)))
		return error_usage(err, "damaged object: no section table at offset %llu of %zu bytes",
		                   (unsigned long long)header->e_shoff, len);
	return 0;
}

static Elf64_Shdr read_section(const uint8_t *table, size_t index)
{
	Elf64_Shdr s;

	memcpy(&s, table + index * sizeof(s), sizeof(s));
	return s;
}

int elf_view_open(const void *bytes, size_t len, struct elf_view *view, struct error *err)
{
	struct elf_view v __attribute__((cleanup(elf_view_free))) = {0};
	Elf64_Ehdr header;
	Elf64_Shdr first;
	const uint8_t *table;
	uint64_t count, names;

	*view = (struct elf_view){0};
	if (len < sizeof(header))
		return error_usage(err, "not an ELF file: only %zu bytes", len);
	memcpy(&header, bytes, sizeof(header));
	if (check_header(&header, len, err))
		return -EINVAL;

	table = (const uint8_t *)bytes + header.e_shoff;
	first = read_section(table, 0);
	/* Numbers that do not fit the header's 16 bits are in the null section (gABI, "ELF Header"). */
	count = header.e_shnum ? header.e_shnum : first.sh_size;
	names = header.e_shstrndx == SHN_XINDEX ? first.sh_link : header.e_shstrndx;
	if (!count || count > (len - header.e_shoff) / sizeof(Elf64_Shdr))
		return error_usage(err, "damaged object: %llu sections do not fit into %zu bytes",
		                   (unsigned long long)count, len);
	if (names >= count)
		return error_usage(err, "damaged object: section names in section %llu of %llu",
		                   (unsigned long long)names, (unsigned long long)count);

	v.count = (size_t)count;
	v.sections = xcalloc(v.count, sizeof(*v.sections));
	v.sections[0].name = "";
	for (size_t i = 1; i < v.count; i++) {
		Elf64_Shdr s = read_section(table, i);
		struct elf_view_section *out = &v.sections[i];

		*out = (struct elf_view_section){
		        .type = s.sh_type, .flags = s.sh_flags, .link = s.sh_link, .info = s.sh_info, .name = ""};
		if (s.sh_type == SHT_NOBITS || s.sh_type == SHT_NULL || !s.sh_size)
			continue;
		if (!inside(len, s.sh_offset, s.sh_size))
			return error_usage(err, "damaged object: section %zu ends at %llu, beyond the %zu bytes", i,
			                   (unsigned long long)(s.sh_offset + s.sh_size), len);
		out->data = (const uint8_t *)bytes + s.sh_offset;
		out->size = (size_t)s.sh_size;
	}
	for (size_t i = 1; i < v.count; i++) {
		Elf64_Shdr s = read_section(table, i);
		const char *name = elf_view_string(&v.sections[names], s.sh_name);

		if (!name && s.sh_name)
			return error_usage(err, "damaged object: section %zu has its name at %u, outside the names", i,
			                   s.sh_name);
		v.sections[i].name = name ? name : "";
	}
	*view = v;
	v = (struct elf_view){0};
	return 0;
}

void elf_view_free(struct elf_view *view)
{
	free(view->sections);
	*view = (struct elf_view){0};
}
