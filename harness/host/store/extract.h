/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * extract: the kernel inside a package or an image file. The bytes are anybody's, so a worker takes it out that is
 * jailed before it looks at them (jail.h): it holds the file to read and those to write, and nothing else. What it says
 * of them is checked before it is believed. Where the files go, and what they are for, is the caller's business.
 */
#ifndef COREMATRIX_HOST_STORE_EXTRACT_H
#define COREMATRIX_HOST_STORE_EXTRACT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "host/arch/arch.h"
#include "host/lib/jail.h"
#include "host/store/store_entry.h"

/* What any worker may use that unpacks a file of a kernel. */
extern const struct jail_limits extract_limits;

struct extract_from {
	int fd;             /* open for reading */
	const char *path;   /* for messages */
	const char *sha256; /* of a user's file, as it was when it was looked at; NULL: a package that was verified */
};

struct extracted {
	char *release; /* printable, without blanks */
	const struct arch *arch;
	bool kernel_boots; /* else the packed form does */
};
void extracted_free(struct extracted *e);
#define cleanup_extracted __attribute__((cleanup(extracted_free)))

/*
 * Write the kernel's files to `to`, each empty and open for writing; those that it does not have stay empty. What is
 * wrong with the bytes is a usage error; a user's file that is no longer what it was is -EBUSY. Free `out` in every
 * case.
 */
int extract_kernel(const struct extract_from *from, const int to[ENTRY_FILE_COUNT], struct extracted *out,
                   struct error *err);

/* Write the configuration in a package to `to`, which stays empty when it has none. */
int extract_config(const struct extract_from *from, int to, struct error *err);

#endif
