/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/elf_file.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Longer names than those that are asked for need not be read. */
#define NAME_MAX_LEN 64

bool elf_file_magic(const void *bytes, size_t len)
{
	return len >= SELFMAG && !memcmp(bytes, ELFMAG, SELFMAG);
}

bool elf_file_is_64le(const struct elf_file *f)
{
	return f->header.e_ident[EI_CLASS] == ELFCLASS64 && f->header.e_ident[EI_DATA] == ELFDATA2LSB;
}

bool elf_file_holds(const struct elf_file *f, uint64_t offset, uint64_t len)
{
	return offset <= f->size && len <= f->size - offset;
}

bool elf_file_read(const struct elf_file *f, uint64_t offset, void *to, size_t len)
{
	size_t done = 0;

	if (!elf_file_holds(f, offset, len))
		return false;
	if (f->bytes) {
		memcpy(to, f->bytes + offset, len);
		return true;
	}
	while (done < len) {
		ssize_t n = pread(f->fd, (char *)to + done, len - done, (off_t)(offset + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		done += (size_t)n;
	}
	return true;
}

const void *elf_file_at(const struct elf_file *f, uint64_t offset, uint64_t len)
{
	return elf_file_holds(f, offset, len) ? f->bytes + offset : NULL;
}

const char *elf_file_text(const struct elf_file *f, uint64_t offset, uint64_t end)
{
	const char *at = offset < end ? elf_file_at(f, offset, end - offset) : NULL;

	return at && memchr(at, '\0', (size_t)(end - offset)) ? at : NULL;
}

const char *elf_file_string(const struct elf_file *f, const Elf64_Shdr *strings, uint64_t offset)
{
	if (!elf_file_holds(f, strings->sh_offset, strings->sh_size) || offset >= strings->sh_size)
		return NULL;
	return elf_file_text(f, strings->sh_offset + offset, strings->sh_offset + strings->sh_size);
}

/* Entry `i` of a table whose entries are `size` bytes long, as the file says and as they have to be. */
static bool read_entry(const struct elf_file *f, uint64_t table, uint64_t i, size_t said, void *to, size_t size)
{
	if (said != size || i >= f->size / size || !elf_file_holds(f, table, (i + 1) * size))
		return false;
	return elf_file_read(f, table + i * size, to, size);
}

bool elf_file_section(const struct elf_file *f, uint64_t i, Elf64_Shdr *section)
{
	return i < f->section_count &&
	       read_entry(f, f->header.e_shoff, i, f->header.e_shentsize, section, sizeof(*section));
}

bool elf_file_segment(const struct elf_file *f, uint64_t i, Elf64_Phdr *segment)
{
	return i < f->header.e_phnum &&
	       read_entry(f, f->header.e_phoff, i, f->header.e_phentsize, segment, sizeof(*segment));
}

/* Numbers that do not fit the header's 16 bits are in the null section (gABI, "ELF Header"). */
static bool read_header(struct elf_file *f)
{
	Elf64_Shdr null;

	if (!elf_file_read(f, 0, &f->header, sizeof(f->header)) || !elf_file_magic(&f->header, sizeof(f->header)))
		return false;
	f->section_count = f->header.e_shoff != 0;
	if (!elf_file_section(f, 0, &null))
		null = (Elf64_Shdr){0};
	f->section_count = f->header.e_shnum ? f->header.e_shnum : null.sh_size;
	f->names = f->header.e_shstrndx == SHN_XINDEX ? null.sh_link : f->header.e_shstrndx;
	if (!f->header.e_shoff)
		f->section_count = 0;
	return true;
}

bool elf_file_open(struct elf_file *f, const void *bytes, size_t len)
{
	*f = (struct elf_file){.bytes = bytes, .fd = -1, .size = len};
	return bytes && read_header(f);
}

bool elf_file_open_fd(struct elf_file *f, int fd)
{
	struct stat st;

	*f = (struct elf_file){.fd = fd};
	if (fstat(fd, &st) || st.st_size < 0)
		return false;
	f->size = (uint64_t)st.st_size;
	return read_header(f);
}

static bool is_named(const struct elf_file *f, const Elf64_Shdr *names, const Elf64_Shdr *section, const char *name)
{
	size_t len = strlen(name) + 1;
	char text[NAME_MAX_LEN];

	return len <= sizeof(text) && section->sh_name <= names->sh_size && len <= names->sh_size - section->sh_name &&
	       elf_file_holds(f, names->sh_offset, names->sh_size) &&
	       elf_file_read(f, names->sh_offset + section->sh_name, text, len) && !memcmp(text, name, len);
}

bool elf_file_find(const struct elf_file *f, const char *name, Elf64_Shdr *section)
{
	Elf64_Shdr names;

	if (!elf_file_section(f, f->names, &names))
		return false;
	for (uint64_t i = 1; elf_file_section(f, i, section); i++)
		if (is_named(f, &names, section, name))
			return true;
	return false;
}
