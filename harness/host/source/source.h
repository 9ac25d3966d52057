/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * source: where kernels come from. A `struct kernel_source` is all that is specific to one such place: what a row of a
 * kernel list says of its kernels, how their versions order, how they are listed, found and fetched. One is there
 * always and is the one of rows that name none; others are defined by files of the user's, of a kind each. Another kind
 * is one more of these in files of its own in this room, and one more line in source.c; nothing outside of the room
 * knows which there are. When an index is read and how old it may be is catalogue.h's, the same for all.
 */
#ifndef COREMATRIX_HOST_SOURCE_SOURCE_H
#define COREMATRIX_HOST_SOURCE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "host/arch/arch.h"
#include "host/lib/strings.h"
#include "host/source/kernel_index.h"

/* Which kernel a row asks for, in words that the source has read before. */
struct kernel_wish {
	const struct arch *arch;
	const char *spec;    /* the row's words but for the flavour: "6.12", "6.12.*" for "6.12 *" */
	const char *flavour; /* the last of several, "" when the source took the first alone */
};

/* Every callback is there where nothing else is said; none keeps state between calls. `self` is the source that is
 * asked. */
struct kernel_source {
	const char *name;       /* short: in messages, and in front of what is not the default one's */
	const char *listing;    /* what its index is, for people: "the index of …" */
	const char *directory;  /* in the store, for its index and state */
	const char *definition; /* the user's file that says where it is, NULL for the one that is there always */
	const char *place; /* that file as source= may name it from anywhere here: its path without its ending; NULL */

	/* ---- what rows say; pure ---- */

	/*
	 * How many of a row's words (1 to 3, of `count` from 1) say which kernel is meant, the last of several its
	 * flavour; -EINVAL when they say none: `err` (usage, without a place) then says what was expected, and *fault
	 * is the word that is wrong, `count` for one that is missing.
	 */
	int (*read_words)(const struct arch *arch, const char *const *words, size_t count, size_t *fault,
	                  struct error *err);
	/* Whether a wish's spec means each kernel that fits, and not the newest of them. NULL: none of this source's.
	 */
	bool (*several)(const char *spec);
	/*
	 * What rows call the flavour of a kernel of that release, with the architecture where that is not the usual
	 * one; "" when it is none of this source's.
	 */
	const char *(*flavour)(const char *release);
	/* Whose kernel it is; the default architecture when it is none of this source's. */
	const struct arch *(*arch)(const char *release);

	/* ---- versions; pure ---- */

	/* Order of two versions of packages: <0, 0 or >0. */
	int (*compare)(const char *a, const char *b);
	/* How much of a version is the kernel's authors': packages that differ in the rest are the same kernel. */
	size_t (*upstream_len)(const char *version);

	/* ---- the index ---- */

	/*
	 * List the kernels of `arch` anew, over the network; `dir` is the source's directory for it, which exists.
	 * Parts that could not be read become gaps; none at all is an error, and then `index` is empty.
	 */
	int (*refresh)(const struct kernel_source *self, const char *dir, const struct arch *arch,
	               struct kernel_index *index, struct error *err);
	/* Whether an index of an earlier run is of the place that is asked now (a mirror may have been changed). */
	bool (*serves)(const struct kernel_source *self, const struct kernel_index *index);
	/* Whether a kernel is one that the wish means; of all that are, the one of the newest version counts. Pure. */
	bool (*fits)(const struct kernel_package *package, const struct kernel_wish *wish);
	/* Say in `err` (usage, without a place) that no kernel fits, and what the nearest are. Pure. */
	void (*explain)(const struct kernel_source *self, const struct kernel_index *index,
	                const struct kernel_wish *wish, struct error *err);

	/* ---- files ---- */

	/*
	 * Bring a file to `target` (beside which a partial one may be left). -ENOENT when the source does not have what
	 * it lists. Called by source_fetch alone, which checks the hash.
	 */
	int (*fetch)(const struct kernel_source *self, const struct package_ref *ref, const char *target,
	             struct error *err);
};

/* The one of a row that names none. */
const struct kernel_source *source_default(void);

/*
 * The source that `source=NAME` of a row means, which is defined by a file in `directory`: the first that is there of
 * NAME and the ending of each kind. Its strings, and what it points to, live as long as the program. -EINVAL (usage,
 * without a place) when there is no such file.
 */
int source_named(const char *directory, const char *name, const struct kernel_source **source, struct error *err);

/* The kernel that a wish means, or NULL; `err` (may be NULL) then says what the nearest are. Pure. */
const struct kernel_package *source_find(const struct kernel_source *source, const struct kernel_index *index,
                                         const struct kernel_wish *wish, struct error *err);

/* Whether the wish means each kernel that fits. */
bool source_means_several(const struct kernel_source *source, const char *spec);

/*
 * Append the releases of all kernels that a wish means, by version, one for each version of the kernel's authors
 * (packages of the same one differ in nothing that matters here). Pure.
 */
void source_find_all(const struct kernel_source *source, const struct kernel_index *index,
                     const struct kernel_wish *wish, struct strings *releases);

/*
 * Bring a file to `target` and hold it to the hash that the index has: -ENOENT when the source does not have it, -EIO
 * when it gave another or none at all.
 */
int source_fetch(const struct kernel_source *source, const struct package_ref *ref, const char *target,
                 struct error *err);

#endif
