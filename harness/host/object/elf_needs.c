/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/object/elf_needs.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/elf_file.h"

static bool header_fits(const struct arch *arch, const Elf64_Ehdr *h)
{
	return arch_fits_elf(arch, h) && (h->e_type == ET_EXEC || h->e_type == ET_DYN);
}

bool elf_needs_fits(const struct arch *arch, const void *bytes, size_t len)
{
	struct elf_file f;

	return elf_file_open(&f, bytes, len) && header_fits(arch, &f.header);
}

static int refuse(const struct arch *arch, const Elf64_Ehdr *h, struct error *err)
{
	if (!arch_fits_elf(arch, h))
		return error_usage(err, "is a program for ELF machine %u; the guests are %s: build it for that",
		                   h->e_machine, arch->name);
	return error_usage(err, "is not a linked program (ELF type %u)", h->e_type);
}

/* Where in the file the byte is that is loaded at `address`; UINT64_MAX: nowhere. */
static uint64_t offset_of(const struct elf_file *f, uint64_t address)
{
	Elf64_Phdr p;

	for (uint64_t i = 0; elf_file_segment(f, i, &p); i++)
		if (p.p_type == PT_LOAD && address >= p.p_vaddr && address - p.p_vaddr < p.p_filesz)
			return p.p_offset + (address - p.p_vaddr);
	return UINT64_MAX;
}

static int note(struct elf_needs *out, const Elf64_Dyn *entry, const char *text, struct error *err)
{
	char **slot = entry->d_tag == DT_SONAME ? &out->name : entry->d_tag == DT_RPATH ? &out->rpath : &out->runpath;

	if (!text)
		return error_usage(err, "is damaged: a name in its dynamic section is outside the file");
	if (entry->d_tag == DT_NEEDED) {
		strings_add(&out->needed, text);
		return 0;
	}
	free(*slot);
	*slot = xstrdup(text);
	return 0;
}

static bool is_name(const Elf64_Dyn *entry)
{
	return entry->d_tag == DT_NEEDED || entry->d_tag == DT_SONAME || entry->d_tag == DT_RPATH ||
	       entry->d_tag == DT_RUNPATH;
}

/* Entry `i` of the dynamic section; false at its end. */
static bool read_entry(const struct elf_file *f, const Elf64_Phdr *dynamic, uint64_t i, Elf64_Dyn *entry)
{
	return i < dynamic->p_filesz / sizeof(*entry) &&
	       elf_file_read(f, dynamic->p_offset + i * sizeof(*entry), entry, sizeof(*entry));
}

static int read_dynamic(const struct elf_file *f, const Elf64_Phdr *dynamic, struct elf_needs *out, struct error *err)
{
	uint64_t strings = UINT64_MAX;
	Elf64_Dyn entry;
	int rc = 0;

	for (uint64_t i = 0; read_entry(f, dynamic, i, &entry); i++)
		if (entry.d_tag == DT_STRTAB)
			strings = offset_of(f, entry.d_un.d_ptr);
	for (uint64_t i = 0; !rc && read_entry(f, dynamic, i, &entry) && entry.d_tag != DT_NULL; i++) {
		bool inside = strings < f->size && entry.d_un.d_val < f->size;

		if (is_name(&entry))
			rc = note(out, &entry, inside ? elf_file_text(f, strings + entry.d_un.d_val, f->size) : NULL,
			          err);
	}
	return rc;
}

int elf_needs_read(const struct arch *arch, const void *bytes, size_t len, struct elf_needs *out, struct error *err)
{
	struct elf_file f;
	Elf64_Phdr p;
	int rc = 0;

	*out = (struct elf_needs){0};
	if (!elf_file_open(&f, bytes, len))
		return error_usage(err, "is not an ELF program");
	if (!header_fits(arch, &f.header))
		return refuse(arch, &f.header, err);
	if (f.header.e_phnum && !elf_file_segment(&f, f.header.e_phnum - 1u, &p))
		return error_usage(err, "is damaged: its program headers are outside the file");
	for (unsigned i = 0; !rc && elf_file_segment(&f, i, &p); i++) {
		const char *text = elf_file_at(&f, p.p_offset, p.p_filesz);

		if (p.p_type != PT_INTERP && p.p_type != PT_DYNAMIC)
			continue;
		if (!text)
			return error_usage(err, "is damaged: segment %u is outside the file", i);
		if (p.p_type == PT_DYNAMIC)
			rc = read_dynamic(&f, &p, out, err);
		else if (!out->interpreter)
			out->interpreter = xstrndup(text, (size_t)p.p_filesz);
	}
	return rc;
}

void elf_needs_free(struct elf_needs *needs)
{
	free(needs->interpreter);
	free(needs->name);
	free(needs->rpath);
	free(needs->runpath);
	strings_free(&needs->needed);
	*needs = (struct elf_needs){0};
}
