/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * variable: sets a global variable of an opened object (`const volatile`, or one in .data or .bss) from a text, found
 * by name and type in the object's own BTF. The text's meaning by type:
 *
 *   integers of 1 to 8 bytes    123, -5, 0x7f; must fit the variable's width and sign
 *   bool                        yes, no, true, false, 1, 0
 *   enums                       an enumerator's name, or a number
 *   char arrays                 the text itself, which must leave room for its NUL
 *   arrays of integers          numbers separated by blanks, at most as many as there are elements
 */
#ifndef COREMATRIX_AGENT_LOAD_VARIABLE_H
#define COREMATRIX_AGENT_LOAD_VARIABLE_H

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "base/error.h"

/* Set variable `name` before `obj` is loaded. Returns 0 or -EINVAL (error_usage) saying what would fit. */
int variable_set(struct bpf_object *obj, const char *name, const char *text, struct error *err);

/*
 * The pure part: write `text` as a value of BTF type `type_id` into `size` bytes at `out`. Returns 0 or -EINVAL
 * (error_usage); `name` is for the message.
 */
int variable_encode(const struct btf *btf, __u32 type_id, const char *name, const char *text, void *out, size_t size,
                    struct error *err);

#endif
