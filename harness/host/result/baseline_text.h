/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * baseline_text: a baseline as a file that people commit and review: one file per object, sorted, nothing in it that
 * changes for no reason. Equal states of several kernels share a line, so a kernel's new behaviour is a few lines'
 * diff.
 *
 *   # corematrix baseline 1
 *   object task_state
 *
 *   kernel 5.10-amd64 5.10.0-46-amd64
 *   kernel 6.1-amd64 6.1.0-56-amd64
 *
 *   verdict
 *     degraded: 5.10-amd64 6.1-amd64
 *
 *   relocation on_exec byte_off struct task_struct___since_5_14.__state
 *     guarded: 5.10-amd64
 *     moved 24: 6.1-amd64
 *
 * A verdict is that of a result ("rejected:relocation"), with " unexpected" after it when nobody expected it. Spaces
 * in names of kernels, and control characters and backslashes anywhere, are written \xNN. Lines with `#` are comments.
 */
#ifndef COREMATRIX_HOST_RESULT_BASELINE_TEXT_H
#define COREMATRIX_HOST_RESULT_BASELINE_TEXT_H

#include "base/buf.h"
#include "base/error.h"
#include "host/result/baseline.h"

#define BASELINE_ENDING ".baseline"
/* A larger file is refused: it is not a baseline. */
#define BASELINE_TEXT_MAX ((size_t)256 << 20)

/* How a baseline's text starts; a results.json never does. */
#define BASELINE_TEXT_HEAD "# corematrix baseline "

/* Append the text of one object, whose cells and traits are sorted. Pure. */
void baseline_text_write(const struct baseline_object *o, struct buf *out);

/*
 * Add the object of a text to `b`, sorted. Mistakes are error_usage as NAME:LINE: what. `b` may be half filled then.
 * Pure.
 */
int baseline_text_parse(const char *text, size_t len, const char *name, struct baseline *b, struct error *err);

#endif
