/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/loader/loader_feed.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <linux/openat2.h>

#include "base/cleanup.h"
#include "base/io.h"

#define BACKLOG 16

static bool is_socket(const struct output_rules *r)
{
	return r->from == OUTPUT_SOCKET || r->from == OUTPUT_DATAGRAM;
}

/* A program of a whole system finds it there. */
static int directory_make(const struct loader_feed *f, struct error *err)
{
	cleanup_free char *path = xasprintf("%s%s", f->root, f->rules->path);
	cleanup_free char *directory = xstrndup(path, (size_t)(io_basename(path) - path));

	return io_make_dirs(directory, err);
}

static int socket_open(struct loader_feed *f, struct error *err)
{
	int type = f->rules->from == OUTPUT_SOCKET ? SOCK_STREAM : SOCK_DGRAM;
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	cleanup_free char *path = xasprintf("%s%s", f->root, f->rules->path);

	if (strlen(path) >= sizeof(address.sun_path))
		return error_set(err, ENAMETOOLONG, "[output]: the path of a socket has at most %zu bytes: %s",
		                 sizeof(address.sun_path) - 1 - strlen(f->root), f->rules->path);
	strcpy(address.sun_path, path);
	f->listener = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (f->listener < 0 || bind(f->listener, (const struct sockaddr *)&address, sizeof(address)) ||
	    chmod(path, 0666) || (type == SOCK_STREAM && listen(f->listener, BACKLOG)))
		return error_set(err, errno, "[output]: nobody can listen at %s in the guest: %s", f->rules->path,
		                 strerror(errno));
	return 0;
}

int loader_feed_open(struct loader_feed *f, const struct output_rules *rules, const struct loader_process *process,
                     const char *root, struct error *err)
{
	int rc;

	*f = (struct loader_feed){.rules = rules, .process = process, .root = root, .listener = -1, .fd = -1};
	rc = rules->path ? directory_make(f, err) : 0;
	return rc || !is_socket(rules) ? rc : socket_open(f, err);
}

/* Bytes were read to where buf_reserve said. */
static void pending_grow(struct loader_feed *f, ssize_t n)
{
	f->pending.len += (size_t)n;
	f->pending.data[f->pending.len] = '\0';
}

/* ---- what it prints ---- */

static void process_take(struct loader_feed *f)
{
	const struct loader_stream *s = &f->process->output;
	size_t at = (size_t)f->at, len;

	if (at < s->dropped) {
		/* the line that it was in goes too */
		f->lost += s->dropped - at;
		f->skipping |= f->taken > 0;
		at = s->dropped;
	}
	len = s->dropped + s->said.len - at;
	len = len < LOADER_FEED_BYTES ? len : LOADER_FEED_BYTES;
	buf_add(&f->pending, buf_str(&s->said) + (at - s->dropped), len);
	f->at = (off_t)(at + len);
}

/* ---- a file ---- */

/* Below the loader's own root, whatever links it makes; no FIFO or device is waited for. */
static int file_open(const struct loader_feed *f)
{
	const struct open_how how = {.flags = O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY,
	                             .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
	cleanup_close int root = open(f->root, O_PATH | O_DIRECTORY | O_CLOEXEC);

	return root < 0 ? -1 : (int)syscall(SYS_openat2, root, f->rules->path + 1, &how, sizeof(how));
}

/* False at its end. */
static bool file_read(struct loader_feed *f)
{
	char *room = buf_reserve(&f->pending, LOADER_FEED_BYTES);
	ssize_t n = f->fd < 0 ? 0 : pread(f->fd, room, LOADER_FEED_BYTES, f->at);

	if (n <= 0)
		return false;
	pending_grow(f, n);
	f->at += n;
	return true;
}

static void file_take(struct loader_feed *f)
{
	cleanup_close int fd = file_open(f);
	struct stat st;

	if (file_read(f) || fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode))
		return;
	if (f->fd >= 0 && st.st_ino == f->ino && st.st_dev == f->dev) {
		if (st.st_size < f->at) {
			f->at = 0;
			file_read(f);
		}
		return;
	}
	if (f->pending.len)
		buf_putc(&f->pending, '\n');
	cleanup_close_fd(&f->fd);
	f->fd = steal_fd(&fd);
	f->dev = st.st_dev;
	f->ino = st.st_ino;
	f->at = 0;
	file_read(f);
}

/* ---- a socket ---- */

static void datagrams_take(struct loader_feed *f)
{
	while (f->pending.len < LOADER_FEED_BYTES) {
		char *room = buf_reserve(&f->pending, LOADER_LINE_MAX + 1);
		ssize_t n = recv(f->listener, room, LOADER_LINE_MAX, 0);

		if (n < 0)
			return;
		pending_grow(f, n);
		if (n && room[n - 1] != '\n')
			buf_putc(&f->pending, '\n');
	}
}

/* One connection after the other, so that no two lines are mixed. */
static void stream_take(struct loader_feed *f)
{
	while (f->pending.len < LOADER_FEED_BYTES) {
		ssize_t n;

		if (f->fd < 0)
			f->fd = accept4(f->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (f->fd < 0)
			return;
		n = recv(f->fd, buf_reserve(&f->pending, LOADER_LINE_MAX), LOADER_LINE_MAX, 0);
		if (n < 0 && errno != ECONNRESET)
			return;
		if (n > 0) {
			pending_grow(f, n);
			continue;
		}
		close(steal_fd(&f->fd));
		if (f->pending.len)
			buf_putc(&f->pending, '\n');
	}
}

/* ---- lines ---- */

size_t loader_feed_take(struct loader_feed *f)
{
	size_t before;

	buf_consume(&f->pending, f->next);
	f->next = 0;
	before = f->pending.len;
	if (f->rules->from == OUTPUT_FILE)
		file_take(f);
	else if (f->rules->from == OUTPUT_SOCKET)
		stream_take(f);
	else if (f->rules->from == OUTPUT_DATAGRAM)
		datagrams_take(f);
	else
		process_take(f);
	f->taken += f->pending.len - before;
	return f->pending.len - before;
}

/* The rest of a line that is too long goes, and is not kept. */
static void line_cut(struct loader_feed *f)
{
	if (f->pending.len - f->next <= LOADER_LINE_MAX)
		return;
	f->cut += !f->skipping;
	f->skipping = true;
	f->next = f->pending.len;
}

char *loader_feed_line(struct loader_feed *f)
{
	const char *start, *end;

	while ((start = buf_str(&f->pending) + f->next) && (end = memchr(start, '\n', f->pending.len - f->next))) {
		size_t len = (size_t)(end - start);
		bool too_long = f->skipping || len > LOADER_LINE_MAX;

		f->next += len + 1;
		f->cut += too_long && !f->skipping;
		f->skipping = false;
		if (too_long)
			continue;
		return xstrndup(start, len && start[len - 1] == '\r' ? len - 1 : len);
	}
	line_cut(f);
	return NULL;
}

void loader_feed_free(struct loader_feed *f)
{
	if (!f->rules)
		return;
	cleanup_close_fd(&f->fd);
	cleanup_close_fd(&f->listener);
	buf_free(&f->pending);
	*f = (struct loader_feed){0};
}
