/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * prediction: what the types of some kernels say about some objects, as a value: every relocation's outcome, whether
 * what the object needs of the kernel is there, and the verdict that follows. It also knows how its
 * parts travel from the worker that computes them.
 */
#ifndef COREMATRIX_HOST_PREDICT_PREDICTION_H
#define COREMATRIX_HOST_PREDICT_PREDICTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/resolve/relo_calc.h"
#include "wire/pack.h"
#include "wire/terms.h"

/* What an object can need of a kernel beside its relocations. */
enum need_kind {
	NEED_TRACEPOINT, /* an event of tracefs */
	NEED_RAW_TRACEPOINT,
	NEED_BTF_TRACEPOINT,
	NEED_FUNCTION, /* fentry, fexit, fmod_ret */
	NEED_KPROBE,
	NEED_SYSCALL, /* entry or exit event of one system call, ksyscall */
	NEED_LSM,
	NEED_ITERATOR,
	NEED_KFUNC,
	NEED_VARIABLE, /* typed __ksym variable */
	NEED_STRUCT_OPS,
	NEED_STRUCT_OPS_MEMBER,
	NEED_CONFIG, /* __kconfig extern */
	NEED_HELPER,
	NEED_MAP_TYPE,
	NEED_PROG_TYPE,
	NEED_KIND_COUNT,
};

enum need_state {
	NEED_UNKNOWN, /* types alone do not tell */
	NEED_HOLDS,
	NEED_UNUSED,  /* missing, and the code that would use it is dead on this kernel */
	NEED_DOUBTED, /* missing from the types, which proves nothing, or it is not known whether the code is reached */
	NEED_MISSING,
	NEED_STATE_COUNT,
};

struct need {
	uint8_t kind;    /* enum need_kind */
	char *name;      /* "sched_process_exec", "bpf_ringbuf_output" */
	char *user;      /* program or map that needs it, "" for the object as a whole */
	uint32_t number; /* of a helper, map type or program type */
	bool optional;   /* weak: the object says that it can do without */
};

/* Whether the verifier comes to an instruction. */
enum reach {
	REACH_NEVER,  /* after a branch that this kernel's relocations decide */
	REACH_MAYBE,  /* after a branch that only the verifier can judge */
	REACH_ALWAYS, /* nothing lies before it that could keep the verifier away */
};

/* What is the same for a record on all kernels; the terms are those of struct relo_fact. */
struct predict_record {
	char *program, *section, *type, *access, *spec;
	uint32_t number, insn, kind;
	uint64_t local;
	bool skipped; /* its program is not loaded by default, so libbpf passes it over */
	char *source; /* the line it comes from: "exec.bpf.c:9"; "" not known */
};

struct predict_object {
	char *name;
	uint8_t class; /* enum reject_class: why no kernel can load it; CLASS_NONE when it can be opened */
	char *reason;  /* the line that proves it, "" */
	bool failed;   /* nothing can be predicted: `reason` says why */
	uint32_t programs;
	struct predict_record *records;
	uint32_t record_count;
	struct need *needs;
	uint32_t need_count;
};

struct predict_kernel {
	char *id;
	size_t arch;      /* arch_index of its architecture */
	bool has_btf;     /* false: built without */
	bool has_symbols; /* its functions' names are known: what is not among them is not there */
	bool failed;      /* its BTF is damaged or could not be read */
	char *reason;     /* why it failed, "" */
};

struct predict_outcome {
	struct relo_prediction p;
	uint8_t reach; /* enum reach, of a poisoned instruction */
};

enum forecast {
	FORECAST_NONE,     /* could not be predicted */
	FORECAST_LOADS,    /* nothing in the types stands against it */
	FORECAST_FALLBACK, /* the same, by a fallback */
	FORECAST_WRONG,    /* something else will be read than what the object means, where it is not rejected for it */
	FORECAST_UNSURE,   /* may be rejected: only the verifier or the symbol table can know */
	FORECAST_REJECTED, /* will be rejected */
	FORECAST_COUNT,
};

/* What stands against a program on this kernel beside its relocations and needs. */
struct predict_finding {
	uint8_t forecast; /* enum forecast: WRONG, UNSURE or REJECTED */
	uint8_t class;    /* enum reject_class, when unsure or rejected */
	uint8_t phase;    /* enum cell_phase in which it would fail */
	char *program;
	char *text; /* names the program, too */
};

struct predict_cell {
	uint8_t forecast; /* enum forecast */
	uint8_t class;    /* enum reject_class, when unsure or rejected */
	uint8_t phase;    /* enum cell_phase in which it will fail */
	char *reason;
	struct predict_outcome *outcomes; /* one per record of the object */
	uint32_t outcome_count;           /* 0 when nothing was calculated */
	uint8_t *needs;                   /* enum need_state, one per need of the object */
	char **need_notes;                /* why it is so, one per need, "" when the kind says it all */
	uint32_t need_count;
	struct predict_finding *findings;
	uint32_t finding_count;
	int32_t *answers; /* to the ini's questions about types, one per rule: 1, 0, negative errno */
	uint32_t answer_count;
};

struct prediction {
	struct predict_kernel *kernels;
	size_t kernel_count;
	/* For each architecture, in the order of arch_at, what its kernels are given of all objects: the first
	   object_count entries are what is usual. An architecture that no kernel has is left empty but for names. */
	struct predict_object *objects;
	size_t object_count;
	struct predict_cell *cells; /* kernels in order, object_count each */
};

struct prediction *prediction_new(size_t kernels, size_t objects);
/* The content of one cell, for those who keep it outside a prediction. */
void predict_cell_free(struct predict_cell *c);
void prediction_free(struct prediction *p);

/* What a kernel is given of an object, of which the cell tells. Never NULL; both indexes must be valid. */
struct predict_object *prediction_object(const struct prediction *p, size_t kernel, size_t object);

/* Never NULL; both indexes must be valid. */
struct predict_cell *prediction_cell(const struct prediction *p, size_t kernel, size_t object);

/* Reading overwrites what is there, which must be zeroed; the owner frees it either way. */
void prediction_pack_object(struct pack *pack, struct predict_object *o);
void prediction_pack_cell(struct pack *pack, struct predict_cell *c);

/* Whether the condition of rule `rule` of the object's ini holds, which is about types: 1, 0, a negative errno. */
int predict_answer(const struct predict_cell *c, size_t rule);

const char *need_kind_name(enum need_kind k);   /* "tracepoint" */
const char *need_state_name(enum need_state s); /* "holds" */
const char *forecast_name(enum forecast f);     /* "loads" */
/* The outcome in words: a name of enum relo_outcome, or "unresolved" where only the verifier can know. */
const char *predict_outcome_name(const struct predict_outcome *o);
/* "loads", "rejected: relocation"; the caller frees it. */
char *predict_cell_text(const struct predict_cell *c);
/* Whether the record took another way than the one it was compiled for. */
bool predict_is_fallback(const struct predict_outcome *o);

#endif
