/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * btf_pick: a small BTF out of a large one: the types, members and enumerators that were picked, with names, sizes and
 * offsets as they were, and nothing else. It picks what a relocation can look at, so that one which is resolved against
 * the small BTF comes out as it does against the large one. It reads no file and knows no object.
 */
#ifndef COREMATRIX_HOST_RESOLVE_BTF_PICK_H
#define COREMATRIX_HOST_RESOLVE_BTF_PICK_H

#include <stdint.h>

#include <bpf/btf.h>

#include "base/buf.h"
#include "base/error.h"
#include "host/resolve/relo_calc.h"

struct btf_pick;

/* `from` is borrowed; it must have passed btf_check. */
struct btf_pick *btf_pick_new(const struct btf *from);
void btf_pick_free(struct btf_pick *pick);

/* Pick what this match looked at. One of another BTF than `from` is passed over. */
void btf_pick_match(struct btf_pick *pick, const struct relo_match *match);

/* Types picked so far. */
uint32_t btf_pick_count(const struct btf_pick *pick);

/* Append the small BTF, raw. Type ids are new ones. Returns 0 or a negative errno. */
int btf_pick_write(const struct btf_pick *pick, struct buf *out, struct error *err);

#endif
