/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * relo_calc: the third witness, a prediction: the records of an object resolved against a kernel's types by libbpf's
 * own calculation and patching, without a kernel. Not thread-safe: it borrows libbpf's print callback while it works.
 *
 * Records must be calculated in their order: libbpf keeps a list of candidates per local type that shrinks as records
 * match, so outcomes depend on what went before. One relo_calc is one load of one object on one kernel.
 */
#ifndef COREMATRIX_HOST_RESOLVE_RELO_CALC_H
#define COREMATRIX_HOST_RESOLVE_RELO_CALC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/resolve/relo_target.h"
#include "relo/core_relo.h"

struct relo_prediction {
	/*
	 * The outcome as far as types tell. RELO_GUARDED stands for "unresolved and poisoned": whether the verifier
	 * reaches it is not known here. RELO_NOT_ATTEMPTED: no function holds the record, or libbpf gave up before it.
	 */
	enum relo_outcome outcome;
	struct relo_witness says; /* to compare with the other witnesses */
	uint32_t candidates;      /* that matched */
	uint32_t local_size;      /* bytes of the field the record names, 0 for kinds without a field */
	uint32_t target_size;
	char *target; /* the matching candidate, as in struct relo_fact; "" */
	char *note;   /* why: libbpf's warning, what drifted, or what is read as something else; "" */
};

struct relo_calc;

/* Both are borrowed and must outlive the calculation. */
struct relo_calc *relo_calc_new(const struct core_relo_list *list, const struct relo_target *target);

/*
 * Calculate record `index`; indexes must rise from call to call, and records that libbpf would skip (their program is
 * not loaded) are left out. An outcome, even a bad one, is not an error of the call: `out` is always filled, and freed
 * by relo_prediction_free.
 */
void relo_calc_record(struct relo_calc *calc, size_t index, struct relo_prediction *out);

/* How one type of the target answers one record. */
struct relo_match {
	uint32_t kind; /* enum bpf_core_relo_kind */
	const struct btf *btf;
	uint32_t root;     /* type id in `btf` */
	const int *access; /* as in an access string: [0] counts whole types, then members, elements or an enumerator */
	int access_len;    /* 0 for kinds that are about a type as a whole */
};

/*
 * Call `fn` for every candidate that answers record `index`, alone and whatever other records and candidates say: what
 * a target must have for the record to be resolved as it is here. Independent of relo_calc_record and of its order.
 */
void relo_calc_matches(const struct relo_calc *calc, size_t index, void (*fn)(void *ctx, const struct relo_match *m),
                       void *ctx);

/* True once a record failed: libbpf stops there, and every later record is RELO_NOT_ATTEMPTED. */
bool relo_calc_stopped(const struct relo_calc *calc);
void relo_calc_free(struct relo_calc *calc);
void relo_prediction_free(struct relo_prediction *p);

/*
 * What a prediction and the witnesses of a run, judged as `measured`, contradict each other in; NULL when they agree or
 * one of them has nothing to say. Returned string is the caller's.
 */
char *relo_prediction_contradiction(const struct relo_prediction *p, const struct relo_fact *f,
                                    enum relo_outcome measured);

/* The outcome to report: `measured`, or RELO_DRIFT when only the prediction could see that a field is misread. */
enum relo_outcome relo_prediction_refine(const struct relo_prediction *p, enum relo_outcome measured);

#endif
