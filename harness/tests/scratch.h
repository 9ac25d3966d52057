/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scratch: a temporary directory for one test program, made and removed outside the forked tests, so that a test that
 * dies leaves nothing. Its name has what careless quoting breaks on. For files of harness/tests only.
 */
#ifndef COREMATRIX_TESTS_SCRATCH_H
#define COREMATRIX_TESTS_SCRATCH_H

#include <check.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"

static char *scratch_root;

/* Both are for tcase_add_unchecked_fixture. */
static inline void scratch_setup(void)
{
	const char *tmp = getenv("TMPDIR");

	scratch_root = xasprintf("%s/corematrix test's, XXXXXX", tmp && *tmp ? tmp : "/tmp");
	ck_assert_msg(mkdtemp(scratch_root) != NULL, "cannot create %s", scratch_root);
	/* The fake QEMU in it runs as nobody. */
	ck_assert_int_eq(chmod(scratch_root, 0755), 0);
}

static inline void scratch_teardown(void)
{
	io_remove_tree(scratch_root, NULL);
	free(scratch_root);
	scratch_root = NULL;
}

/* A path below the directory; the caller frees it. */
static inline char *scratch_path(const char *name)
{
	return xasprintf("%s/%s", scratch_root, name);
}

/* A file with that content; the caller frees its path. */
static inline char *scratch_file(const char *name, const void *bytes, size_t len)
{
	char *path = scratch_path(name);

	ck_assert_int_eq(io_replace_file(path, bytes, len, NULL), 0);
	return path;
}

#endif
