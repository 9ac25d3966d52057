/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * log_ring: a verifier's log of any length in little memory: a buffer of up to 1 GB of which every MB is the same MB of
 * memory, so that the kernel, which writes on and on, leaves the end of its log. It needs nothing of the kernel but
 * memfd_create, and the kernel knows nothing of it: only since 6.4 does a kernel by itself keep the end of a log that
 * does not fit, and it calls that ENOSPC.
 */
#ifndef COREMATRIX_AGENT_LOAD_LOG_RING_H
#define COREMATRIX_AGENT_LOAD_LOG_RING_H

#include <stddef.h>
#include <stdint.h>

#define LOG_RING_BYTES (1u << 20)

struct log_ring {
	char *at;      /* NULL: there is none */
	uint32_t size; /* what the kernel may be told */
};

/* For a log of `expected` bytes. Without memory or memfd: none, silently. */
struct log_ring log_ring_open(uint64_t expected);

/*
 * The end of what was written into `ring`, of LOG_RING_BYTES bytes and ended by a NUL wherever the writer stopped: from
 * its first whole line, at most `most` bytes of it. Before the writer went back to an earlier place it may have left
 * another end; the one behind the verifier's sums ("processed 7 insns …") counts. The caller's. Pure.
 */
char *log_ring_text(const char *ring, size_t most);

void log_ring_close(struct log_ring *ring);

#endif
