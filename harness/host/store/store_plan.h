/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store_plan: which kernel each row of a list means, and whether the store has it: from the lock file and the store
 * alone first, from its source's index for what is left. It fetches and builds nothing.
 */
#ifndef COREMATRIX_HOST_STORE_STORE_PLAN_H
#define COREMATRIX_HOST_STORE_STORE_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "host/kernels/kernel_list.h"
#include "host/kernels/kernel_lock.h"
#include "host/source/catalogue.h"
#include "host/store/store_entry.h"

enum plan_state {
	PLAN_UNRESOLVED, /* the index has to be asked */
	PLAN_PRESENT,    /* in the store, as `record` says */
	PLAN_BUILD,      /* known, and to be built */
	PLAN_SKIPPED,    /* optional, and not available: `reason` */
};

struct plan_row {
	const struct kernel_row *row;
	enum plan_state state;
	char *name;        /* of the entry, NULL while unresolved */
	char *file;        /* a user's file, or the kernel in a directory of the user's; NULL otherwise */
	char *file_sha256; /* its hash, NULL otherwise */
	const struct kernel_package *package; /* in the index, NULL otherwise */
	struct entry_record record;           /* when PLAN_PRESENT */
	char *reason;                         /* when PLAN_SKIPPED */
	bool elsewhere;                       /* another process was found building it */
	char *gone;                           /* why the last kernel it meant cannot be fetched, NULL otherwise */
};

struct store_plan {
	const char *dir;
	const char *list_path;
	const struct kernel_lock *lock;
	bool frozen, update;
	bool unpinned;                 /* what rows come to is not kept in kernels.lock */
	const struct strings *modules; /* to be kept of packages that are fetched; NULL: none */
	bool compressed;               /* an entry of a package counts only with its compressed image */
	struct plan_row *rows;
	size_t count;
};

/* Settle what lock file and store settle. Errors name the row; an optional row's failure skips it instead. */
int store_plan_offline(struct store_plan *plan, const struct kernel_list *list, struct error *err);

/* Rows that are still to be resolved, or known and to be built. */
size_t store_plan_count(const struct store_plan *plan, enum plan_state state);

/*
 * Settle the unresolved rows of a source by its catalogue, which must outlive the plan's use: by an index that is as
 * good as the rows need (catalogue_settle) or, with `renew`, by a new one. Without any, optional rows are skipped, and
 * one that is not is the error.
 */
int store_plan_online(struct store_plan *plan, struct catalogue *catalogue, bool renew, struct error *err);

/* A row that is unresolved, or NULL. */
const struct kernel_row *store_plan_open_row(const struct store_plan *plan);

/* Whether the entry of a row that is to be built is in the store after all: another process may have built it. */
bool store_plan_is_there(const struct store_plan *plan, const struct plan_row *row);

/* Take note that the row's entry was built: read its record. With a frozen lock it must be what the lock says. */
int store_plan_built(struct store_plan *plan, struct plan_row *row, struct error *err);

/*
 * Take note that the source does not have the file of the row's package: the row is unresolved again.
 * store_plan_strike then tells an index of such packages.
 */
void store_plan_gone(struct plan_row *row, const char *why);
void store_plan_strike(const struct store_plan *plan, struct catalogue *catalogue);

/* Record a row's failure: skip the row (0) when it is optional, else `err` gets the row's place in front (-code). */
int store_plan_failed(const struct store_plan *plan, struct plan_row *row, struct error *err);

void store_plan_free(struct store_plan *plan);
#define cleanup_store_plan __attribute__((cleanup(store_plan_free)))

/*
 * What the entry of a row's kernel is called: its release, with the source in front when that is not the default one.
 * The caller frees it.
 */
char *store_plan_entry_name(const struct kernel_row *row, const char *release);

/* The same for a file of the user's: what its hash begins with. The caller frees it. */
char *store_plan_file_name(const char *sha256);

/* The usage error of a row that `frozen` would need in kernels.lock. */
int store_plan_not_in_lock(const char *dir, const struct kernel_row *row, struct error *err);

/* The lock line that speaks of this row and its spec, or NULL. */
const struct lock_line *store_plan_lock_line(const struct kernel_lock *lock, const struct kernel_row *row);

#endif
