/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * relo_log: the second witness: what libbpf's debug log says of each record, streamed line by line from the print
 * callback. Fills `log`, `candidates`, `target`, `line` and `attempted` of the facts; never looks at instructions.
 *
 * Source of the lines: libbpf 1.1 to 1.6, relo_core.c and libbpf.c. Records are keyed by the function's name and the
 * record's number in its section. A second load of the same object overwrites what the first said of a record.
 */
#ifndef COREMATRIX_AGENT_WITNESS_RELO_LOG_H
#define COREMATRIX_AGENT_WITNESS_RELO_LOG_H

#include "relo/core_relo.h"

struct relo_log;

/* `list` is borrowed and must outlive the log. */
struct relo_log *relo_log_new(struct core_relo_list *list);

/*
 * Take what libbpf printed in one call: one or several lines, with or without their newline and the "libbpf: " in
 * front. Anything that is not about a record is ignored at the cost of a comparison.
 */
void relo_log_line(struct relo_log *log, const char *line);
void relo_log_free(struct relo_log *log);

#endif
