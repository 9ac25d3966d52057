/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/object/embedded.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/elf_file.h"
#include "base/io.h"

/* Section headers and symbols looked at in one file, false starts included; real tools stay below 100 000. */
#define MAX_WORK (16u << 20)

/* Whether a BPF object may begin here, by its header. */
static bool is_bpf_header(const struct elf_file *f)
{
	const Elf64_Ehdr *h = &f->header;
	Elf64_Shdr last;

	return elf_file_is_64le(f) && h->e_ident[EI_VERSION] == EV_CURRENT && h->e_machine == EM_BPF &&
	       h->e_type == ET_REL && h->e_version == EV_CURRENT && h->e_ehsize == sizeof(*h) && h->e_shnum > 1 &&
	       h->e_shstrndx > 0 && h->e_shstrndx < h->e_shnum && h->e_shoff >= sizeof(*h) &&
	       elf_file_section(f, h->e_shnum - 1u, &last);
}

static bool is_text_table(const struct elf_file *f, const Elf64_Shdr *section)
{
	const char *last = section->sh_type == SHT_STRTAB && section->sh_size
	                           ? elf_file_at(f, section->sh_offset + section->sh_size - 1, 1)
	                           : NULL;

	return last && !*last;
}

/* Check the section table, and end the file where the image ends. */
static bool measure(struct elf_file *f)
{
	uint64_t end = f->header.e_shoff + (uint64_t)f->header.e_shnum * sizeof(Elf64_Shdr);
	bool symbols = false;
	Elf64_Shdr s;

	if (!elf_file_section(f, 0, &s) || s.sh_type != SHT_NULL)
		return false;
	for (uint64_t i = 1; elf_file_section(f, i, &s); i++) {
		if (s.sh_link >= f->header.e_shnum)
			return false;
		symbols |= s.sh_type == SHT_SYMTAB && s.sh_entsize == sizeof(Elf64_Sym);
		if (s.sh_type == SHT_NOBITS)
			continue;
		if (!elf_file_holds(f, s.sh_offset, s.sh_size))
			return false;
		if (s.sh_offset + s.sh_size > end)
			end = s.sh_offset + s.sh_size;
	}
	f->size = end;
	return symbols && elf_file_section(f, f->names, &s) && is_text_table(f, &s);
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
static char *find_source(const struct elf_file *f, uint64_t *work)
{
	Elf64_Shdr table, names;
	const char *source;

	for (uint64_t i = 1; elf_file_section(f, i, &table); i++) {
		if (table.sh_type != SHT_SYMTAB || table.sh_entsize != sizeof(Elf64_Sym) ||
		    !elf_file_section(f, table.sh_link, &names) || !is_text_table(f, &names))
			continue;
		for (uint64_t at = 0; at + sizeof(Elf64_Sym) <= table.sh_size; at += sizeof(Elf64_Sym)) {
			Elf64_Sym symbol;

			if (!elf_file_read(f, table.sh_offset + at, &symbol, sizeof(symbol)) || ++*work > MAX_WORK)
				return xstrdup("");
			source = ELF64_ST_TYPE(symbol.st_info) == STT_FILE ? elf_file_string(f, &names, symbol.st_name)
			                                                   : NULL;
			if (source)
				return source_stem(source);
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
		struct elf_file f;
		bool plausible = elf_file_open(&f, at, (size_t)(end - at)) && is_bpf_header(&f);

		work += plausible ? f.header.e_shnum : 0;
		if (plausible && measure(&f)) {
			add(list, (struct embedded){(size_t)(at - start), f.size, find_source(&f, &work)});
			at += f.size;
		} else {
			at++;
		}
		if (work > MAX_WORK)
			return error_usage(
			        err,
			        "%s: too many places in it look like a BPF object; extract the object and give that instead",
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
