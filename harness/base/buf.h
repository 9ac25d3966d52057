/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * buf: a growing run of bytes, always followed by a NUL that is not counted. Running out of memory ends the process
 * with one line: neither host nor agent can do anything useful then.
 */
#ifndef COREMATRIX_BASE_BUF_H
#define COREMATRIX_BASE_BUF_H

#include <stdarg.h>
#include <stddef.h>

struct buf {
	char *data; /* NULL while empty and never used */
	size_t len;
	size_t cap;
};

/* Make room for `extra` more bytes and return where they go; the caller then adds to `len`. */
char *buf_reserve(struct buf *b, size_t extra);
void buf_add(struct buf *b, const void *bytes, size_t len);
void buf_puts(struct buf *b, const char *s);
void buf_putc(struct buf *b, char c);
/* In decimal; what "%zu" would print, for where there are a hundred thousand of them. */
void buf_put_number(struct buf *b, size_t number);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *b, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
/* Drop the first `len` bytes. */
void buf_consume(struct buf *b, size_t len);
/* The content as a string, never NULL; still owned by `b`. */
const char *buf_str(const struct buf *b);
/* Hand the content over as a NUL-terminated allocation, never NULL; `b` is empty afterwards. */
char *buf_steal(struct buf *b);
void buf_free(struct buf *b);
#define cleanup_buf __attribute__((cleanup(buf_free)))

/* Allocation that never returns NULL (see above). */
void *xcalloc(size_t count, size_t size);
void *xrealloc(void *p, size_t count, size_t size);
char *xstrdup(const char *s);
char *xstrndup(const char *s, size_t len);
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
