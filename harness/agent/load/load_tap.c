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
#include <unistd.h>

#include <linux/bpf.h>

#include "agent/load/line_count.h"
#include "agent/load/load_cost.h"
#include "agent/load/log_ring.h"
#include "agent/load/log_stream.h"
#include "agent/load/source_line.h"
#include "base/buf.h"
#include "base/cleanup.h"

/* Of include/linux/bpf_verifier.h: each step, with its state; the statistics; the beginning rather than the end, 6.4.
 */
#define LOG_LEVEL2 2u
#define LOG_STATS 4u
#define LOG_FIXED 8u
/* The log of a program that is refused sooner fits libbpf's buffer, 16 MB, whatever its lines are like. */
#define GOES_FAR 4096u
/* What is kept of a log, and what a step takes in it; of one that takes more the end is not waited for, which on
 * kernels that log how they track precision (5.10) would take minutes. */
#define KEPT (400u << 10)
#define STEP_BYTES 128u

long __wrap_syscall(long number, ...);
long __real_syscall(long number, ...);

/* libbpf's tries of what the kernel can do, a dozen for each object, have no name, and no bill. */
static bool takes_statistics(const union bpf_attr *attr, unsigned size)
{
	return size >= offsetof(union bpf_attr, prog_name) + sizeof(attr->prog_name) && !attr->log_level &&
	       !attr->log_buf && !attr->log_size && *attr->prog_name;
}

/* Of the try for statistics: room for the depths of 256 subprograms, and for what the verifier refuses. */
static char said[64 << 10];
static int refusal; /* its errno */

static void count_log(void *ctx, const char *bytes, size_t len)
{
	line_count_take(ctx, bytes, len);
}

/* What the verifier goes through once more for its log, on the lines of the source. What comes of it is known. */
static void count_lines(union bpf_attr *attr, unsigned size)
{
	struct line_count *count = line_count_new(attr->insn_cnt);
	struct log_stream *stream = log_stream_open(count_log, count);
	struct source_lines *source = source_lines_open(attr);
	struct line_fact *lines;
	uint32_t n;
	long fd;

	if (stream) {
		attr->log_buf = (uintptr_t)log_stream_buffer(stream);
		attr->log_size = log_stream_size(stream);
		attr->log_level = LOG_LEVEL2 | LOG_FIXED;
		fd = __real_syscall(SYS_bpf, BPF_PROG_LOAD, attr, size);
		if (fd < 0 && errno == EINVAL) {
			attr->log_level = LOG_LEVEL2;
			fd = __real_syscall(SYS_bpf, BPF_PROG_LOAD, attr, size);
		}
		if (fd >= 0)
			close((int)fd);
		attr->log_level = 0;
		attr->log_buf = 0;
		attr->log_size = 0;
		log_stream_close(stream);
		lines = line_count_top(count, source, &n);
	} else {
		lines = line_count_none("the kernel has no userfaultfd(2)", &n);
	}
	load_cost_lines(lines, n);
	source_lines_free(source);
	line_count_free(count);
}

static long load(union bpf_attr *attr, unsigned size)
{
	struct program_cost cost = {0};
	int error = errno;
	long fd;

	*said = '\0';
	attr->log_level = LOG_STATS;
	attr->log_buf = (uintptr_t)said;
	attr->log_size = sizeof(said);
	fd = __real_syscall(SYS_bpf, BPF_PROG_LOAD, attr, size);
	attr->log_level = 0;
	attr->log_buf = 0;
	attr->log_size = 0;
	said[sizeof(said) - 1] = '\0';
	refusal = fd < 0 ? errno : 0;
	load_cost_note(attr->prog_name, attr->insn_cnt, (int)fd, said);
	load_cost_read(said, &cost);
	if (load_cost_wants_lines(&cost)) {
		int code = errno;

		count_lines(attr, size);
		errno = code;
	}
	if (fd >= 0 || *said == '\0' || errno == ENOSPC) {
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
static long load_into(struct log_ring *ring, union bpf_attr *attr, unsigned size, bool *is_cut)
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
	*is_cut = fd < 0 && error == ENOSPC && refusal;
	snprintf(buffer, buffer_size, "%s%s%s", text, *is_cut ? "\n(the rest is left out)\n" : "", *is_cut ? said : "");
	errno = *is_cut ? refusal : error;
	return fd;
}

/* Where the verifier stopped, or the log of it. */
static void note_stop(const union bpf_attr *attr, bool is_cut)
{
	int64_t insn = source_line_last_insn((const char *)(uintptr_t)attr->log_buf);
	struct source_lines *lines = insn < 0 ? NULL : source_lines_open(attr);
	cleanup_free char *words = insn < 0 ? NULL : source_line_words(lines, (uint32_t)insn);

	if (words)
		load_cost_stopped(attr->prog_name, attr->insn_cnt,
		                  is_cut ? xasprintf("%s (or later: its log ends there)", words) : steal_ptr(words));
	source_lines_free(lines);
}

static long load_for_log(union bpf_attr *attr, unsigned size)
{
	struct program_cost before = load_cost_of(-1, attr->prog_name, attr->insn_cnt);
	struct log_ring ring = {0};
	bool is_cut = false;
	long fd;
	int error;

	if (before.verified_insns >= GOES_FAR)
		ring = log_ring_open((uint64_t)before.verified_insns * STEP_BYTES);
	fd = ring.at ? load_into(&ring, attr, size, &is_cut) : __real_syscall(SYS_bpf, BPF_PROG_LOAD, attr, size);
	error = errno;
	log_ring_close(&ring);
	if (fd < 0)
		note_stop(attr, is_cut);
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
