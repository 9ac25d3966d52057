/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * elf_view: the sections of a BPF object, as a view into untrusted bytes: what is not such an object, or has a section
 * outside of it, is refused here, once. It changes and copies nothing.
 */
#ifndef COREMATRIX_RELO_ELF_VIEW_H
#define COREMATRIX_RELO_ELF_VIEW_H

#include <elf.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct elf_view_section {
	const char *name; /* NUL-terminated, inside the bytes; "" when the header names none */
	uint32_t type;    /* SHT_* */
	uint64_t flags;   /* SHF_* */
	uint32_t link;
	uint32_t info;
	const uint8_t *data; /* not aligned; NULL when `size` is 0 */
	size_t size;         /* bytes in the file, 0 for SHT_NOBITS */
};

struct elf_view {
	struct elf_view_section *sections; /* index as in the ELF; entry 0 is the null section */
	size_t count;
};

/*
 * Returns 0, or -EINVAL (error_usage) when the bytes are not such an object. The view points into `bytes`, which must
 * outlive it; free it with elf_view_free.
 */
int elf_view_open(const void *bytes, size_t len, struct elf_view *view, struct error *err);
void elf_view_free(struct elf_view *view);

/* The first section of that name, or NULL; libbpf takes the first one too. */
const struct elf_view_section *elf_view_find(const struct elf_view *view, const char *name);

/* NUL-terminated string at `offset` of a string section, or NULL when it does not lie inside. */
const char *elf_view_string(const struct elf_view_section *strings, uint64_t offset);

#endif
