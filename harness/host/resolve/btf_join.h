/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * btf_join: a module's split BTF and the kernel's that it continues, as one. libbpf 1.1 makes a split BTF of files
 * only, and a jailed worker can open none; one after the other, types and names keep their numbers.
 */
#ifndef COREMATRIX_HOST_RESOLVE_BTF_JOIN_H
#define COREMATRIX_HOST_RESOLVE_BTF_JOIN_H

#include <stddef.h>

#include <bpf/btf.h>

#include "base/error.h"

/*
 * Parse the raw split BTF in `bytes`, whose base is `base`. The result owns its memory (btf__free) and has the base's
 * types first. Returns NULL with `err` filled (error_usage) when the bytes are no BTF.
 */
struct btf *btf_join(const struct btf *base, const void *bytes, size_t len, struct error *err);

#endif
