/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trace_filter: which system calls stop a traced program, as a seccomp filter that the kernel runs: those that load or
 * attach BPF alone. Reads and updates of maps, and everything that is not about BPF, go on at full speed.
 */
#ifndef COREMATRIX_AGENT_TRACER_TRACE_FILTER_H
#define COREMATRIX_AGENT_TRACER_TRACE_FILTER_H

/*
 * Put it over the calling process, and whatever it becomes and starts. A call that it stops fails with ENOSYS when
 * nobody traces. Needs CAP_SYS_ADMIN, and takes nothing away: no_new_privs is not set, and speculation stays as it is.
 * Returns 0 or a negative errno.
 */
int trace_filter_install(void);

#endif
