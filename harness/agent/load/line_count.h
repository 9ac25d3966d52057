/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * line_count: how often the verifier went through each instruction of a program, counted in its log of level 2, which
 * shows every step, and on which lines of the source that was.
 */
#ifndef COREMATRIX_AGENT_LOAD_LINE_COUNT_H
#define COREMATRIX_AGENT_LOAD_LINE_COUNT_H

#include <stddef.h>
#include <stdint.h>

#include "agent/load/source_line.h"
#include "wire/message.h"

/* How many lines are told. */
#define LINE_COUNT_TOP 10u

struct line_count;

struct line_count *line_count_new(uint32_t insn_count);
/* The next bytes of the log, cut anywhere. */
void line_count_take(struct line_count *c, const char *bytes, size_t len);

/* The lines with most, these first, at most LINE_COUNT_TOP; without line info they are instructions. The caller's. */
struct line_fact *line_count_top(const struct line_count *c, const struct source_lines *lines, uint32_t *count);

/* One entry that says why there is none. The caller's. */
struct line_fact *line_count_none(const char *why, uint32_t *count);

void line_count_free(struct line_count *c);

#endif
