/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/truth/trace_pipe.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"

/* A reader gets at most a page per read (kernel/trace/trace.c, tracing_read_pipe). */
#define CHUNK 4096
/* bpf_printk makes lines of up to 1 KiB; one that does not end within this is not a line. */
#define LINE_MAX_BYTES (64u * 1024u)

/* The second is where tracefs appears when only debugfs is mounted. */
static const char *const roots[] = {"/sys/kernel/tracing", "/sys/kernel/debug/tracing"};

static const char *root_find(void)
{
	for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
		cleanup_free char *path = xasprintf("%s/trace_pipe", roots[i]);

		if (access(path, R_OK) == 0)
			return roots[i];
	}
	return NULL;
}

static int file_write(const char *root, const char *name, int flags, const char *text, struct error *err)
{
	cleanup_free char *path = xasprintf("%s/%s", root, name);
	cleanup_close int fd = open(path, O_WRONLY | O_CLOEXEC | flags);
	int rc = fd < 0 ? -errno : io_write_all(fd, text, strlen(text));

	return rc < 0 ? error_set(err, -rc, "cannot write %s: %s", path, strerror(-rc)) : 0;
}

int trace_pipe_open(struct trace_pipe *t, struct error *err)
{
	const char *root = root_find();
	cleanup_free char *path = NULL;
	int rc;

	*t = (struct trace_pipe){.fd = -1};
	if (!root)
		return error_set(err, ENOENT, "there is no trace pipe: mount tracefs at %s", roots[0]);
	/* Opening `trace` for writing with O_TRUNC is what empties it; nothing needs to be written. */
	if ((rc = file_write(root, "trace", O_TRUNC, "", err)) < 0 ||
	    (rc = file_write(root, "tracing_on", 0, "1", err)) < 0)
		return rc;
	path = xasprintf("%s/trace_pipe", root);
	t->fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	return t->fd < 0 ? error_set(err, errno, "cannot open %s: %s", path, strerror(errno)) : 0;
}

void trace_pipe_close(struct trace_pipe *t)
{
	if (t->fd >= 0)
		close(t->fd);
	buf_free(&t->pending);
	*t = (struct trace_pipe){.fd = -1};
}

int trace_pipe_fill(struct trace_pipe *t, struct error *err)
{
	for (;;) {
		ssize_t n = read(t->fd, buf_reserve(&t->pending, CHUNK), CHUNK);

		if (n >= 0) {
			t->pending.len += (size_t)n;
			return (int)n;
		}
		if (errno == EAGAIN)
			return 0;
		if (errno != EINTR)
			return error_set(err, errno, "cannot read the trace pipe: %s", strerror(errno));
	}
}

void trace_pipe_wait(struct trace_pipe *t, int wait_ms)
{
	struct pollfd p = {.fd = t->fd, .events = POLLIN};

	poll(&p, 1, wait_ms);
}

enum trace_line trace_line_parse(const char *line, size_t len, const char **text, size_t *text_len, uint64_t *lost)
{
	/*
	 * "  COMM-PID  [CPU] FLAGS  TIME: bpf_trace_printk: TEXT". COMM may hold anything, but 15 bytes of it cannot
	 * hold the mark, so the first one is the kernel's.
	 */
	static const char mark[] = ": bpf_trace_printk: ";
	static const char lost_mark[] = " [LOST ";
	const char *at = memmem(line, len, mark, sizeof(mark) - 1);

	if (at) {
		*text = at + sizeof(mark) - 1;
		*text_len = (size_t)(line + len - *text);
		return TRACE_LINE_PRINTED;
	}
	/* "CPU:0 [LOST 12 EVENTS]" stands on a line of its own. */
	at = memmem(line, len, lost_mark, sizeof(lost_mark) - 1);
	if (at && len > 4 && !memcmp(line, "CPU:", 4))
		*lost += strtoull(at + sizeof(lost_mark) - 1, NULL, 10);
	return TRACE_LINE_OTHER;
}

enum trace_line trace_pipe_next(struct trace_pipe *t, struct buf *text, uint64_t *lost)
{
	const char *end = t->pending.len ? memchr(t->pending.data, '\n', t->pending.len) : NULL;
	const char *found = NULL;
	enum trace_line kind;
	size_t found_len = 0, len;

	if (!end && t->pending.len < LINE_MAX_BYTES)
		return TRACE_LINE_NONE;
	len = end ? (size_t)(end - t->pending.data) : t->pending.len;
	kind = trace_line_parse(t->pending.data, len, &found, &found_len, lost);
	text->len = 0;
	if (kind == TRACE_LINE_PRINTED)
		buf_add(text, found, found_len);
	buf_consume(&t->pending, end ? len + 1 : len);
	return kind;
}
