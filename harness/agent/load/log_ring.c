/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/load/log_ring.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"

/* Of 1 GB and more kernels take none: UINT_MAX >> 2 of bpf_verifier_log_attr_valid, before 5.16 bpf_check. */
#define MOST_TURNS 1023u

#define SUMS "processed "

struct log_ring log_ring_open(uint64_t expected)
{
	uint64_t turns = expected / LOG_RING_BYTES + 1;
	size_t size = (turns < MOST_TURNS ? turns : MOST_TURNS) * LOG_RING_BYTES;
	cleanup_close int fd = memfd_create("verifier-log", MFD_CLOEXEC);
	struct log_ring ring = {.size = (uint32_t)size};
	char *at;

	if (fd < 0 || ftruncate(fd, LOG_RING_BYTES))
		return (struct log_ring){0};
	at = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (at == MAP_FAILED)
		return (struct log_ring){0};
	ring.at = at;
	for (size_t done = 0; done < size; done += LOG_RING_BYTES)
		if (mmap(at + done, LOG_RING_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0) ==
		    MAP_FAILED)
			log_ring_close(&ring);
	return ring;
}

void log_ring_close(struct log_ring *ring)
{
	if (ring->at)
		munmap(ring->at, ring->size);
	*ring = (struct log_ring){0};
}

static char at(const char *ring, size_t place)
{
	return ring[place % LOG_RING_BYTES];
}

/* Whether the line that ends at `end`, with its newline, is the verifier's last one; it may go around the ring's end.
 */
static bool is_after_sums(const char *ring, size_t end)
{
	size_t start = end + LOG_RING_BYTES, length = 0;

	if (at(ring, --start) != '\n')
		return false;
	while (length < LOG_RING_BYTES && at(ring, start - 1) && at(ring, start - 1) != '\n') {
		start--;
		length++;
	}
	for (size_t i = 0; i < strlen(SUMS); i++)
		if (at(ring, start + i) != SUMS[i])
			return false;
	return true;
}

static size_t find_end(const char *ring)
{
	size_t first = LOG_RING_BYTES;

	for (size_t i = 0; i < LOG_RING_BYTES; i++) {
		if (ring[i])
			continue;
		if (is_after_sums(ring, i))
			return i;
		first = i < first ? i : first;
	}
	return first;
}

char *log_ring_text(const char *ring, size_t most)
{
	size_t end = find_end(ring), start = end + LOG_RING_BYTES, len = 0;
	char *text;

	if (end == LOG_RING_BYTES)
		return xstrdup("");
	while (len < most && at(ring, start - 1)) {
		start--;
		len++;
	}
	/* what does not begin at a beginning may begin with half a line */
	for (bool whole = !at(ring, start - 1); len && !whole; len--)
		whole = at(ring, start++) == '\n';
	text = xcalloc(len + 1, 1);
	for (size_t i = 0; i < len; i++)
		text[i] = at(ring, start + i);
	return text;
}
