/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/truth/iterate.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "agent/attach/attach_iterator.h"
#include "base/cleanup.h"
#include "base/clock.h"

/* What is read of one run at most; a hostile iterator could go on for ever. */
#define READ_MAX (4u << 20)

static bool is_iterator(const struct bpf_program *prog)
{
	return bpf_program__type(prog) == BPF_PROG_TYPE_TRACING &&
	       bpf_program__expected_attach_type(prog) == BPF_TRACE_ITER && bpf_program__fd(prog) >= 0;
}

int iterators_open(struct iterators *it, struct bpf_object *obj, struct error *err)
{
	struct bpf_program *prog;

	bpf_object__for_each_program(prog, obj)
	{
		struct bpf_link *link;

		if (!is_iterator(prog))
			continue;
		link = attach_iterator_link(prog, obj);
		if (!link && errno == EBADF)
			continue; /* it wants a map of a kind that the object has none of */
		if (!link)
			return error_set(err, errno, "cannot prepare iterator `%s`: %s", bpf_program__name(prog),
			                 strerror(errno));
		it->links = xrealloc(it->links, it->count + 1, sizeof(*it->links));
		it->programs = xrealloc(it->programs, it->count + 1, sizeof(*it->programs));
		it->programs[it->count] = prog;
		it->links[it->count++] = link;
	}
	return 0;
}

static int read_all(int fd, int64_t deadline, struct buf *out, struct error *err)
{
	char bytes[8192];
	size_t start = out->len;
	ssize_t n;

	while ((n = read(fd, bytes, sizeof(bytes))) != 0 && out->len - start < READ_MAX) {
		if (clock_ms() >= deadline)
			return error_set(err, ETIME, "no end within %d s", ITERATORS_MS / 1000);
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n < 0)
			return error_set(err, errno, "%s", strerror(errno));
		buf_add(out, bytes, (size_t)n);
	}
	return 0;
}

int iterators_read(struct iterators *it, size_t i, struct buf *out, struct error *err)
{
	int64_t start = clock_ms(), deadline = start + ITERATORS_MS - it->spent_ms;
	cleanup_close int fd = bpf_iter_create(bpf_link__fd(it->links[i]));
	int rc = fd < 0 ? error_set(err, -fd, "%s", strerror(-fd)) : read_all(fd, deadline, out, err);

	it->spent_ms += clock_ms() - start;
	return rc;
}

void iterators_close(struct iterators *it)
{
	for (size_t i = 0; i < it->count; i++)
		bpf_link__destroy(it->links[i]);
	free(it->links);
	free(it->programs);
	*it = (struct iterators){0};
}
