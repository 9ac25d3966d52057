/* SPDX-License-Identifier: BSD-2-Clause */
/* bisect_text: what a bisection found, for people: the neighbours, and what differs between their types. */
#ifndef COREMATRIX_HOST_BISECT_BISECT_TEXT_H
#define COREMATRIX_HOST_BISECT_BISECT_TEXT_H

#include "base/buf.h"
#include "base/error.h"
#include "host/bisect/bisect.h"

/*
 * Append it. Returns 0, or a negative errno when the types could not be compared; what was measured is in the text all
 * the same.
 */
int bisect_text(const struct bisect_request *o, const struct bisect *b, struct buf *out, struct error *err);

#endif
