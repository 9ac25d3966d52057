/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * arrivals: the kernels of a run as they come into the store: those that are there at once, the others while a process
 * of its own, or another run, fetches them. What a kernel brings with it (modules that objects need, BTF from outside)
 * is there when the kernel is. It decides nothing about the run, and boots nothing.
 */
#ifndef COREMATRIX_HOST_RUN_ARRIVALS_H
#define COREMATRIX_HOST_RUN_ARRIVALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "host/kernels/kernel_list.h"
#include "host/lib/child.h"
#include "host/lib/strings.h"
#include "host/store/external_btf.h"
#include "host/store/module_store.h"
#include "host/store/store.h"

struct arrivals {
	/* borrowed */
	const struct store_options *store;
	const struct kernel_list *list;
	/* a row of the list each, and its owner's to free; of a kernel that is not there only the id is known */
	struct store_kernel *kernels;
	struct module_set *modules;
	struct external_btf *external;
	bool *there;
	size_t missing;
	bool fetching;
	struct child_worker worker;
	struct error failed; /* why those that are missing will not come */
};

/*
 * Whether the kernels of a list can come one after the other: some are missing, and nothing has to be decided that
 * takes all of them (rows that may be left out or have a BTF of their own, --frozen).
 */
bool arrivals_are_due(const struct store_options *store, const struct kernel_list *list);

/*
 * See that there is a kernel of every row somewhere, take what the store has, have the rest fetched, and wait until
 * there is one. Returns 0, or a negative errno with `err` filled when a row means nothing or none will come; end with
 * arrivals_free in every case.
 */
int arrivals_start(struct arrivals *a, struct error *err);

/* What to poll for POLLIN, and when to look again without (clock_ms); -1 and INT64_MAX once no more will come. */
int arrivals_fd(const struct arrivals *a);
int64_t arrivals_wake_ms(const struct arrivals *a);

/* Take what has come; `there` says what. Once nothing more comes, `failed` says why any are still missing. */
void arrivals_step(struct arrivals *a);

/* No more are wanted: ends the fetching. What is fetched stays in the store, and the arrays stay as they are. */
void arrivals_end(struct arrivals *a);

/* The same, and frees what is not the owner's: `there` and `failed`. */
void arrivals_free(struct arrivals *a);

#endif
