/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * judge: facts in, verdict out. It judges a cell whose frames are all in its result_cell. Pure: it reads no file, knows
 * no expectation, and never turns what was not measured into a pass.
 *
 *   rejected  open, load or attach failed, or a program that should have been attached was not
 *   infra     the workloads themselves could not be carried out
 *   wrong     a subject's event came, and one of its fields is not the truth
 *   silent    an event did not come of a subject that the object must have seen
 *   unproven  nothing is wrong, and nothing was compared with the truth
 *   degraded  as pass, but an existence test answered no, a guarded relocation is unresolved or a weak extern is 0
 *   pass      at least one value was compared with the truth, and all that were are right
 */
#ifndef COREMATRIX_HOST_JUDGE_JUDGE_H
#define COREMATRIX_HOST_JUDGE_JUDGE_H

#include <stdbool.h>
#include <stdint.h>

#include "host/result/result.h"
#include "wire/terms.h"

struct judge_facts {
	enum cell_phase phase;
	int err;            /* positive errno of what failed, 0 */
	const char *reason; /* the agent's one line, "" */
	const char *log;    /* libbpf's and the verifier's full log */
	bool expects_events;
	uint64_t own_events; /* events that belong to a subject */
};

/*
 * Set verdict, class, evidence, phase, reason and advice of `c` from its programs, relocations (outcomes already set),
 * truth, lost events and `facts`. Idempotent. A pass can carry a reason: what the reader should know all the same.
 */
void judge_cell(struct result_cell *c, const struct judge_facts *facts);

/*
 * The same for a loader: `facts` hold how that ended (phase and reason) and what it printed (log). One that ended well
 * is unproven, and its reason says how it ended and what its programs came to; one that did not is rejected for the
 * last program that the kernel refused, where there is one.
 */
void judge_loader(struct result_cell *c, const struct judge_facts *facts);

/*
 * Once values were compared that only all kernels together told where to find (learn.h): set verdict, evidence and
 * reason of a cell anew that was fine, or was unproven. Others stay what they are.
 */
void judge_learnt(struct result_cell *c);

/* True when a relocation or a weak extern of the cell means that the object took a fallback. */
bool judge_has_fallback(const struct result_cell *c);

/* True for a relocation outcome that means the object took a fallback on this kernel. */
bool judge_is_fallback(enum relo_outcome outcome);

#endif
