/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * log_stream: a verifier's log of any length, read while the kernel writes it, in little memory: the buffer is given
 * memory as the kernel comes to it (userfaultfd(2)), and by then all before that is written, is read and let go. No
 * byte is lost, and the kernel waits for the reader. Needs root, and a kernel with CONFIG_USERFAULTFD.
 */
#ifndef COREMATRIX_AGENT_LOAD_LOG_STREAM_H
#define COREMATRIX_AGENT_LOAD_LOG_STREAM_H

#include <stddef.h>
#include <stdint.h>

/* The next bytes, called from a thread of the stream's own until log_stream_close. */
typedef void log_stream_take(void *ctx, const char *bytes, size_t len);

struct log_stream;

/* NULL: there is none on this kernel. */
struct log_stream *log_stream_open(log_stream_take *take, void *ctx);

/* For the kernel to write to, and how much it may. */
char *log_stream_buffer(const struct log_stream *s);
uint32_t log_stream_size(const struct log_stream *s);

/* The kernel has written all, which ends with a NUL: the rest is taken. */
void log_stream_close(struct log_stream *s);

#endif
