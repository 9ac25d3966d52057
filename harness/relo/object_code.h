/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * object_code: the functions of an object and which of them calls which, from symbols and relocation sections. The list
 * owns what is found here.
 */
#ifndef COREMATRIX_RELO_OBJECT_CODE_H
#define COREMATRIX_RELO_OBJECT_CODE_H

#include "relo/core_relo.h"
#include "relo/elf_view.h"

/*
 * Fill `funcs` and `calls` of `list`. Returns 0, or -EINVAL (error_usage) when a symbol or relocation entry points
 * outside its section.
 */
int object_code_read(const struct elf_view *view, struct core_relo_list *list, struct error *err);

/* Index of the function that holds instruction `insn` of section `section`, or -1. */
int object_code_at(const struct core_relo_list *list, uint32_t section, uint32_t insn);

/* Copy up to two instructions from `insn` on into `code`, the rest zero; returns how many were there. */
size_t object_code_copy(const struct elf_view_section *section, uint64_t insn, struct bpf_insn code[2]);

#endif
