/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel_list: kernels.txt as a value. It owns the grammar (documented for users in kernels.txt itself) and the ids of
 * the rows. Every command reads its list through here. It never looks at the store, a mirror or a kernel file: whether
 * a row's kernel exists is store.h's business.
 */
#ifndef COREMATRIX_HOST_KERNEL_LIST_H
#define COREMATRIX_HOST_KERNEL_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

enum row_kind {
	ROW_VERSION, /* "6.1 cloud": the newest package of that version */
	ROW_NEWEST,  /* "newest cloud": the newest version there is */
	ROW_RELEASE, /* "6.12.95+deb12-cloud-amd64": exactly this one */
	ROW_FILE,    /* "./vmlinuz": a file of the user's */
	ROW_TYPES,   /* "./6.1.btf": the types of a kernel alone, predicted and never booted */
};

struct kernel_row {
	unsigned line; /* in the list's file, from 1 */
	enum row_kind kind;
	char *spec;    /* first word as written, quotes removed */
	char *flavour; /* "amd64", "cloud", "rt"; "" for the other kinds */
	char *id;      /* "6.1-cloud", "newest-cloud", the release, or the file's base name; unique in the list */
	bool optional;
	unsigned memory_mb; /* 0: the default */
	char *append;       /* extra kernel command line, "" */
	char *btf;          /* file with the BTF that counts in place of the kernel's own, "" */
	char *expect; /* "", or the verdict every object of the row is expected to have: "rejected:no-kernel-btf" */
};

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
 * Keep only the rows whose id matches one of `count` globs (fnmatch); none given keeps all. A glob that matches nothing
 * is an error that names the ids, and leaves the list as it was.
 */
int kernel_list_select(struct kernel_list *list, char *const *globs, size_t count, struct error *err);

/*
 * Move the rows that are types alone out of `list` into `types`: what is fetched, booted and measured is the rest,
 * which may be empty.
 */
void kernel_list_split(struct kernel_list *list, struct kernel_list *types);

/* Leave out optional rows of a list of types whose file cannot be read; any other such row is a usage error. */
int kernel_list_check_types(struct kernel_list *types, struct error *err);

void kernel_list_free(struct kernel_list *list);
#define cleanup_kernel_list __attribute__((cleanup(kernel_list_free)))

/* The row's spec and flavour as one word, for messages and the lock file: "6.1/cloud". The caller frees it. */
char *kernel_row_spec(const struct kernel_row *row);

#endif
