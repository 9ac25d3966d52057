/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * btf_ext: the header of a .BTF.ext section, which says where its parts are (the kernel's Documentation/bpf/btf.rst),
 * and a way through their bytes. The bytes are untrusted; what the records mean is their readers' business. Pure.
 */
#ifndef COREMATRIX_RELO_BTF_EXT_H
#define COREMATRIX_RELO_BTF_EXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "relo/elf_view.h"

enum btf_ext_part { BTF_EXT_LINES, BTF_EXT_RELOCATIONS };

/* A run of bytes that is read from the front. */
struct btf_ext_cursor {
	const uint8_t *at;
	size_t left;
};

/* What comes before the records of each section: a name in the strings of .BTF, and how many they are. */
struct btf_ext_section {
	uint32_t name_off, count;
};

/*
 * The bytes of a part: the size of a record, and for each section its head and records. `left` is 0 when the section is
 * older than such a part. Returns 0, or -EINVAL (error_usage) when the header is damaged.
 */
int btf_ext_open(const struct elf_view_section *ext, enum btf_ext_part part, struct btf_ext_cursor *area,
                 struct error *err);

/* Copy and pass over `size` bytes, or pass over them only; false, and nothing done, when there are fewer. */
bool btf_ext_take(struct btf_ext_cursor *c, void *out, size_t size);
bool btf_ext_skip(struct btf_ext_cursor *c, size_t size);

#endif
