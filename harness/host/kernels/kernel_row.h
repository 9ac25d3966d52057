/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel_row: one row of a kernel list. It owns the row's grammar (documented for users in kernels.txt itself) and how
 * it gets its id. Pure; rows are read by kernel_list alone.
 */
#ifndef COREMATRIX_HOST_KERNELS_KERNEL_ROW_H
#define COREMATRIX_HOST_KERNELS_KERNEL_ROW_H

#include <stdbool.h>

#include "base/error.h"
#include "host/arch/arch.h"
#include "host/kernels/list_line.h"

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
	char *spec;              /* first word as written, quotes removed */
	const struct arch *arch; /* of the kernel; for a file's, what the file is counts */
	char *flavour;           /* one of the architecture's: "cloud"; "" for the other kinds */
	char *id; /* "6.1-cloud", "newest-cloud", the release, or the file's base name; unique in the list */
	bool optional;
	unsigned memory_mb; /* 0: the default */
	char *append;       /* extra kernel command line, "" */
	char *btf;          /* file with the BTF that counts in place of the kernel's own, "" */
	char *expect; /* "", or the verdict every object of the row is expected to have: "rejected:no-kernel-btf" */
};

/*
 * Read the words of a line, at least one, into `row`, which is zero but for its line. Returns 0, or -EINVAL with `err`
 * naming path, line, column and what was expected. Free with kernel_row_free either way.
 */
int kernel_row_read(const struct list_words *words, struct kernel_row *row, const struct list_place *p,
                    struct error *err);
void kernel_row_free(struct kernel_row *row);

/* The row's spec and flavour as one word, for messages and the lock file: "6.1/cloud". The caller frees it. */
char *kernel_row_spec(const struct kernel_row *row);

#endif
