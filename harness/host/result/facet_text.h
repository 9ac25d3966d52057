/* SPDX-License-Identifier: BSD-2-Clause */
/* facet_text: which members of a family come to what, in words. Pure. */
#ifndef COREMATRIX_HOST_RESULT_FACET_TEXT_H
#define COREMATRIX_HOST_RESULT_FACET_TEXT_H

#include "base/buf.h"
#include "host/result/facet.h"

/*
 * Append who has which of `values`, one per member, NULL for one that is not spoken of. Of versions by stretches,
 * "silent until 1.1.2, pass from 1.5.0 on"; of others by value, "silent with clang-14; pass with clang-19 and gcc-14".
 */
void facet_text_add(struct buf *text, enum facet facet, const struct facet_family *family, char *const *values);

/* Whether two of them that are spoken of differ. */
bool facet_text_differs(char *const *values, size_t count);

#endif
