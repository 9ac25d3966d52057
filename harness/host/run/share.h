/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * share: how a kernel's objects are shared out over several guests once fewer kernels are left than guests may run side
 * by side. What a guest takes is its equal share of all the work that is left (guided self-scheduling, Polychronopoulos
 * and Kuck, 1987): large pieces first, small ones at the end, so that all guests end at about the same time. Pure.
 */
#ifndef COREMATRIX_HOST_RUN_SHARE_H
#define COREMATRIX_HOST_RUN_SHARE_H

#include <stdbool.h>
#include <stddef.h>

/* What objects are expected to take, by what earlier runs measured. */
struct share_costs {
	double *kernel_ms;     /* per kernel of the list: all objects together */
	double *object_weight; /* per object: its part of that; their sum is 1 */
	size_t kernels, objects;
};

/* What a guest costs before its first object, in milliseconds: less than a few times that is not worth one. */
#define SHARE_RESUME_MS 300
#define SHARE_BOOT_MS 4000

/*
 * Of `kernels` and `objects`; `kernel_ms` and `object_ms` are milliseconds of an earlier run, negative where there was
 * none: that kernel is taken for a mean one, that object for a mean one, too. Free with share_costs_free.
 */
void share_costs_make(struct share_costs *c, const double *kernel_ms, size_t kernels, const double *object_ms,
                      size_t objects);
void share_costs_free(struct share_costs *c);

/* Milliseconds that `count` objects (indices) are expected to take on a kernel. */
double share_cost(const struct share_costs *c, size_t kernel, const size_t *objects, size_t count);

/*
 * What the next of `guests` guests takes of `count` objects of a kernel, when `left_ms` of work is left, these
 * included, and a guest costs `start_ms`. Marks in `taken` what it takes, the longest first, and returns how many: all
 * of them where less would not be worth another guest.
 */
size_t share_take(const struct share_costs *c, size_t kernel, const size_t *objects, size_t count, unsigned guests,
                  double left_ms, double start_ms, bool *taken);

/*
 * Which of `count` objects of these sizes fit together into `limit` bytes, the first ones first: marks them in `taken`
 * and returns how many. One that is too large for it alone is taken alone.
 */
size_t share_fit(const size_t *bytes, size_t count, size_t limit, bool *taken);

/*
 * Milliseconds after which a run of all objects on `count` kernels, in this order, is expected to end with `guests`
 * saved guests side by side.
 */
double share_end(const struct share_costs *c, const size_t *kernels, size_t count, unsigned guests);

#endif
