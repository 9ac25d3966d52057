/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/object/embedded.h"

#include <elf.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"

/* Section headers and symbols looked at in one file, false starts included; real tools stay below 100 000. */
#define MAX_WORK (16u << 20)

/* One place that may hold an image: the rest of the file from there on. */
struct candidate {
	const uint8_t *at;
	size_t room;
	Elf64_Ehdr header;
	size_t size; /* of the image, once known */
};

/* An image starts anywhere, so nothing in it is aligned for the host. */
static Elf64_Shdr section_at(const struct candidate *c, size_t index)
{
	Elf64_Shdr section;

	memcpy(&section, c->at + c->header.e_shoff + index * sizeof(section), sizeof(section));
	return section;
}

static bool lies_inside(size_t room, uint64_t offset, uint64_t size)
{
	return offset <= room && size <= room - offset;
}

static bool is_bpf_header(struct candidate *c)
{
	const Elf64_Ehdr *h = &c->header;

	if (c->room < sizeof(*h))
		return false;
	memcpy(&c->header, c->at, sizeof(*h));
	return h->e_ident[EI_CLASS] == ELFCLASS64 && h->e_ident[EI_DATA] == ELFDATA2LSB &&
	       h->e_ident[EI_VERSION] == EV_CURRENT && h->e_machine == EM_BPF && h->e_type == ET_REL &&
	       h->e_version == EV_CURRENT && h->e_ehsize == sizeof(*h) && h->e_shentsize == sizeof(Elf64_Shdr) &&
	       h->e_shnum > 1 && h->e_shstrndx > 0 && h->e_shstrndx < h->e_shnum && h->e_shoff >= sizeof(*h) &&
	       lies_inside(c->room, h->e_shoff, (uint64_t)h->e_shnum * sizeof(Elf64_Shdr));
}

static bool is_text_table(const struct candidate *c, const Elf64_Shdr *section)
{
	return section->sh_type == SHT_STRTAB && section->sh_size && section->sh_offset < c->size &&
	       c->at[section->sh_offset + section->sh_size - 1] == '\0';
}

/* Check the section table and find the image's end. */
static bool measure(struct candidate *c)
{
	uint64_t end = c->header.e_shoff + (uint64_t)c->header.e_shnum * sizeof(Elf64_Shdr);
	Elf64_Shdr names;
	bool symbols = false;

	if (section_at(c, 0).sh_type != SHT_NULL)
		return false;
	for (size_t i = 1; i < c->header.e_shnum; i++) {
		const Elf64_Shdr s = section_at(c, i);

		if (s.sh_link >= c->header.e_shnum)
			return false;
		symbols |= s.sh_type == SHT_SYMTAB && s.sh_entsize == sizeof(Elf64_Sym);
		if (s.sh_type == SHT_NOBITS)
			continue;
		if (!lies_inside(c->room, s.sh_offset, s.sh_size))
			return false;
		if (s.sh_offset + s.sh_size > end)
			end = s.sh_offset + s.sh_size;
	}
	c->size = (size_t)end;
	names = section_at(c, c->header.e_shstrndx);
	return symbols && is_text_table(c, &names);
}

/* "dir/biosnoop.bpf.c" -> "biosnoop"; "" for a name that cannot be a file's. */
static char *source_stem(const char *path)
{
	static const char *const endings[] = {".bpf.c", ".bpf.cpp", ".c", ".cpp", ".rs"};
	const char *base = io_basename(path);
	size_t len = strlen(base);

	for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++) {
		size_t ending = strlen(endings[i]);

		if (len > ending && !strcmp(base + len - ending, endings[i])) {
			len -= ending;
			break;
		}
	}
	if (*base == '.' || *base == '<' || *base == '-')
		len = 0;
	return xstrndup(base, len);
}

/* The symbol table's file symbol names the source; `llvm-strip -g` keeps it. Adds what it looked at to `work`. */
static char *find_source(const struct candidate *c, uint64_t *work)
{
	for (size_t i = 1; i < c->header.e_shnum; i++) {
		const Elf64_Shdr table = section_at(c, i), names = section_at(c, table.sh_link);

		if (table.sh_type != SHT_SYMTAB || table.sh_entsize != sizeof(Elf64_Sym) || !is_text_table(c, &names))
			continue;
		for (uint64_t at = 0; at + sizeof(Elf64_Sym) <= table.sh_size; at += sizeof(Elf64_Sym)) {
			Elf64_Sym symbol;

			memcpy(&symbol, c->at + table.sh_offset + at, sizeof(symbol));
			if (++*work > MAX_WORK)
				return xstrdup("");
			if (ELF64_ST_TYPE(symbol.st_info) == STT_FILE && symbol.st_name < names.sh_size)
				return source_stem((const char *)c->at + names.sh_offset + symbol.st_name);
		}
	}
	return xstrdup("");
}

static void add(struct embedded_list *list, struct embedded found)
{
	list->at = xrealloc(list->at, list->count + 1, sizeof(*list->at));
	list->at[list->count++] = found;
}

int embedded_find(const void *bytes, size_t len, const char *name, struct embedded_list *list, struct error *err)
{
	const uint8_t *start = bytes, *end = start + len, *at = start;
	uint64_t work = 0;

	*list = (struct embedded_list){0};
	while (at < end && (at = memmem(at, (size_t)(end - at), ELFMAG, SELFMAG))) {
		struct candidate c = {.at = at, .room = (size_t)(end - at)};
		bool plausible = is_bpf_header(&c);

		work += plausible ? c.header.e_shnum : 0;
		if (plausible && measure(&c)) {
			add(list, (struct embedded){(size_t)(at - start), c.size, find_source(&c, &work)});
			at += c.size;
		} else {
			at++;
		}
		if (work > MAX_WORK)
			return error_usage(
			        err,
			        "%s: too much in it looks like a BPF object; take the object out of it and give that instead",
			        name);
	}
	return 0;
}

void embedded_list_free(struct embedded_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->at[i].source);
	free(list->at);
	*list = (struct embedded_list){0};
}
