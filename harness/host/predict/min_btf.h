/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * min_btf: the smallest BTF with which some objects are relocated as they are with a kernel's own: what one ships for
 * kernels that have none. Objects and BTF may come from anywhere: they are parsed in a jailed worker. It writes no
 * file.
 */
#ifndef COREMATRIX_HOST_PREDICT_MIN_BTF_H
#define COREMATRIX_HOST_PREDICT_MIN_BTF_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "host/object/object.h"

struct min_btf {
	struct buf raw;
	uint32_t types, of_types; /* in it, and in the BTF it was taken from */
	bool has_ids; /* an object asks for the number of a kernel's type, which no other BTF than the kernel's tells */
};

/*
 * Make one for all of `objects`, as kernels of `arch` (NULL: the usual one) are given them, and the types in the file
 * at `path` (anything that btf_source_read reads). Returns 0, or a negative errno naming the file or object. Free with
 * min_btf_free in every case.
 */
int min_btf_make(const struct object_list *objects, const struct arch *arch, const char *path, struct min_btf *out,
                 struct error *err);
void min_btf_free(struct min_btf *m);
#define cleanup_min_btf __attribute__((cleanup(min_btf_free)))

#endif
