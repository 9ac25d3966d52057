/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * run_versions: one matrix under several versions of libbpf: a run of each by the program that is linked with it, one
 * after the other, and their results as one (result_join.h). What such a program says goes to stderr. Each run's
 * directory lies in that of the whole, and is called as its libbpf is.
 */
#ifndef COREMATRIX_HOST_RUN_RUN_VERSIONS_H
#define COREMATRIX_HOST_RUN_RUN_VERSIONS_H

#include "host/run/run.h"

struct run_version {
	const char *libbpf;  /* what it is called in the results */
	const char *program; /* path */
};

/* The options of `corematrix run` by which its program is told what to do; people have no use for the second. */
#define RUN_VERSIONS_LIBBPF "--libbpf"
#define RUN_VERSIONS_INTO "--into"

/* As run_matrix, in each of `count` versions. */
int run_versions(const struct run_request *o, const struct run_version *versions, size_t count, struct result *r,
                 char **directory, struct error *err);

#endif
