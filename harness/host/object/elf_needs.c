/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/object/elf_needs.h"

#include <elf.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

struct image {
	const uint8_t *bytes;
	size_t len;
	Elf64_Ehdr header;
};

static bool inside(const struct image *image, uint64_t offset, uint64_t size)
{
	return offset <= image->len && size <= image->len - offset;
}

static Elf64_Phdr segment(const struct image *image, unsigned i)
{
	Elf64_Phdr p;

	memcpy(&p, image->bytes + image->header.e_phoff + (size_t)i * sizeof(p), sizeof(p));
	return p;
}

static bool header_fits(const struct arch *arch, const Elf64_Ehdr *h)
{
	return !memcmp(h->e_ident, ELFMAG, SELFMAG) && arch_fits_elf(arch, h) &&
	       (h->e_type == ET_EXEC || h->e_type == ET_DYN);
}

bool elf_needs_fits(const struct arch *arch, const void *bytes, size_t len)
{
	Elf64_Ehdr header;

	if (len < sizeof(header))
		return false;
	memcpy(&header, bytes, sizeof(header));
	return header_fits(arch, &header);
}

static int refuse(const struct arch *arch, const Elf64_Ehdr *h, struct error *err)
{
	if (memcmp(h->e_ident, ELFMAG, SELFMAG))
		return error_usage(err, "is not an ELF program");
	if (!arch_fits_elf(arch, h))
		return error_usage(err, "is a program for ELF machine %u; the guests are %s: build it for that",
		                   h->e_machine, arch->name);
	return error_usage(err, "is no linked program (ELF type %u)", h->e_type);
}

/* A string of the file, or NULL when it does not end inside. */
static char *string_at(const struct image *image, uint64_t offset)
{
	const char *at = (const char *)image->bytes + offset;

	if (offset >= image->len || !memchr(at, '\0', image->len - (size_t)offset))
		return NULL;
	return xstrdup(at);
}

/* Where in the file the byte is that is loaded at `address`; UINT64_MAX: nowhere. */
static uint64_t offset_of(const struct image *image, uint64_t address)
{
	for (unsigned i = 0; i < image->header.e_phnum; i++) {
		Elf64_Phdr p = segment(image, i);

		if (p.p_type == PT_LOAD && address >= p.p_vaddr && address - p.p_vaddr < p.p_filesz)
			return p.p_offset + (address - p.p_vaddr);
	}
	return UINT64_MAX;
}

static int note(struct elf_needs *out, const Elf64_Dyn *entry, char *text, struct error *err)
{
	char **slot = entry->d_tag == DT_SONAME ? &out->name : entry->d_tag == DT_RPATH ? &out->rpath : &out->runpath;

	if (!text)
		return error_usage(err, "is damaged: a name in its dynamic section lies outside the file");
	if (entry->d_tag == DT_NEEDED) {
		strings_add(&out->needed, text);
		free(text);
		return 0;
	}
	free(*slot);
	*slot = text;
	return 0;
}

static int read_dynamic(const struct image *image, const Elf64_Phdr *dynamic, struct elf_needs *out, struct error *err)
{
	uint64_t strings = UINT64_MAX, count = dynamic->p_filesz / sizeof(Elf64_Dyn);
	const uint8_t *table = image->bytes + dynamic->p_offset;
	Elf64_Dyn entry;
	int rc = 0;

	for (uint64_t i = 0; i < count; i++) {
		memcpy(&entry, table + i * sizeof(entry), sizeof(entry));
		if (entry.d_tag == DT_STRTAB)
			strings = offset_of(image, entry.d_un.d_ptr);
	}
	for (uint64_t i = 0; i < count && !rc; i++) {
		memcpy(&entry, table + i * sizeof(entry), sizeof(entry));
		if (entry.d_tag == DT_NULL)
			break;
		if (entry.d_tag != DT_NEEDED && entry.d_tag != DT_SONAME && entry.d_tag != DT_RPATH &&
		    entry.d_tag != DT_RUNPATH)
			continue;
		rc = note(out, &entry,
		          strings >= image->len || entry.d_un.d_val >= image->len
		                  ? NULL
		                  : string_at(image, strings + entry.d_un.d_val),
		          err);
	}
	return rc;
}

int elf_needs_read(const struct arch *arch, const void *bytes, size_t len, struct elf_needs *out, struct error *err)
{
	struct image image = {.bytes = bytes, .len = len};
	int rc = 0;

	*out = (struct elf_needs){0};
	if (len < sizeof(image.header))
		return error_usage(err, "is not an ELF program");
	memcpy(&image.header, bytes, sizeof(image.header));
	if (!header_fits(arch, &image.header))
		return refuse(arch, &image.header, err);
	if (image.header.e_phentsize != sizeof(Elf64_Phdr) ||
	    !inside(&image, image.header.e_phoff, (uint64_t)image.header.e_phnum * sizeof(Elf64_Phdr)))
		return error_usage(err, "is damaged: its program headers lie outside the file");
	for (unsigned i = 0; i < image.header.e_phnum && !rc; i++) {
		Elf64_Phdr p = segment(&image, i);

		if (p.p_type != PT_INTERP && p.p_type != PT_DYNAMIC)
			continue;
		if (!inside(&image, p.p_offset, p.p_filesz))
			return error_usage(err, "is damaged: segment %u lies outside the file", i);
		if (p.p_type == PT_DYNAMIC)
			rc = read_dynamic(&image, &p, out, err);
		else if (!out->interpreter)
			out->interpreter = xstrndup((const char *)bytes + p.p_offset, (size_t)p.p_filesz);
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
