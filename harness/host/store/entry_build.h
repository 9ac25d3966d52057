/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * entry_build: makes an entry of the store, beside its place, and renames it there when it is whole. It fetches and
 * verifies what the entry is made from; what is in that is taken out by extract.h. Which kernel is wanted is decided
 * elsewhere.
 */
#ifndef COREMATRIX_HOST_STORE_ENTRY_BUILD_H
#define COREMATRIX_HOST_STORE_ENTRY_BUILD_H

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
 * Build DIR/NAME: fetch, check hashes, unpack, write to DIR/.tmp-PID-NAME, record, rename. An entry of that name is
 * replaced. What is wrong with a user's file is a usage error; what is wrong with a package is the environment's. The
 * store's lock is held.
 */
int entry_build(const char *dir, const char *name, const struct entry_source *source, struct error *err);

/* Remove what killed builds left in DIR. The store's lock is held, so nobody is building. */
int entry_remove_stale(const char *dir, struct error *err);

#endif
