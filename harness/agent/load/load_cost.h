/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * load_cost: what each program's load cost the verifier, and what of it stays in the kernel. libbpf asks the verifier
 * for no log at its first try; load_tap hands it a buffer for its statistics (BPF_LOG_STATS of kernel/bpf/verifier.c,
 * 5.2) at that very try, so that a program is verified no more often than libbpf has it verified. load_cost keeps them
 * until the program's fact is written. It never changes what a load comes to.
 */
#ifndef COREMATRIX_AGENT_LOAD_LOAD_COST_H
#define COREMATRIX_AGENT_LOAD_LOAD_COST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/message.h"

/* Read the verifier's last lines ("processed 7 insns (limit 1000000) …", "stack depth 8+0"). Pure. */
void load_cost_read(const char *log, struct program_cost *cost);

/*
 * Note what the verifier said of a load: of program `name` (what the kernel was told, cut at its 15 characters) with
 * `insn_count` instructions, which got descriptor `fd`, or negative.
 */
void load_cost_note(const char *name, uint32_t insn_count, int fd, const char *log);

/* Where the verifier stopped in that try of `name` which was noted last and failed; `where` is taken over. */
void load_cost_stopped(const char *name, uint32_t insn_count, char *where);
const char *load_cost_stop_of(const char *name, uint32_t insn_count); /* "": not known; borrowed */

/*
 * What is known of the program that is loaded as `fd`, or, with `fd` negative, of the last try of `name` with
 * `insn_count` instructions that failed; what the kernel itself tells of a loaded one included. Zeros: not known.
 */
struct program_cost load_cost_of(int fd, const char *name, uint32_t insn_count);

/*
 * Whether the lines of the source are wanted on which the verifier spent most of the dearest program: each program that
 * is dearer than all before it is then verified once more, for its log.
 */
void load_cost_want_lines(void);
bool load_cost_wants_lines(const struct program_cost *cost);
/* Of the load that was noted last; `lines` are taken over, and those of a cheaper program are forgotten. */
void load_cost_lines(struct line_fact *lines, uint32_t count);
/* As load_cost_of; the caller's, who gets NULL for every program but the dearest. */
struct line_fact *load_cost_lines_of(int fd, const char *name, uint32_t insn_count, uint32_t *count);

#endif
