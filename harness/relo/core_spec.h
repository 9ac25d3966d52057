/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core_spec: the words for a record: "struct task_struct.real_parent" for type 12 and access "0:70". Pure; the BTF must
 * have passed btf_check.
 */
#ifndef COREMATRIX_RELO_CORE_SPEC_H
#define COREMATRIX_RELO_CORE_SPEC_H

#include <stdbool.h>
#include <stdint.h>

#include <bpf/btf.h>

#include "base/buf.h"

/*
 * Append the readable form of a record of `kind` to `out`. Returns whether `access` fits the type, so that libbpf can
 * follow it; when it does not, the raw access string is appended instead of names.
 */
bool core_spec_format(const struct btf *btf, uint32_t kind, uint32_t type_id, const char *access, struct buf *out);

/*
 * The part of libbpf's "<byte_off> [12] struct foo.bar (0:1 @ offset 8)" that does not depend on the kernel's numbering
 * of types. Returned string is the caller's.
 */
char *core_spec_strip(const char *text, size_t len);

/* Length of a name without its flavour suffix "___x". */
size_t core_spec_plain_len(const char *name);

/* The type without typedefs and qualifiers; `*id` (may be NULL) gets its id. */
const struct btf_type *core_spec_resolve(const struct btf *btf, uint32_t type_id, uint32_t *id);

/* Whether records of `kind` name a field. */
bool core_spec_names_field(uint32_t kind);

#endif
