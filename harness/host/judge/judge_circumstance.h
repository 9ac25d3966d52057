/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * judge_circumstance: what a judged cell owes to the circumstances of its kernel: they name the class and the reason of
 * what they forbid, and advise about it. It makes no verdict. Pure.
 */
#ifndef COREMATRIX_HOST_JUDGE_JUDGE_CIRCUMSTANCE_H
#define COREMATRIX_HOST_JUDGE_JUDGE_CIRCUMSTANCE_H

#include "host/result/result.h"
#include "wire/circumstance.h"

struct kernel_circumstances {
	struct circumstances asked; /* by the row */
	const char *lsm;            /* its security modules, as it was built, "" when unknown or not what counts */
};

/*
 * After judge_cell, and before lines of its kernel are allowed. What the kernel says of the lockdown that its row asks
 * for is moved to what is allowed.
 */
void judge_circumstances(struct result_cell *c, const struct kernel_circumstances *k);

#endif
