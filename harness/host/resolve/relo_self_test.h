/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * relo_self_test: known answers for the private parts of libbpf that relo_calc calls. Their declarations are ours, so a
 * libbpf with another layout would silently give nonsense; this makes it an error instead.
 */
#ifndef COREMATRIX_HOST_RESOLVE_RELO_SELF_TEST_H
#define COREMATRIX_HOST_RESOLVE_RELO_SELF_TEST_H

#include "base/error.h"

/*
 * Resolve a few records whose answers are known. Returns 0, or -EPROTO with `err` saying which answer was wrong: then
 * no prediction may be used. Takes well under a millisecond; call it once before the first prediction.
 */
int relo_self_test(struct error *err);

#endif
