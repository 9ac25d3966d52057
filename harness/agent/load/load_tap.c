/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * load_tap: stands before syscall(2), through which every libbpf makes its bpf(2) calls (the linker's --wrap=syscall),
 * and gives a load that asks for no log a buffer for the verifier's statistics. Whatever the kernel answers goes back
 * as it came; a kernel that refuses the buffer (older than 5.2, or a log that does not fit) is asked again without.
 *
 * libbpf then loads a refused program once more for its log, and of a program that went far again and again with larger
 * buffers, up to 1 GB: of such a log it is given the end, at once, with the kernel's answer.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include <linux/bpf.h>

#include "agent/load/load_cost.h"
#include "agent/load/log_ring.h"
#include "agent/load/source_line.h"
#include "base/cleanup.h"

#define LOG_STATS 4u /* BPF_LOG_STATS of include/linux/bpf_verifier.h */
/* The log of a program that is refused sooner fits libbpf's buffer, 16 MB, whatever its lines are like. */
#define GOES_FAR 4096u
/* What is kept of a log, and what a step takes in it, about. */
#define KEPT (400u << 10)
#define STEP_BYTES 256u

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

static bool wants_log(const union bpf_attr *attr, unsigned size)
{
	return size >= offsetof(union bpf_attr, line_info_cnt) + sizeof(attr->line_info_cnt) && attr->log_level == 1 &&
	       attr->log_buf && attr->log_size > KEPT;
}

/* With a ring in place of libbpf's buffer, which gets the end of the log. */
static long load_into(struct log_ring *ring, union bpf_attr *attr, unsigned size)
{
	char *buffer = (char *)(uintptr_t)attr->log_buf;
	uint32_t buffer_size = attr->log_size;
	cleanup_free char *text = NULL;
	long fd;
	int error;

	attr->log_buf = (uintptr_t)ring->at;
	attr->log_size = ring->size;
	fd = __real_syscall(SYS_bpf, BPF_PROG_LOAD, attr, size);
	error = errno;
	attr->log_buf = (uintptr_t)buffer;
	attr->log_size = buffer_size;
	text = log_ring_text(ring->at, KEPT);
	snprintf(buffer, buffer_size, "%s", text);
	errno = error;
	return fd;
}

/* Where the verifier stopped. */
static void note_stop(const union bpf_attr *attr)
{
	int64_t insn = source_line_last_insn((const char *)(uintptr_t)attr->log_buf);
	struct source_lines *lines = insn < 0 ? NULL : source_lines_open(attr);

	if (insn >= 0)
		load_cost_stopped(attr->prog_name, attr->insn_cnt, source_line_words(lines, (uint32_t)insn));
	source_lines_free(lines);
}

static long load_for_log(union bpf_attr *attr, unsigned size)
{
	struct program_cost before = load_cost_of(-1, attr->prog_name, attr->insn_cnt);
	struct log_ring ring = {0};
	long fd;
	int error;

	if (before.verified_insns >= GOES_FAR)
		ring = log_ring_open((uint64_t)before.verified_insns * STEP_BYTES);
	fd = ring.at ? load_into(&ring, attr, size) : __real_syscall(SYS_bpf, BPF_PROG_LOAD, attr, size);
	error = errno;
	log_ring_close(&ring);
	if (fd < 0)
		note_stop(attr);
	errno = error;
	return fd;
}

long __wrap_syscall(long number, ...)
{
	union bpf_attr *attr;
	unsigned size;
	long a[6];
	va_list ap;

	va_start(ap, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(ap, long);
	va_end(ap);
	attr = (void *)a[1];
	size = (unsigned)a[2];
	/* libbpf says in the command's upper bits what it takes for granted (BPF_COMMON_ATTRS) */
	if (number == SYS_bpf && (uint32_t)a[0] == BPF_PROG_LOAD && takes_statistics(attr, size))
		return load(attr, size);
	if (number == SYS_bpf && (uint32_t)a[0] == BPF_PROG_LOAD && wants_log(attr, size))
		return load_for_log(attr, size);
	return __real_syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
