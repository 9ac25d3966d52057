/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * btf_take: types out of a file that anybody may have made: read, parsed and checked in a jailed worker; what comes
 * back is raw BTF. It keeps nothing.
 */
#ifndef COREMATRIX_HOST_STORE_BTF_TAKE_H
#define COREMATRIX_HOST_STORE_BTF_TAKE_H

#include <bpf/btf.h>

#include "base/buf.h"
#include "base/error.h"

/* What a caller asks of the types; runs in the worker. Returns 0 or a negative errno with the reason. */
typedef int btf_take_check(const struct btf *btf, const void *ctx, struct error *err);

/*
 * Append the raw BTF of the file at `path`, of any kind that btf_source_read knows. `check` may be NULL. Usage errors
 * name the path.
 */
int btf_take(const char *path, btf_take_check *check, const void *ctx, struct buf *raw, struct error *err);

/* The same of a file that is open; errors say what is wrong without a path. */
int btf_take_open(int fd, btf_take_check *check, const void *ctx, struct buf *raw, struct error *err);

#endif
