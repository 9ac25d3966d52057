/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * advice_subject: what a rejected cell lacked: the name of a field, helper, map or function, taken from its relocations
 * and from the line that proves the rejection. Pure.
 */
#ifndef COREMATRIX_HOST_ADVICE_ADVICE_SUBJECT_H
#define COREMATRIX_HOST_ADVICE_ADVICE_SUBJECT_H

#include <stdbool.h>

#include "host/advice/btf_ask.h"
#include "host/result/result.h"

struct advice_subject {
	enum btf_topic topic;
	char *name;          /* as btf_question has it */
	const char *keyword; /* of a field's type: "struct" or "union" */
	uint64_t value;
	const struct result_program *program; /* the one that failed, NULL when unknown */
};

/* True when the cell tells what it lacked; `s->name` is the caller's then. */
bool advice_subject_find(const struct result_cell *c, struct advice_subject *s);

#endif
