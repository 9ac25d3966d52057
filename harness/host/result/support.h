/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * support: where an object, and each of its programs, is proven to do its job: a statement that people can publish.
 * Taken from a run or from baselines. Of kernels that were not measured it says nothing. Pure.
 */
#ifndef COREMATRIX_HOST_RESULT_SUPPORT_H
#define COREMATRIX_HOST_RESULT_SUPPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "host/result/baseline.h"
#include "host/result/result.h"
#include "host/result/result_view.h"

/* From good to bad: of several the last holds for them all. */
enum support_state {
	SUPPORT_NONE,     /* no cell of the matrix */
	SUPPORT_OFF,      /* a program that is not loaded by default */
	SUPPORT_PROVEN,   /* values or effects were compared with the truth, and all are right */
	SUPPORT_FALLBACK, /* the same, by a fallback */
	SUPPORT_UNPROVEN, /* nothing is wrong, and nothing was compared */
	SUPPORT_UNMEASURED,
	SUPPORT_BROKEN,
};

struct support_place {
	enum support_state state;
	char *what; /* of an unproven one its evidence, of a broken one how: "rejected (helper)"; else "" */
	char *why;  /* of a fallback what is missing, of a broken one the cause; "" where it is not known */
};

/* An object, or a program of one. */
struct support_subject {
	char *object;
	char *program;            /* "": the object as a whole */
	struct support_place *at; /* one per kernel */
};

struct support_kernel {
	char *id, *release, *arch; /* arch "" from baselines, which do not tell */
};

struct support {
	struct support_kernel *kernels; /* in kernel_name_order */
	size_t kernel_count;
	struct support_subject *subjects; /* each object, followed by its programs if it has several */
	size_t subject_count;
};

/*
 * What a run says, without controls, which have to fail; or what baselines say, which do not tell controls. `s` is the
 * caller's: support_free.
 */
void support_take_run(const struct result_view *v, struct support *s);
void support_take_baselines(const struct baseline *b, struct support *s);

/* Leave only the objects whose name matches the pattern (fnmatch). Returns how many are left. */
size_t support_select(struct support *s, const char *pattern);

/* Kernels of a subject that stand in the order of their versions, as far as it has a place there. */
struct support_scope {
	struct kernel_name *names; /* borrowed strings */
	size_t *kernels;           /* the number of each in the support */
	size_t count;
	size_t versioned; /* those that have a version come first */
};

/* Those of one architecture; NULL: all. The caller's: support_scope_free. */
void support_scope_take(const struct support *s, const struct support_subject *subject, const char *arch,
                        struct support_scope *scope);
void support_scope_free(struct support_scope *scope);
#define cleanup_support_scope __attribute__((cleanup(support_scope_free)))

/*
 * The place in the scope from which on the subject is proven on every kernel, to the last that has a version: the first
 * kernel of a version of which each kernel is proven. `versioned` when there is none.
 */
size_t support_from(const struct support_subject *subject, const struct support_scope *scope);

/* All objects as if they were one: on each kernel its state is the worst. The caller's: support_subject_free. */
void support_whole(const struct support *s, struct support_subject *whole);
void support_subject_free(struct support_subject *subject, size_t kernels);

void support_free(struct support *s);
#define cleanup_support __attribute__((cleanup(support_free)))

#endif
