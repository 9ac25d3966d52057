/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * source_line: which line of the object's source an instruction comes from, as the line info says that a load hands to
 * the kernel (struct bpf_line_info, with the strings of the BTF that the load names).
 */
#ifndef COREMATRIX_AGENT_LOAD_SOURCE_LINE_H
#define COREMATRIX_AGENT_LOAD_SOURCE_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/bpf.h>

struct source_lines;

/* Of the load `attr`, whose arrays must outlive it. NULL when it has none. Freed with source_lines_free. */
struct source_lines *source_lines_open(const union bpf_attr *attr);
void source_lines_free(struct source_lines *s);

/* "exec.bpf.c:9" and what stands there, "" where that is not known; both borrowed. False: nothing is known. */
struct source_line {
	const char *file, *text;
	uint32_t line;
};
bool source_line_of(const struct source_lines *s, uint32_t insn, struct source_line *line);

/* The instruction that the last line of a verifier's log names which shows one ("9: (85) call …"), or -1. Pure. */
int64_t source_line_last_insn(const char *log);

/* "instruction 9, exec.bpf.c:9: sum += 7;"; `s` may be NULL. The caller's. */
char *source_line_words(const struct source_lines *s, uint32_t insn);

#endif
