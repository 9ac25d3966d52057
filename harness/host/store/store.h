/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * store: images/, the kernels that rows of a list resolved to, unpacked and ready to boot. It decides which kernel a
 * row means (lock file, package index), has missing ones built and hands out paths. Commands call it once, before any
 * VM is started. It never boots anything and changes nothing outside of its directory.
 *
 *   images/<release>/          one kernel: uncompressed and as it came (their names are its architecture's), btf,
 *                              config, record.json, and symbols once it ran
 *   images/file-<sha256[:16]>/ the same for a file of the user's
 *   images/NAME/modules/       modules of it that were asked for (module_store.h)
 *   images/.tmp-NAME/          one being built, under flock; left behind only by a killed run, removed by the next
 *   images/kernels.lock        what each row resolved to (kernel_lock.h)
 *   images/DIRECTORY/          index of the kernels of a source (catalogue.h)
 *   images/.lock               flock: one run at a time decides what rows mean, and writes kernels.lock
 *   images/.use                flock: shared by runs and fetches, alone for what removes kernels
 *
 * Runs and fetches may go on side by side in one store: each kernel that is missing is fetched by one of them.
 */
#ifndef COREMATRIX_HOST_STORE_STORE_H
#define COREMATRIX_HOST_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "host/arch/arch.h"
#include "host/kernels/kernel_list.h"
#include "host/lib/strings.h"
#include "host/source/release_range.h"

struct store_kernel {
	char *id;
	unsigned line;
	bool skipped;            /* optional row that is not available; everything below but `reason` is "" */
	char *reason;            /* why it was skipped, "" otherwise */
	char *release;           /* what uname -r must say */
	const struct arch *arch; /* NULL when it was skipped */
	char *package, *version; /* "" for a user's file */
	char *package_sha256;    /* for a user's file: of that file */
	char *image_sha256;      /* of the kernel, uncompressed */
	char *btf_sha256;        /* "" without BTF */
	char *image;             /* path of what QEMU boots */
	char *btf;               /* path of the raw BTF, "" when the kernel has none */
	char *config;            /* path of the kernel's configuration, "" when unknown */
	char *lsm;               /* the security modules that it was built with, in order; "" when unknown */
	char *symbols;           /* path where its functions' names are kept once a guest told them (symbols.h) */
	char *packed; /* path of the kernel as it was compressed; "" when it came without or before it was kept */
};

struct store_options {
	const char *dir;               /* "images" */
	bool frozen;                   /* any difference from kernels.lock is an error */
	bool offline;                  /* store_list_open: asks no source, and takes what is known of it */
	bool unpinned;                 /* kernels.lock is neither read nor written: rows mean what the source has */
	bool update;                   /* resolve again through a refreshed index, whatever kernels.lock says */
	bool compressed;               /* packages whose entry was built before that image was kept are built again */
	bool quiet;                    /* no line per kernel and no total */
	const struct strings *modules; /* kernel modules to be kept of packages that are fetched; NULL: none */
};

/*
 * Read the list at `path`; put in place of each row that stands for several kernels a row for each (in `o->update` or
 * when kernels.lock does not know it yet: those that the source has, which kernels.lock then names); and sift it by
 * globs (kernel_list.h). Both lists are the caller's, also after an error.
 */
int store_list_open(const struct store_options *o, const char *path, char *const *globs, size_t glob_count,
                    struct kernel_list *list, struct kernel_list *types, struct error *err);
/* The same with a list that was read: only put those rows in place. */
int store_list_expand(const struct store_options *o, struct kernel_list *list, struct error *err);

/*
 * Make every row of `list` available: resolve, fetch what is missing, verify, write the lock file. No network is
 * touched for rows that are in the lock with their kernel in the store. Fills kernels[] in row order; the caller frees
 * it with store_kernels_free. Nothing is fetched before every row is known to exist; an unknown version, release or
 * file is -EINVAL (usage), naming the row's line and the nearest that exist; everything else that fails is the
 * environment's.
 */
int store_prepare(const struct store_options *o, const struct kernel_list *list, struct store_kernel **kernels,
                  size_t *count, struct error *err);

/* Keep others from removing kernels as long as *fd is open; -1 where the store cannot be written to. */
int store_use(const struct store_options *o, int *fd, struct error *err);

/* Skip a kernel that turned out not to be complete: `reason`, and nothing else of it, stays. */
void store_kernel_skip(struct store_kernel *kernel, const char *reason);
void store_kernels_free(struct store_kernel *kernels, size_t count);

/* A kernel of which no more than its row is known yet, and freeing what one consists of. */
struct store_kernel store_kernel_awaited(const struct kernel_row *row);
void store_kernel_free(struct store_kernel *kernel);

/* Leave out the kernels for which `keep`, an entry per kernel, is false; returns how many are left. */
size_t store_kernels_keep(struct store_kernel *kernels, size_t count, const bool *keep);

/* What a row is known to resolve to without network and without building anything. */
struct store_row {
	char *release;           /* "" when not resolved yet */
	char *package, *version; /* "" when not resolved yet, or for a file */
	bool present;            /* its kernel is in the store and whole */
};

/* Offline view for `kernels list`. rows[] in row order; free with store_rows_free. */
int store_list(const struct store_options *o, const struct kernel_list *list, struct store_row **rows, size_t *count,
               struct error *err);
void store_rows_free(struct store_row *rows, size_t count);

/*
 * Hash every file of every kernel that the list's rows refer to in kernels.lock. `bad` counts the kernels that are
 * damaged or missing, each reported by one warning line; `good` the others.
 */
int store_verify(const struct store_options *o, const struct kernel_list *list, size_t *good, size_t *bad,
                 struct error *err);

/*
 * Append the releases that a source (NULL: the default one) has between two of its kernels (release_range.h). -ENOENT
 * when there is no index of it and `fetch` does not allow to get one; without `fetch`, one of any age will do.
 */
int store_range(const struct store_options *o, const struct kernel_source *source, struct release_point from,
                struct release_point to, bool fetch, struct strings *between, struct error *err);

/* A kernel that a source has and kernels.lock does not. */
struct store_new {
	const struct kernel_row *row; /* the one that would mean it, of the list */
	char *release;
	char *before; /* what the row means by kernels.lock; "": nothing yet, or several kernels */
};

struct store_news {
	struct store_new *at;
	size_t count;
	struct strings rowless; /* the newest release of each version that is beyond those of all rows of its flavour */
};

/*
 * What the sources of a list's rows have by now (their indexes are read anew) that kernels.lock does not; kernels.lock
 * stays as it is. A list as it was read, with rows that stand for several kernels. `news` is the caller's either way.
 */
int store_news(const struct store_options *o, const struct kernel_list *list, struct store_news *news,
               struct error *err);
void store_news_free(struct store_news *news);

/* Check that the kernel of each row exists (index or file), fetching an index when there is none; nothing is built.
 */
int store_resolve(const struct store_options *o, const struct kernel_list *list, struct error *err);

/* Whether the store has that kernel, which is called by its release, whole. */
bool store_has(const struct store_options *o, const char *entry);

/* Copy a kernel's types, configuration and names of functions, as far as there are any, to
 * TO/ENTRY.{btf,config,symbols}. */
int store_keep_types(const struct store_options *o, const char *entry, const char *to, struct error *err);

/*
 * Remove one kernel, unless a line of kernels.lock refers to it or somebody uses the store now (which is not waited
 * for); `bytes` is what that made free, 0 when it stayed. Not while the caller has it in use itself (store_use).
 */
int store_drop(const struct store_options *o, const char *entry, uint64_t *bytes, struct error *err);

/* Remove entries and lock lines that no row of the list refers to; `removed` counts entries, `bytes` what they took. */
int store_prune(const struct store_options *o, const struct kernel_list *list, size_t *removed, uint64_t *bytes,
                struct error *err);

#endif
