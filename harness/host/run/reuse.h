/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reuse: cells of earlier runs in place of measuring them again (kept_cell.h), where everything that decides them is
 * the same. It alone says what that is: this program with its agent and libbpf, by its bytes; QEMU, the accelerator,
 * with KVM the processor; the object, its ini and all that goes into a guest with it; the kernel's image, types,
 * configuration and modules; the row of the list; and how it is measured. What is in doubt is measured.
 */
#ifndef COREMATRIX_HOST_RUN_REUSE_H
#define COREMATRIX_HOST_RUN_REUSE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "host/result/kept_cell.h"
#include "host/run/schedule.h"

struct reuse {
	char *directory;
	char **keys;             /* per kernel and object of the schedule, as the next two */
	struct kept_cell *found; /* without a key: there is none */
	bool *taken;             /* it stands for the measurement */
	char **groups;           /* per object: the key of its cells on all kernels */
	size_t kernels, objects;
	size_t count; /* of those that are taken */
};

/*
 * Look for every cell of the schedule in `directory`, and take those that are at most `max_age_days` old (0: of any
 * age). A cell that was judged with those of other kernels is taken with all of these or not at all. An entry that is
 * damaged is told to the schedule's watch and left. All kernels of the schedule have to be there. Returns 0, or a
 * negative errno when what decides a cell cannot be read. The caller frees it: reuse_free.
 */
int reuse_find(const struct schedule *s, const char *directory, unsigned max_age_days, struct reuse *u,
               struct error *err);

/* Whether nothing is left to measure. */
bool reuse_is_all(const struct reuse *u);
bool reuse_has(const struct reuse *u, size_t kernel, size_t object);

/* Whether it has a cell of this kernel, and every one. */
bool reuse_has_kernel(const struct reuse *u, size_t kernel);

/*
 * Give the cell away, whose logs are written to the run's directory: it is swapped with `cell`, which is new. Returns 0
 * or a negative errno.
 */
int reuse_take(struct reuse *u, const struct schedule *s, size_t kernel, size_t object, struct result_cell *cell,
               struct error *err);

/*
 * Keep a cell of this run for later ones, unless it is one that others should not rely on: not measured, not the same
 * each time, or reused itself. `grouped`: it was judged with those of other kernels. What cannot be written is told to
 * the watch.
 */
void reuse_keep(const struct reuse *u, const struct schedule *s, const struct result *r, size_t kernel, size_t object,
                bool grouped);

void reuse_free(struct reuse *u);

#endif
