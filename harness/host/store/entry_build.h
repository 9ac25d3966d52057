/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * entry_build: makes an entry of the store, beside its place, and renames it there when it is whole. It fetches and
 * verifies what the entry is made from; what is in that is taken out by extract.h. Which kernel is wanted is decided
 * elsewhere.
 */
#ifndef COREMATRIX_HOST_STORE_ENTRY_BUILD_H
#define COREMATRIX_HOST_STORE_ENTRY_BUILD_H

#include <stdbool.h>

#include "base/error.h"
#include "host/lib/strings.h"
#include "host/source/source.h"

/* What to build an entry from: a package of a source, or (when NULL) a file of the user's. */
struct entry_source {
	const struct kernel_source *source;
	const struct kernel_package *package;
	const char *path;              /* user's file */
	const char *sha256;            /* of that file, as it was when the row was looked at */
	const struct strings *modules; /* to be kept if the package has modules; NULL: none */
};

/*
 * The claim to build an entry, which one process of the machine has at a time, and loses when it ends: the directory in
 * which it is built, DIR/.tmp-NAME, under flock.
 */
struct entry_claim {
	char *tmp;
	int fd;
};

/*
 * Claim DIR/NAME, and remove what a killed build left. -EALREADY when another process has the claim, unless `wait`.
 * Nobody else puts the entry in its place from here to entry_claim_drop: look for it now, for it may have come
 * meanwhile.
 */
int entry_claim_take(const char *dir, const char *name, bool wait, struct entry_claim *claim, struct error *err);

/* Give it back, with what was built under it and did not get to its place. Zeroed with fd -1 there is none. */
void entry_claim_drop(struct entry_claim *claim);
#define cleanup_entry_claim __attribute__((cleanup(entry_claim_drop)))

/*
 * Build DIR/NAME under its claim: fetch, check hashes, unpack, record, rename. An entry of that name is replaced in one
 * step. What is wrong with a user's file is a usage error; what is wrong with a package is the environment's.
 */
int entry_build(const char *dir, const char *name, const struct entry_claim *claim, const struct entry_source *source,
                struct error *err);

/* Remove what killed builds left in DIR, as far as it may be removed. The store's lock is held. */
void entry_remove_stale(const char *dir);

#endif
