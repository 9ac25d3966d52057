/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * result_merge: the results of the parts of one matrix (run --part K/N) as the result of the whole. It refuses what is
 * not exactly that. Pure.
 */
#ifndef COREMATRIX_HOST_RESULT_RESULT_MERGE_H
#define COREMATRIX_HOST_RESULT_RESULT_MERGE_H

#include <stddef.h>

#include "base/error.h"
#include "host/result/result.h"

struct result_merged {
	struct result *r; /* gives away its kernels and cells; still to be freed */
	const char *name; /* what errors call it */
};

/*
 * Put the parts into `whole`, which is empty: kernels in the order of the list, what the hosts differ in with commas
 * between, the time of the one that began first, and of the one that took longest. Returns 0; -EINVAL (error_usage)
 * when parts are missing, doubled or not whole, or are of different lists, objects, inis, kernels, cuts or harnesses,
 * naming them; then the parts are as they were.
 */
int result_merge(struct result *whole, const struct result_merged *parts, size_t count, struct error *err);

/*
 * Where the files of a part's guests are in the whole's directory, relative to it, "" for beside the others': of parts
 * that are cut by objects each has files of every kernel. The caller's.
 */
char *result_merge_directory(const struct result_part *part);

#endif
