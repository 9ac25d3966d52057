/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jail: what a worker process gives up before it touches untrusted bytes: root, new files, new
 * processes, the network, more memory and time than allowed. What the worker needs it has to hold already: open
 * descriptors and memory. It cannot be undone.
 *
 * The system calls that are left, and what for:
 *
 *   read pread64 lseek write close fstat newfstatat    what is open (glibc's fstat() is the last one since 2.33)
 *   mmap munmap mremap mprotect madvise brk            memory
 *   memfd_create fcntl                                 libbpf 1.4 and later hold a place for each map of an object that
 *                                                      is opened, by a descriptor of anonymous memory above 2; what is
 *                                                      written to it counts as a file of the limits
 *   futex getrandom clock_gettime getpid gettid tgkill glibc: locks, malloc, abort()
 *   rt_sigaction rt_sigprocmask rt_sigreturn restart_syscall
 *   exit exit_group                                    the end
 *
 * All others are refused with EPERM. Of these every libbpf from 1.1 to 1.7 asks for two when it opens an object, and
 * does without: faccessat2 and uname, for the kernel's version, which only a load would need. None asks for bpf(2)
 * before it loads; what is found in jail must not depend on the host's kernel. Who is refused a call that matters has
 * found nothing out: that is the harness's fault, and to be told so.
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
