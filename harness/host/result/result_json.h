/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * result_json: results.json, the truth of a run on disk; every other report is a view of it. Owns the mapping between
 * struct result and schema corematrix/1. It judges nothing.
 *
 * Beyond the schema's fields: top level `complete`; objects `description`, `mechanism`, `control`; kernels `version`,
 * `timing` {console_ms, hello_ms, ready_ms, cells_ms, total_ms}, `directory`, `attempts` [{accel, start, outcome,
 * console, script, total_ms}]; cells `phase`, `advice`, `reproduce`, `log`, `source`, `event_type`, `unchecked`,
 * `open_ms`, `attach_ms`, `run_ms`; programs `autoload`; relocations `section`, `number`, `disagreement`. A time that
 * was not reached is null. Top level `forecasts` [{kernel, object, predicted, reason}] (kernels known by their types
 * alone; absent without any).
 *
 * Numbers: JSON readers agree on integers up to INT64_MAX at most, so a 64-bit value above that is written as a string
 * of decimal digits; both forms are read. A relocation without a target value has `"target": null`.
 */
#ifndef COREMATRIX_HOST_RESULT_RESULT_JSON_H
#define COREMATRIX_HOST_RESULT_RESULT_JSON_H

#include <jansson.h>

#include "base/buf.h"
#include "base/error.h"
#include "host/result/result.h"

#define RESULT_JSON_SCHEMA "corematrix/1"
#define RESULT_JSON_NAME "results.json"
/* A larger file is refused: it is not the result of a run. */
#define RESULT_JSON_MAX ((size_t)512 << 20)

/* The document as a tree, which is the caller's (json_decref). Returns 0, or a negative errno with `err` filled. Pure.
 */
int result_json_tree(const struct result *r, json_t **root, struct error *err);

/* Append the document to `out`. Returns 0, or a negative errno with `err` filled. Pure. */
int result_json_encode(const struct result *r, struct buf *out, struct error *err);

/*
 * Read a document; `name` is what errors call it. Fields that an older writer did not know keep their defaults, unknown
 * fields are skipped. Damaged or foreign text is error_usage and names the place ("cells[3].truth[0].ok"). On success
 * `*r` is the caller's. Pure.
 */
int result_json_decode(const char *text, size_t len, const char *name, struct result **r, struct error *err);

/* Replace the file at `path` as a whole (written beside it, fsynced, renamed). Returns 0 or a negative errno. */
int result_json_write(const struct result *r, const char *path, struct error *err);

/* Read the file at `path`; errors as result_json_decode, and error_usage when it cannot be opened. */
int result_json_read(const char *path, struct result **r, struct error *err);

#endif
