/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * btf_check: whether a BTF that libbpf parsed is sound enough to walk. libbpf 1.1 checks sizes while parsing, but
 * follows type ids, chains of typedefs and bit-field types unchecked: a hostile BTF makes it crash or run for ever.
 */
#ifndef COREMATRIX_RELO_BTF_CHECK_H
#define COREMATRIX_RELO_BTF_CHECK_H

#include <stdint.h>

#include <bpf/btf.h>

#include "base/error.h"

/*
 * Check the types from id `first` on (1, or the number of types of the base for a split BTF): every type id and name
 * exists, no type contains itself by value, bit-fields sit in integers or enums. Linear in the size of the BTF. Returns
 * 0, or -EINVAL (error_usage) naming the type.
 */
int btf_check(const struct btf *btf, uint32_t first, struct error *err);

#endif
