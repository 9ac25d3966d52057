/* SPDX-License-Identifier: BSD-2-Clause */
/* learn_ini: what was learnt of an object's events, as sections of its ini. Pure; it writes no file. */
#ifndef COREMATRIX_HOST_JUDGE_LEARN_INI_H
#define COREMATRIX_HOST_JUDGE_LEARN_INI_H

#include "base/buf.h"
#include "host/judge/learn.h"

/*
 * Append [event] and [maps] with what an ini can say of it; nothing when that is nothing. What it cannot say goes into
 * `rest`, for people, a line each: events of several sizes, of which an ini has one layout, and those without an id,
 * which a guest cannot tell from anybody's.
 */
void learnt_ini(const struct learnt *learnt, struct buf *out, struct buf *rest);

#endif
