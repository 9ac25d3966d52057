/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * program_checked: one program of an object on one kernel, with the type of what it is attached to, and what is found
 * about it. For the modules that find something.
 */
#ifndef COREMATRIX_HOST_PREDICT_PROGRAM_CHECKED_H
#define COREMATRIX_HOST_PREDICT_PROGRAM_CHECKED_H

#include "host/predict/parsed_object.h"
#include "host/predict/prediction.h"
#include "host/predict/verifier_trait.h"
#include "host/resolve/relo_target.h"

/* How a program gets at its function's arguments. */
enum way {
	WAY_NONE,
	WAY_ENTRY,
	WAY_RETURN,
	WAY_LSM,
	WAY_BTF_TRACEPOINT,
	WAY_RAW_TRACEPOINT,
	WAY_STRUCT_OPS,
	WAY_PROBE, /* in registers, which no verifier holds against anything */
};

/* All borrowed. */
struct checked {
	const struct parsed_object *p;
	const struct verifier_traits *traits;
	const struct relo_target *kernel;
	struct predict_cell *c;
	size_t func; /* of the list: the program */
	enum way way;
	const char *name; /* of the need: what it is attached to */
	const struct btf *btf;
	const struct btf_type *proto;
	uint32_t skipped, slots; /* parameters that programs do not see; and slots that they do */
};

/* A plain integer or enum. */
bool checked_is_number(const struct btf_type *t);

/* What the kernel passes in that slot, behind qualifiers and typedefs; NULL: it has no such argument. */
const struct btf_type *checked_argument(const struct checked *k, uint64_t slot);

/* Add a finding, once; `text` is taken over. */
void checked_say(struct checked *k, enum forecast forecast, enum cell_phase phase, enum reject_class class, char *text);

/* What is refused for certain when the verifier comes there, and perhaps when it may. The same of `text`. */
void checked_refuse(struct checked *k, enum reach reach, enum cell_phase phase, enum reject_class class, char *text);

#endif
