/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * classify: why an object was rejected: which class, the one line that proves it, and what its author can do. One table
 * of patterns over the texts of libbpf (1.0 to 1.7) and of the verifier (5.10 to 7.x), ordered by precedence. Pure.
 */
#ifndef COREMATRIX_HOST_JUDGE_CLASSIFY_H
#define COREMATRIX_HOST_JUDGE_CLASSIFY_H

#include "wire/terms.h"

struct rejection {
	enum reject_class class;
	enum reject_side side;
	char *line;   /* never empty */
	char *advice; /* a sentence to the object's author, never empty */
};

/*
 * Classify a failure in `phase` (open, load or attach) with positive errno `err` (0 unknown), the agent's `reason` line
 * and the full `log`; the texts are untrusted and may be NULL. `libbpf` is the version that loaded it ("1.7.0",
 * "v1.7"), NULL when that is not known. Always fills `out`; free it with rejection_free.
 */
void classify_rejection(enum cell_phase phase, int err, const char *reason, const char *log, const char *libbpf,
                        struct rejection *out);
void rejection_free(struct rejection *r);
#define cleanup_rejection __attribute__((cleanup(rejection_free)))

#endif
