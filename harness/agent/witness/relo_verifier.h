/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * relo_verifier: what a verifier log says of poisoned instructions. Pure.
 */
#ifndef COREMATRIX_AGENT_WITNESS_RELO_VERIFIER_H
#define COREMATRIX_AGENT_WITNESS_RELO_VERIFIER_H

#include <stdint.h>

#include "relo/core_relo.h"

/*
 * Instruction number at which the verifier stopped because it is poisoned, or -1 when the log ends in another way.
 * Reads the kernel's own words ("invalid func unknown#195896080"), what libbpf makes of them ("<invalid CO-RE
 * relocation>"), and the words for the poison of cilium/ebpf ("r10 = 0xbad2310").
 */
int64_t relo_verifier_stop(const char *log);

/*
 * `log` is the verifier log of main program `program`, whose load failed. Sets `reached` of the record whose poison
 * stopped the verifier, if it was one. Call it after relo_insns_program, which knows where subprograms were placed.
 */
void relo_verifier_mark(struct core_relo_list *list, const char *program, const char *log);

/* The same of instruction number `stop` of the program, -1: none. */
void relo_verifier_mark_at(struct core_relo_list *list, const char *program, int64_t stop);

#endif
