/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * relo_insns: the first witness: the instructions of a program before and after the load. Pure; knows nothing of logs.
 */
#ifndef COREMATRIX_AGENT_WITNESS_RELO_INSNS_H
#define COREMATRIX_AGENT_WITNESS_RELO_INSNS_H

#include "relo/core_relo.h"

/*
 * `program` names a main program; `before` is bpf_program__insns() right after open, `after` the same after the load,
 * also after a failed one. Both may be the same array for a program that was not loaded. Fills `insns` of the records
 * that live in the program, and of those in the functions that libbpf appended to it, which are found by following the
 * object's calls through the final instructions; remembers where they went (list->places). Sets `attempted` of a record
 * whose instruction changed: an unchanged one does not tell whether libbpf ever came to it.
 *
 * Returns 0; -ENOENT when the object has no function of that name; -EBADMSG when `before` is not the code of the
 * object, or `after` is too short to hold it: then nothing was filled.
 */
int relo_insns_program(struct core_relo_list *list, const char *program, const struct bpf_insn *before,
                       size_t before_count, const struct bpf_insn *after, size_t after_count);

/* The same of main program number `func` of the list, for those who know it. */
int relo_insns_function(struct core_relo_list *list, uint32_t func, const struct bpf_insn *before, size_t before_count,
                        const struct bpf_insn *after, size_t after_count);

/*
 * Where each function of the object begins in the `count` instructions that main program number `func` became,
 * RELO_INSNS_NOWHERE when it is not part of them. The caller's.
 */
#define RELO_INSNS_NOWHERE UINT32_MAX
uint32_t *relo_insns_place(const struct core_relo_list *list, uint32_t func, const struct bpf_insn *code, size_t count);

#endif
