/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/tracer/remote.h"

#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"

#define CHUNK 16384u
/* Of a file of /proc that says what a process or a descriptor is. */
#define FDINFO_MAX (64u << 10)

size_t remote_read(pid_t tid, uint64_t address, void *out, size_t len)
{
	size_t done = 0;

	while (done < len) {
		struct iovec here = {(char *)out + done, len - done};
		struct iovec there = {(void *)(uintptr_t)(address + done), len - done};
		ssize_t n = process_vm_readv(tid, &here, 1, &there, 1, 0);

		if (n <= 0)
			break;
		done += (size_t)n;
	}
	return done;
}

char *remote_text(pid_t tid, uint64_t address, size_t max, size_t keep)
{
	cleanup_free char *chunk = xcalloc(1, CHUNK);
	struct buf text = {0};
	size_t done = 0;

	while (address && done < max) {
		/* not beyond a page that may be the last: what is asked for need not be there in one piece */
		size_t want = CHUNK - (size_t)((address + done) % CHUNK), got;
		const char *end;

		want = want < max - done ? want : max - done;
		got = remote_read(tid, address + done, chunk, want);
		end = memchr(chunk, '\0', got);
		buf_add(&text, chunk, end ? (size_t)(end - chunk) : got);
		if (text.len > 2 * keep)
			buf_consume(&text, text.len - keep);
		if (end || got < want)
			break;
		done += got;
	}
	if (text.len > keep)
		buf_consume(&text, text.len - keep);
	return buf_steal(&text);
}

/* The number after `line`, which begins with a newline, in a file of /proc; 0. */
static uint32_t number_read(const char *path, const char *line)
{
	cleanup_buf struct buf text = {0};
	const char *at;

	if (io_read_file(path, FDINFO_MAX, &text, NULL))
		return 0;
	at = strstr(buf_str(&text), line);
	return at ? (uint32_t)strtoul(at + strlen(line), NULL, 10) : 0;
}

uint32_t remote_fd_number(pid_t tid, int fd, const char *key)
{
	cleanup_free char *path = xasprintf("/proc/%d/fdinfo/%d", tid, fd);
	cleanup_free char *line = xasprintf("\n%s:", key);

	return fd < 0 ? 0 : number_read(path, line);
}

int remote_fd_share(pid_t tid, int fd)
{
	cleanup_free char *path = xasprintf("/proc/%d/status", tid);
	/* before Linux 6.9 only of a process's first thread */
	cleanup_close int process = (int)syscall(SYS_pidfd_open, number_read(path, "\nTgid:"), 0);

	return process < 0 ? -1 : (int)syscall(SYS_pidfd_getfd, process, fd, 0);
}
