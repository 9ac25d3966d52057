/* SPDX-License-Identifier: BSD-2-Clause */
/* remote: what lies in another process's memory, and what its descriptors stand for, while it is stopped. Read only. */
#ifndef COREMATRIX_AGENT_TRACER_REMOTE_H
#define COREMATRIX_AGENT_TRACER_REMOTE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"

/* Copy up to `len` bytes from `address` of thread `tid`; returns how many could be read, 0 when none. */
size_t remote_read(pid_t tid, uint64_t address, void *out, size_t len);

/*
 * Text from `address` on, up to a NUL or `max` bytes; of a longer one than `keep` the end. The caller's, never NULL;
 * "" when there is none.
 */
char *remote_text(pid_t tid, uint64_t address, size_t max, size_t keep);

/* The number after `key` in what /proc says of descriptor `fd` ("prog_id"), 0 when it says none. */
uint32_t remote_fd_number(pid_t tid, int fd, const char *key);

/* The same open file as descriptor `fd` of the process that the thread is of, the caller's to close; -1. */
int remote_fd_share(pid_t tid, int fd);

#endif
