/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel_list: kernels.txt as a value: its rows (kernel_row.h), each id once. Every command reads its list through
 * this. It never looks at the store, a mirror or a kernel file: whether a row's kernel exists is store.h's business.
 */
#ifndef COREMATRIX_HOST_KERNELS_KERNEL_LIST_H
#define COREMATRIX_HOST_KERNELS_KERNEL_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "host/kernels/kernel_row.h"

struct kernel_list {
	char *path;
	struct kernel_row *rows;
	size_t count;
};

/*
 * Parse the text of a list. Pure. Returns 0, or -EINVAL with `err` naming path, line, column (in bytes, from 1) and
 * what was expected. A list without a row is an error. On failure `list` is empty. Free with kernel_list_free.
 */
int kernel_list_parse(const char *text, size_t len, const char *path, struct kernel_list *list, struct error *err);

/* Read and parse a file; one that cannot be read is a usage error. Relative ROW_FILE paths are kept as written. */
int kernel_list_read(const char *path, struct kernel_list *list, struct error *err);

/*
 * Keep only the rows whose id, or that of the row that they stand in place of, matches one of `count` globs (fnmatch);
 * none given keeps all. A glob that matches nothing is an error that names the ids, and leaves the list as it was.
 */
int kernel_list_select(struct kernel_list *list, char *const *globs, size_t count, struct error *err);

/* Leave out the rows for which `keep`, an entry per row, is false; there may be none left. */
void kernel_list_keep(struct kernel_list *list, const bool *keep);

/*
 * Move the rows that are types alone out of `list` into `types`: what is fetched, booted and measured is the rest,
 * which may be empty.
 */
void kernel_list_split(struct kernel_list *list, struct kernel_list *types);

/* Leave out optional rows of a list of types whose file cannot be read; any other such row is a usage error. */
int kernel_list_check_types(struct kernel_list *types, struct error *err);

/*
 * What every command does with a list that was read: select by globs, move the rows that are types alone to `types`,
 * look that their files are there. Either may come out empty; both are the caller's, also after an error.
 */
int kernel_list_sift(struct kernel_list *list, char *const *globs, size_t glob_count, struct kernel_list *types,
                     struct error *err);

/* A usage error when `list` has no kernel to `what` ("run"), only types. */
int kernel_list_need_kernel(const struct kernel_list *list, const char *what, struct error *err);

void kernel_list_free(struct kernel_list *list);
#define cleanup_kernel_list __attribute__((cleanup(kernel_list_free)))

#endif
