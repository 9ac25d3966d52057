/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * catalogue: what a source has, as one command sees it: the index of an earlier run or a new one. The policy is here,
 * once for all sources and commands:
 *
 *   - Nothing is read before something is asked.
 *   - Whether there is a certain release in a certain version, an index of any age may affirm: what goes away is found
 *     out when it is fetched.
 *   - Anything else (the newest that fits, what lies between) needs an index of at most a day; and one that does not
 *     know what is asked is asked again when it is older than an hour.
 *   - The source is asked once at most. When that fails, and there is an older index, it goes on with that one: the
 *     failure is then a gap of it.
 */
#ifndef COREMATRIX_HOST_SOURCE_CATALOGUE_H
#define COREMATRIX_HOST_SOURCE_CATALOGUE_H

#include "host/source/source.h"

struct catalogue {
	const struct kernel_source *source;
	const struct arch *arch;
	char *dir; /* the source's, or its own for an architecture that is not the usual one */
	bool offline, quiet;
	struct kernel_index index;
	struct kernel_index former; /* its kernels may still be referred to */
	long age_s;
	bool known; /* `index` is one */
	bool asked; /* the source was asked in this run */
};

/* What is asked for: the kernel of a wish, a certain one, or (both) the certain one while there is such. */
struct catalogue_question {
	const struct kernel_wish *wish; /* NULL: none */
	const char *release, *version;  /* NULL: none; version "": any */
};

/* The catalogues of the sources of one store, for each architecture, opened when first needed. */
struct catalogue_set {
	const char *dir; /* the store's */
	bool offline;    /* only indexes of earlier runs, of whatever age */
	bool quiet;      /* no line about reading an index */
	struct catalogue **at;
	size_t count;
};

/* Never fails, reads nothing. */
struct catalogue *catalogue_of(struct catalogue_set *set, const struct kernel_source *source, const struct arch *arch);
void catalogue_set_free(struct catalogue_set *set);
#define cleanup_catalogue_set __attribute__((cleanup(catalogue_set_free)))

/*
 * Settle by which index the questions are answered: c->index on success, which may still not know them all. -ENOENT
 * when there is none and the source may not be asked; otherwise what the source failed with.
 */
int catalogue_settle(struct catalogue *c, const struct catalogue_question *questions, size_t count, struct error *err);

/* Ask the source again, whatever there is; once a run. Packages found before stay valid. */
int catalogue_renew(struct catalogue *c, struct error *err);

#endif
