/* SPDX-License-Identifier: BSD-2-Clause */
/* job_file: the file of a job (wire/job.h), as a guest is handed it: which objects, with what they need of the host. */
#ifndef COREMATRIX_HOST_RUN_JOB_FILE_H
#define COREMATRIX_HOST_RUN_JOB_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "host/object/object.h"
#include "host/store/module_store.h"

/* All borrowed. */
struct job_file {
	uint64_t nonce;          /* the guest gives it back */
	const struct arch *arch; /* of the kernel, which has files of objects for itself; NULL: any */
	const struct object_list *objects;
	const size_t *some; /* `count` indices into `objects`; NULL: all of them */
	size_t count;
	const struct module_set *modules; /* of the kernel; NULL: none is loaded */
	const struct buf *btf;            /* to be used in place of the kernel's own; NULL or empty: none */
	const struct buf *files;          /* of user space (shipped.h); NULL or empty: none */
	const char *config;               /* path of the kernel's configuration; NULL or "": none */
	bool symbols;                     /* the guest is to tell its kernel's functions */
	bool top_lines;                   /* it is to tell on which lines of the source the verifier spends most */
	const char *circumstances;        /* that the guest is to set; NULL or "": none */
	unsigned patience;                /* times the usual, how long an object may be loaded; 0 as 1 */
};

/* Write it to `path`, whole or not at all. Returns 0 or a negative errno. */
int job_file_write(const struct job_file *f, const char *path, struct error *err);

#endif
