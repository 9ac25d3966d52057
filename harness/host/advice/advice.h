/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * advice: what the author of a rejected object can do about it, from what the kernels of the run know: which field went
 * where, since which kernel a helper or map type exists, which functions are named similarly to the missing one. To be
 * called once, when all cells are judged; it changes nothing but `advice` of rejected cells, and `side` where it is the
 * object that says too little; the general advice of classify stays where nothing better is known.
 */
#ifndef COREMATRIX_HOST_ADVICE_ADVICE_H
#define COREMATRIX_HOST_ADVICE_ADVICE_H

#include <stddef.h>

#include "host/object/object.h"
#include "host/result/result.h"
#include "host/store/store.h"

/* `kernels` and `objects` are those of the run; kernels without BTF are passed over. */
void advice_add(struct result *r, const struct store_kernel *kernels, size_t kernel_count,
                const struct object_list *objects);

#endif
