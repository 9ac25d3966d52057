/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jail: what a worker process gives up before it touches untrusted bytes: root, new files, new
 * processes, the network, more memory and time than allowed. What the worker needs it has to hold already: open
 * descriptors and memory. It cannot be undone.
 */
#ifndef COREMATRIX_HOST_LIB_JAIL_H
#define COREMATRIX_HOST_LIB_JAIL_H

#include <stdint.h>

#include "base/error.h"

struct jail_limits {
	unsigned cpu_seconds; /* of processor time; more kills the process with SIGKILL */
	uint64_t memory; /* bytes of address space; not enforced under AddressSanitizer, which reserves terabytes */
	uint64_t file;   /* bytes that may be written to any one file */
};

/*
 * After it: user nobody when it was root, no new privileges, the limits above, and (where the kernel has seccomp)
 * every system call refused with EPERM but those that use memory and open descriptors. Returns 0 or a
 * negative errno; a worker that cannot be jailed must not go on.
 */
int jail_enter(const struct jail_limits *limits, struct error *err);

/*
 * Run `work` in a worker that is in jail before it begins, and wait for it: what it returned, with its error; -EIO when
 * it died. Of what it changes in memory, only shared memory is seen afterwards.
 */
int jail_run(const struct jail_limits *limits, int (*work)(void *ctx, struct error *err), void *ctx, struct error *err);

#endif
