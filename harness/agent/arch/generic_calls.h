/* SPDX-License-Identifier: BSD-2-Clause */
/* generic_calls: the system calls of architectures that came late, which have Linux's generic list. */
#ifndef COREMATRIX_AGENT_ARCH_GENERIC_CALLS_H
#define COREMATRIX_AGENT_ARCH_GENERIC_CALLS_H

/* What machine_syscall (machine.h) says there. */
const char *generic_call(const char *call);

#endif
