/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * code_reach: which instructions of an object the verifier will come to, once relocations are known. It follows
 * constants through registers, as relocated existence tests leave them, and the branches they decide. It knows less
 * than the verifier and never more: REACH_NEVER and REACH_ALWAYS hold, REACH_MAYBE is everything else. Pure.
 */
#ifndef COREMATRIX_HOST_PREDICT_CODE_REACH_H
#define COREMATRIX_HOST_PREDICT_CODE_REACH_H

#include <stddef.h>
#include <stdint.h>

#include "host/predict/prediction.h"
#include "host/predict/verifier_trait.h"
#include "relo/core_relo.h"
#include "relo/elf_view.h"

struct code_reach;

/* Copies the code of all functions of `list`, which is borrowed, out of the object that `view` shows. */
struct code_reach *code_reach_new(const struct core_relo_list *list, const struct elf_view *view);
void code_reach_free(struct code_reach *c);

/* The instructions as compiled, of function `func` of the list. */
const struct bpf_insn *code_reach_code(const struct code_reach *c, size_t func);

/* What an address is on a kernel. */
enum ref_value {
	REF_UNKNOWN,
	REF_ADDRESS, /* of something that is there: never 0 */
	REF_ARRAY,   /* the same, of a map in which a constant key may be known to be found */
	REF_ABSENT,  /* a weak extern that is not there: 0 */
};

/* All borrowed. */
struct code_reach_kernel {
	const struct predict_outcome *outcomes; /* what each record of the list came to */
	const uint8_t *refs;                    /* enum ref_value of each ref of the list */
	struct verifier_traits traits;
	const bool *loaded; /* whether main function f is loaded */
};

/* Find out what is reached on a kernel. Valid until the next call. */
void code_reach_run(struct code_reach *c, const struct code_reach_kernel *kernel);

/* Whether instruction `insn` of function `func` is reached. */
enum reach code_reach_at(const struct code_reach *c, size_t func, uint32_t insn);

/* What a register is known to hold. */
enum held_form {
	HELD_UNKNOWN,
	HELD_CONSTANT,
	HELD_CONTEXT,  /* the pointer that a main function is given */
	HELD_ARGUMENT, /* one of the eight-byte slots that it points to, as it was read and not tested for 0 */
};

struct held {
	enum held_form form;
	uint64_t value; /* of a constant; number of the slot, from 0 */
	int64_t record; /* of the list: that by which a constant was relocated, -1 */
};

/* The same before instruction `insn` is executed, which must be reached. */
struct held code_reach_held(const struct code_reach *c, size_t func, uint32_t insn, uint8_t reg);

#endif
