/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * code_match: whether instructions that a loader, whichever it is, handed to the kernel were made of a function of an
 * object: alike but for what a loader puts in, that is relocations, addresses of maps and variables, and where called
 * functions went. Pure. It guesses nothing: what is alike is for its caller to tell apart by name.
 */
#ifndef COREMATRIX_AGENT_WITNESS_CODE_MATCH_H
#define COREMATRIX_AGENT_WITNESS_CODE_MATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "relo/core_relo.h"

/* An object with the code of its functions. */
struct code_source {
	struct core_relo_list list; /* its functions also where it has no record */
	struct bpf_insn **code;     /* of each function of the list */
	uint8_t **patched;          /* of each function, of each instruction: a loader may put something in */
	char **sections;            /* of each function */
	/* of its .BTF; the strings one after another, each with its NUL */
	uint32_t types_size, strings_size;
	char *strings;
};

/* Returns 0, or -EINVAL with `err` filled for bytes that are no such object. Free with code_source_free. */
int code_source_open(const void *bytes, size_t size, struct code_source *source, struct error *err);
void code_source_free(struct code_source *source);

/* Whether `text` is among the strings of its types, as the names of the files are that its lines are of. */
bool code_source_says(const struct code_source *source, const char *text);

/*
 * Whether `code`, which a loader handed in, begins with function number `func`, and goes on with the functions that are
 * called, each whole, in whatever order.
 */
enum code_likeness {
	CODE_OTHER,
	CODE_REPLACED, /* but for functions that hold no record and call nothing: a loader put others in their place, as
	                  pwru does with a filter of its user's */
	CODE_SAME,
};
enum code_likeness code_match(const struct code_source *source, uint32_t func, const struct bpf_insn *code,
                              size_t count);

/* Where it is another one first, for people: "from instruction 5 of name on". The caller's; NULL where it is the same.
 */
char *code_difference(const struct code_source *source, uint32_t func, const struct bpf_insn *code, size_t count);

#endif
