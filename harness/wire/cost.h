/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cost: what a program's load costs, its measures by name, and the lines of [budget] in an object's ini, which say how
 * much of each may be used:
 *
 *   on_exec.verified_insns = 500000
 *   *.stack_depth = 400
 *   limit = 80%                  ; of the instructions that the verifier goes through at most
 *
 * Pure.
 */
#ifndef COREMATRIX_WIRE_COST_H
#define COREMATRIX_WIRE_COST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/*
 * What a program's load cost the verifier, in its own words (print_verification_stats of kernel/bpf/verifier.c), and
 * what of it stays in the kernel; 0: not known. Of a load that failed: how far the verifier got.
 */
struct program_cost {
	uint32_t verified_insns;                        /* that the verifier went through */
	uint32_t insns_limit;                           /* at most so many */
	uint32_t total_states, peak_states, max_states; /* kept in all, at a time, and at one instruction */
	uint32_t stack_depth; /* bytes of the program and all its subprograms together, as veristat counts */
	uint32_t xlated_bytes, jited_bytes;
	uint64_t map_bytes; /* of the maps that it uses, which others may use as well */
	uint64_t verify_us; /* by the guest's clock: shown, never judged */
};

enum cost_kind {
	COST_VERIFIED_INSNS,
	COST_TOTAL_STATES,
	COST_PEAK_STATES,
	COST_MAX_STATES,
	COST_STACK_DEPTH,
	COST_XLATED_BYTES,
	COST_JITED_BYTES,
	COST_MAP_BYTES,
	COST_KIND_COUNT,
};

/* "verified_insns": a member of results.json. */
const char *cost_name(enum cost_kind kind);
/* "verified instructions" */
const char *cost_words(enum cost_kind kind);
/* The kind, or -1 when the name is none. */
int cost_parse(const char *name);
uint64_t cost_value(const struct program_cost *c, enum cost_kind kind);

/* How much of the verifier's limit of instructions is used, in percent rounded down; 0 where that is not known. */
unsigned cost_share(const struct program_cost *c);

struct budget_rule {
	char *program; /* "*": each */
	enum cost_kind kind;
	bool is_share; /* `most` is a percentage of the limit */
	uint64_t most; /* the last value that is within it */
};

/* Returns true with `rule`, which is the caller's: budget_rule_free; or false with what is wrong in `why`. */
bool budget_rule_parse(const char *name, const char *value, struct budget_rule *rule, struct buf *why);
void budget_rule_free(struct budget_rule *rule);

#endif
