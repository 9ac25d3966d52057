/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trace_pipe: owns the reading end of the kernel's trace pipe, where bpf_printk writes. There is one trace pipe per
 * machine: it is emptied at opening.
 */
#ifndef COREMATRIX_AGENT_TRUTH_TRACE_PIPE_H
#define COREMATRIX_AGENT_TRUTH_TRACE_PIPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

struct trace_pipe {
	int fd;
	struct buf pending; /* bytes read that do not form a whole line yet */
};

/* Empty the trace buffer, switch tracing on and open the pipe. Returns 0 or a negative errno. */
int trace_pipe_open(struct trace_pipe *t, struct error *err);
void trace_pipe_close(struct trace_pipe *t);

/*
 * Read what there is, without waiting, into `pending`. Returns the number of bytes, 0 when there was nothing, or a
 * negative errno.
 */
int trace_pipe_fill(struct trace_pipe *t, struct error *err);

/* Wait up to `wait_ms` until there is something to read. */
void trace_pipe_wait(struct trace_pipe *t, int wait_ms);

enum trace_line { TRACE_LINE_NONE, TRACE_LINE_PRINTED, TRACE_LINE_OTHER };

/*
 * Take the next whole line. TRACE_LINE_PRINTED: bpf_printk's text is in `text` (owned by the pipe, valid until the next
 * call). TRACE_LINE_OTHER: some other line; `*lost` grows by what it says was lost. TRACE_LINE_NONE: no whole line.
 */
enum trace_line trace_pipe_next(struct trace_pipe *t, struct buf *text, uint64_t *lost);

/*
 * What one line of the pipe is; pure. On TRACE_LINE_PRINTED `*text` and `*text_len` lie within the line.
 */
enum trace_line trace_line_parse(const char *line, size_t len, const char **text, size_t *text_len, uint64_t *lost);

#endif
