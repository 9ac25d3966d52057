/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel_row: one row of a kernel list. It owns the row's grammar (documented for users in kernels.txt itself), but for
 * the words that say which kernel of a source is meant, and how a row gets its id. Pure, but that it looks which file
 * beside the list defines a source.
 */
#ifndef COREMATRIX_HOST_KERNELS_KERNEL_ROW_H
#define COREMATRIX_HOST_KERNELS_KERNEL_ROW_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "host/arch/arch.h"
#include "host/kernels/list_line.h"
#include "host/source/source.h"
#include "wire/circumstance.h"
#include "wire/said_rule.h"

enum row_kind {
	ROW_PACKAGE, /* "6.1 cloud": a kernel of a source, by words that the source reads */
	ROW_FILE,    /* "./vmlinuz": a file of the user's */
	ROW_TYPES,   /* "./6.1.btf": the types of a kernel alone, predicted and never booted */
};

struct kernel_row {
	unsigned line; /* in the list's file, from 1 */
	enum row_kind kind;
	const struct kernel_source *source; /* of a ROW_PACKAGE, NULL of the others */
	char *spec;                         /* first word as written, quotes removed; "6.12.*" for "6.12 *" */
	bool several; /* a ROW_PACKAGE that stands for each kernel that fits: store_list_open puts these in its place */
	char *group;  /* id of the row that it was put in place of, NULL: it was written as it is */
	const struct arch *arch; /* of the kernel; for a file's, what the file is counts */
	char *flavour;           /* second word that the source took: "cloud"; "" without */
	char *id; /* "6.1-cloud", "newest-cloud", the release, or the file's base name; unique in the list */
	bool optional;
	unsigned memory_mb;       /* 0: the default */
	unsigned processors;      /* 0: one */
	char *append;             /* extra kernel command line, "" */
	struct circumstances env; /* that its kernel is to run in */
	char *btf;                /* file with the BTF that counts in place of the kernel's own, "" */
	char *config;             /* file with the configuration that the kernel was built with, "" */
	char *expect; /* "", or the verdict every object of the row is expected to have: "rejected:no-kernel-btf" */
	struct said_rule allow; /* a line that its kernel may log; without a pattern: none */
};

/*
 * Read the words of a line, at least one, into `row`, which is zero but for its line. Returns 0, or -EINVAL with `err`
 * naming path, line, column and what was expected. Free with kernel_row_free either way.
 */
int kernel_row_read(const struct list_words *words, struct kernel_row *row, const struct list_place *p,
                    struct error *err);
void kernel_row_free(struct kernel_row *row);

/* The row of one kernel of a `several` row, with its options; its id is the release, with its circumstances. Free with
 * kernel_row_free. */
struct kernel_row kernel_row_of_release(const struct kernel_row *several, const char *release);

/* Append a line of a list: that kernel with the machine of `row`, passed over and told where it cannot be had. */
void kernel_row_write_release(const struct kernel_row *row, const char *release, struct buf *list);

/* What the source of a ROW_PACKAGE is asked for; as long as the row. */
struct kernel_wish kernel_row_wish(const struct kernel_row *row);

/* The flavour of the row's kernel, once its release is known; "" for a file. */
const char *kernel_row_flavour(const struct kernel_row *row, const char *release);

/*
 * The row's spec and flavour as one word, for messages and the lock file: "6.1/cloud", with the source in front when it
 * is not the default one: "NAME:6.1/cloud". The caller frees it.
 */
char *kernel_row_spec(const struct kernel_row *row);

#endif
