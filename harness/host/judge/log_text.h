/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * log_text: finding one's way in a cell's log: lines, patterns, and which part of it is the verifier's. Pure; it
 * knows no classes.
 */
#ifndef COREMATRIX_HOST_JUDGE_LOG_TEXT_H
#define COREMATRIX_HOST_JUDGE_LOG_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* A part of a text that is not ours to change; not NUL-terminated. */
struct span {
	const char *at;
	size_t len;
};

/* Next line of `*text`, without its newline; false at the end. */
bool span_next_line(struct span *text, struct span *line);
bool span_starts_with(struct span s, const char *word);

/*
 * True when the pieces of `pattern` between its `*` occur in `line` in this order; `captured` becomes what the first
 * `*` stood for.
 */
bool span_fits(const char *pattern, struct span line, struct span *captured);

/* True when the line names errno `err` (positive) as "(-22)" or ": Invalid argument" (libbpf to 1.5) or "-EINVAL". */
bool span_names_errno(struct span line, int err);

/*
 * The last line of `text` that fits `pattern` and names errno `err` (0: any), and what the first `*` stood for: what
 * ended a load is nearest to the end. Quoted source ("; source") proves nothing.
 */
bool span_last_line(struct span text, const char *pattern, int err, struct span *line, struct span *captured);

/* A line as people read it: without libbpf's prefix, sanitised. The caller frees it. */
char *span_words(struct span line);

/*
 * The verifier's log of the program that failed: what stands between libbpf's markers after its last "BPF program load
 * failed". Empty when no program failed, or the kernel refused it before verifying it.
 */
struct span verifier_log_span(struct span text);

#endif
