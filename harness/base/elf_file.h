/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * elf_file: header, sections and segments of an ELF64 file in this machine's byte order, in memory or open. Files may
 * be hostile: every read is checked against the file's size here, and nowhere else. It copies nothing that lies in
 * memory, and judges nothing: whether class, machine and kind of file are the wanted ones is the caller's to ask.
 */
#ifndef COREMATRIX_BASE_ELF_FILE_H
#define COREMATRIX_BASE_ELF_FILE_H

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct elf_file {
	const uint8_t *bytes; /* NULL: it is read from `fd` */
	int fd;
	uint64_t size;
	Elf64_Ehdr header;
	uint64_t section_count; /* as the file says: its table need not be inside; 0: no table */
	uint64_t names;         /* index of the section with the names */
};

/* Whether bytes begin as every ELF file does. */
bool elf_file_magic(const void *bytes, size_t len);

/* False when the bytes are no ELF file, or end within its header. They must outlive `f`, which owns nothing. */
bool elf_file_open(struct elf_file *f, const void *bytes, size_t len);
/* The same of an open file, which stays the caller's. */
bool elf_file_open_fd(struct elf_file *f, int fd);

/* 64 bits, little-endian. */
bool elf_file_is_64le(const struct elf_file *f);

/* Whether [offset, offset + len) lies inside. */
bool elf_file_holds(const struct elf_file *f, uint64_t offset, uint64_t len);
/* Copy that part; false when it does not lie inside, or cannot be read. */
bool elf_file_read(const struct elf_file *f, uint64_t offset, void *to, size_t len);

/* Where that part is in memory, not aligned; NULL when it does not lie inside. For files in memory. */
const void *elf_file_at(const struct elf_file *f, uint64_t offset, uint64_t len);
/* The text at `offset` that ends before `end` with a NUL; NULL when there is none. For files in memory. */
const char *elf_file_text(const struct elf_file *f, uint64_t offset, uint64_t end);
/* The same, `offset` bytes into a section, within it. */
const char *elf_file_string(const struct elf_file *f, const Elf64_Shdr *strings, uint64_t offset);

/* Entry `i` of a table; false when there is none, or it does not lie inside. */
bool elf_file_section(const struct elf_file *f, uint64_t i, Elf64_Shdr *section);
bool elf_file_segment(const struct elf_file *f, uint64_t i, Elf64_Phdr *segment);

/* The first section of that name, which is not said to lie inside; false when there is none. */
bool elf_file_find(const struct elf_file *f, const char *name, Elf64_Shdr *section);

#endif
