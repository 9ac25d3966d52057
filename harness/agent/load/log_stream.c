/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/load/log_stream.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/userfaultfd.h>

#include "base/buf.h"
#include "base/cleanup.h"

/* 1 GB and more no kernel takes. */
#define SIZE (1023u << 20)
/* Memory is given by this much. */
#define CHUNK (64u << 10)
/* What is written in one piece, 1 KB at most, may come to its end first. */
#define MARGIN (4u << 10)

struct log_stream {
	log_stream_take *take;
	void *ctx;
	char *at;
	size_t taken, given; /* bytes */
	int faults, stop[2];
	pthread_t thread;
};

/* All that lies well before the place that the kernel has come to is written. */
static void give(struct log_stream *s, uint64_t address)
{
	size_t place = (size_t)(address - (uintptr_t)s->at) / CHUNK * CHUNK;
	struct uffdio_zeropage zero = {.range = {(uintptr_t)s->at + place, CHUNK}};

	if (place > s->taken + MARGIN) {
		size_t len = place - MARGIN - s->taken;

		s->take(s->ctx, s->at + s->taken, len);
		madvise(s->at + s->taken, len, MADV_DONTNEED);
		s->taken += len;
	}
	s->given = place + CHUNK;
	ioctl(s->faults, UFFDIO_ZEROPAGE, &zero);
}

static void *serve(void *arg)
{
	struct log_stream *s = arg;

	for (;;) {
		struct pollfd fds[] = {{.fd = s->faults, .events = POLLIN}, {.fd = s->stop[0], .events = POLLIN}};
		struct uffd_msg message;

		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return NULL;
		if (fds[0].revents & POLLIN && read(s->faults, &message, sizeof(message)) == sizeof(message) &&
		    message.event == UFFD_EVENT_PAGEFAULT)
			give(s, message.arg.pagefault.address);
		else if (fds[1].revents)
			return NULL;
	}
}

static int register_buffer(struct log_stream *s)
{
	struct uffdio_api api = {.api = UFFD_API};
	struct uffdio_register missing = {.range = {(uintptr_t)s->at, SIZE}, .mode = UFFDIO_REGISTER_MODE_MISSING};

	s->faults = (int)syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
	return s->faults < 0 || ioctl(s->faults, UFFDIO_API, &api) || ioctl(s->faults, UFFDIO_REGISTER, &missing);
}

static void stream_free(struct log_stream *s)
{
	if (s->at != MAP_FAILED)
		munmap(s->at, SIZE);
	cleanup_close_fd(&s->faults);
	cleanup_close_fd(&s->stop[0]);
	cleanup_close_fd(&s->stop[1]);
	free(s);
}

struct log_stream *log_stream_open(log_stream_take *take, void *ctx)
{
	struct log_stream *s = xcalloc(1, sizeof(*s));

	*s = (struct log_stream){.take = take, .ctx = ctx, .faults = -1, .stop = {-1, -1}};
	s->at = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (s->at == MAP_FAILED || register_buffer(s) || pipe2(s->stop, O_CLOEXEC) ||
	    pthread_create(&s->thread, NULL, serve, s)) {
		stream_free(s);
		return NULL;
	}
	return s;
}

char *log_stream_buffer(const struct log_stream *s)
{
	return s->at;
}

uint32_t log_stream_size(const struct log_stream *s)
{
	(void)s;
	return SIZE;
}

void log_stream_close(struct log_stream *s)
{
	close(steal_fd(&s->stop[1]));
	pthread_join(s->thread, NULL);
	if (s->given > s->taken)
		s->take(s->ctx, s->at + s->taken, strnlen(s->at + s->taken, s->given - s->taken));
	stream_free(s);
}
