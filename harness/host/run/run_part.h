/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * run_part: which part of a matrix is run by a machine that shares it with others (run --part K/N): some of the kernels
 * with all objects, or some of the objects on all kernels. Machines know nothing of each other but what they were all
 * asked for, so nothing else decides. It starts nothing.
 */
#ifndef COREMATRIX_HOST_RUN_RUN_PART_H
#define COREMATRIX_HOST_RUN_RUN_PART_H

#include "host/kernels/kernel_list.h"
#include "host/object/object.h"
#include "host/result/result.h"

/* The whole matrix; a part of it is left in place. */
struct run_whole {
	struct kernel_list *list, *types;
	struct object_list *objects;
};

/*
 * Leave what is part `part` of `parts` (from 1), and say in `which` what that is a part of. Cut by kernels, the rows of
 * each flavour are dealt out in turn, since flavours differ in what they cost more than versions do; rows of `types`,
 * which cost nothing, are the first part's. Cut by objects, these are dealt out in turn, in their order. `parts` 0: all
 * of it, and nothing is said. A part without a kernel or without an object is a usage error.
 */
int run_part_take(struct run_whole *whole, enum result_cut cut, unsigned part, unsigned parts,
                  struct result_part *which, struct error *err);

#endif
