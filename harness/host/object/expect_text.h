/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * expect_text: the text of an expectation, and whether a verdict is what it says. Pure; knows no ini and no kernel.
 *
 * Alternatives joined by `|`, each "pass", "degraded", "unproven", "wrong", "silent" (of whatever subject),
 * "silent:SUBJECT", of several "silent:SUBJECT+SUBJECT", "rejected" (any class) or "rejected:CLASS". `infra` cannot be
 * expected.
 */
#ifndef COREMATRIX_HOST_OBJECT_EXPECT_TEXT_H
#define COREMATRIX_HOST_OBJECT_EXPECT_TEXT_H

#include <stdbool.h>

#include "base/error.h"
#include "wire/terms.h"

/*
 * True when the verdict is one of the alternatives in `text`; never for infra. `missing` names the subjects of which no
 * event came, as cell_missing_subjects gives them; "" where that is not known.
 */
bool expect_matches(const char *text, enum verdict v, enum reject_class c, const char *missing);

/*
 * Whether a cell that is otherwise as expected has too little evidence: its verdict is not a failure, which proves
 * itself, and `has` is less than `required`. What nobody measured is too little.
 */
bool expect_lacks_evidence(enum verdict v, enum evidence has, enum evidence required);

/* Check the form of an expected text. Returns 0, or -EINVAL with `err` (error_usage) naming the word it stumbled on. */
int expect_check(const char *text, struct error *err);

/* True when `text` (valid) has the alternative pass. */
bool expect_accepts_pass(const char *text);

#endif
