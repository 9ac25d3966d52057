/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verifier_advice: what to do about a line with which the verifier ends, by what kind of rule was broken, for lines
 * that no row of classify names. One table over the texts of 5.10 to 7.x. Pure.
 */
#ifndef COREMATRIX_HOST_JUDGE_VERIFIER_ADVICE_H
#define COREMATRIX_HOST_JUDGE_VERIFIER_ADVICE_H

#include "host/judge/log_text.h"

/*
 * A sentence to the object's author, in which `{}` stands for `captured`; NULL when the kind is not known. `line` is
 * the verifier's own last word.
 */
const char *verifier_advice_find(struct span line, struct span *captured);

#endif
