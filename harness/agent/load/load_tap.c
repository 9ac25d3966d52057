/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * load_tap: stands before syscall(2), through which every libbpf makes its bpf(2) calls (the linker's --wrap=syscall),
 * and gives a load that asks for no log a buffer for the verifier's statistics. Whatever the kernel answers goes back
 * as it came; a kernel that refuses the buffer (older than 5.2, or a log that does not fit) is asked again without.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>

#include <linux/bpf.h>

#include "agent/load/load_cost.h"

#define LOG_STATS 4u /* BPF_LOG_STATS of include/linux/bpf_verifier.h */

long __wrap_syscall(long number, ...);
long __real_syscall(long number, ...);

static bool takes_statistics(const union bpf_attr *attr, unsigned size)
{
	return size >= offsetof(union bpf_attr, prog_name) + sizeof(attr->prog_name) && !attr->log_level &&
	       !attr->log_buf && !attr->log_size;
}

static long load(union bpf_attr *attr, unsigned size)
{
	static char log[64 << 10]; /* room for the depths of 256 subprograms, and for what the verifier refuses */
	int error = errno;
	long fd;

	*log = '\0';
	attr->log_level = LOG_STATS;
	attr->log_buf = (uintptr_t)log;
	attr->log_size = sizeof(log);
	fd = __real_syscall(SYS_bpf, BPF_PROG_LOAD, attr, size);
	attr->log_level = 0;
	attr->log_buf = 0;
	attr->log_size = 0;
	log[sizeof(log) - 1] = '\0';
	load_cost_note(attr->prog_name, attr->insn_cnt, (int)fd, log);
	if (fd >= 0 || *log == '\0' || errno == ENOSPC) {
		if (fd >= 0)
			return fd;
		errno = error;
		return __real_syscall(SYS_bpf, BPF_PROG_LOAD, attr, size);
	}
	return fd;
}

long __wrap_syscall(long number, ...)
{
	long a[6];
	va_list ap;

	va_start(ap, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(ap, long);
	va_end(ap);
	/* libbpf says in the command's upper bits what it takes for granted (BPF_COMMON_ATTRS) */
	if (number == SYS_bpf && (uint32_t)a[0] == BPF_PROG_LOAD && takes_statistics((void *)a[1], (unsigned)a[2]))
		return load((void *)a[1], (unsigned)a[2]);
	return __real_syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
