/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * baseline: what is worth comparing between two releases of an object: per kernel its verdict, and the state of each of
 * its programs, relocations and checked fields, with what the programs cost the verifier. Times, hashes, places of
 * instructions and wordings are left out, so that equal behaviour gives an equal baseline. Taken from a result, kept as
 * text (baseline_text.h), compared by diff.
 */
#ifndef COREMATRIX_HOST_RESULT_BASELINE_H
#define COREMATRIX_HOST_RESULT_BASELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/result/result.h"
#include "wire/terms.h"

enum trait_kind { TRAIT_PROGRAM, TRAIT_FIELD, TRAIT_RELOCATION, TRAIT_COST, TRAIT_KIND_COUNT };

enum program_state { PROGRAM_ATTACHED, PROGRAM_LOADED, PROGRAM_FAILED, PROGRAM_OFF, PROGRAM_STATE_COUNT };
enum field_state { FIELD_RIGHT, FIELD_WRONG, FIELD_STATE_COUNT };

struct trait_state {
	int is; /* of a program enum program_state, of a field enum field_state, of a relocation relo_outcome; of a cost
	           0 */
	bool has_value; /* a cost; a relocation that was resolved: */
	uint64_t value; /* how much; what to */
};

/* One thing of an object that has a state on each kernel. */
struct trait {
	enum trait_kind kind;
	/* What it is called in both releases: a program's name; a field's name; for a relocation program, kind and spec
	 * ("on_exec byte_off struct task_struct.pid"), with " (2)" after the second of the same name; for a cost
	 * program and measure ("on_exec verified_insns"). */
	char *key;
	struct trait_state state;
	int number; /* of a relocation in its section, as libbpf's log counts; -1 when unknown */
};

struct baseline_cell {
	char *kernel;  /* id */
	char *release; /* of that kernel, "" unknown */
	enum verdict verdict;
	enum reject_class class;
	enum evidence evidence; /* unknown in those of versions that did not measure it */
	bool unexpected;
	char *reason; /* "" when it comes from a text */
	char *advice; /* the same */
	struct trait *traits;
	size_t trait_count;
};

struct baseline_object {
	char *name;
	struct baseline_cell *cells;
	size_t cell_count;
};

struct baseline {
	struct baseline_object *objects;
	size_t object_count;
};

/*
 * What `r` says of each of its objects: objects by name, cells in the order of kernel_name_order, traits by kind and
 * key. A cell that the run never came to is infra. `*b` is the caller's:
 * baseline_free.
 */
void baseline_take(const struct result *r, struct baseline *b);

/* The same of one cell: its verdict and its traits, in their order; baseline_cell_free. It knows no kernel. */
void baseline_cell_take(const struct result_cell *from, struct baseline_cell *c);
void baseline_cell_free(struct baseline_cell *c);

/* Building blocks for those who read one from elsewhere; the strings are copied. */
struct baseline_object *baseline_add_object(struct baseline *b, const char *name);
struct baseline_cell *baseline_add_cell(struct baseline_object *o, const char *kernel, const char *release);
void baseline_add_trait(struct baseline_cell *c, enum trait_kind kind, const char *key, struct trait_state state,
                        int number);
/* Bring cells and traits into the order that baseline_take promises. */
void baseline_sort(struct baseline *b);

/* NULL when there is none of that name. */
const struct baseline_object *baseline_find_object(const struct baseline *b, const char *name);
const struct baseline_cell *baseline_find_cell(const struct baseline_object *o, const char *kernel);

/* "program", "field", "relocation", "cost" */
const char *trait_kind_name(enum trait_kind kind);
/* The kind, or -1 when the name is none. */
int trait_kind_parse(const char *name, size_t len);

/* "attached", "right", "moved"; of a cost "" */
const char *trait_state_name(enum trait_kind kind, struct trait_state state);
/* The same with its value: "moved 2736", "105"; the caller frees it. */
char *trait_state_text(enum trait_kind kind, struct trait_state state);
/* Read what trait_state_text wrote. Returns 0 or -EINVAL. */
int trait_state_parse(enum trait_kind kind, const char *text, struct trait_state *state);
bool trait_state_equal(struct trait_state a, struct trait_state b);

void baseline_free(struct baseline *b);
#define cleanup_baseline __attribute__((cleanup(baseline_free)))

#endif
