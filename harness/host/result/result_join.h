/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * result_join: the results of one matrix under several versions of libbpf, whose objects are called NAME@LIBBPF, as one
 * result. Pure.
 */
#ifndef COREMATRIX_HOST_RESULT_RESULT_JOIN_H
#define COREMATRIX_HOST_RESULT_RESULT_JOIN_H

#include "host/result/result.h"

struct result_part_of {
	struct result *r;      /* gives away its objects, cells and attempts; still to be freed */
	const char *directory; /* where its files are, relative to the whole's: goes before their paths */
};

/*
 * Put the parts into `whole`, which is empty. Of each object the parts' stand side by side. A kernel is the first
 * part's that has it, with the attempts of all; it is infra when it is so in each. What was skipped or is known by its
 * types alone is taken from all, once. The whole is complete when each part is. What the parts do not know is left
 * alone: when it began, how long it took, the command.
 */
void result_join(struct result *whole, const struct result_part_of *parts, size_t count);

/*
 * Of these, what one part has but for its objects: kernels, what was skipped or forecast, and cells, with the paths of
 * their files moved below its directory. The whole is complete if it was and the part is.
 */
void result_join_part(struct result *whole, const struct result_part_of *part);

#endif
