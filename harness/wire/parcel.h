/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * parcel: some files with their paths and modes as one run of bytes: what a job's object holds when the object is a
 * program of the user's that loads its own BPF (SETTING_LOADER). Written by the host, read by the agent; it touches no
 * file itself.
 */
#ifndef COREMATRIX_WIRE_PARCEL_H
#define COREMATRIX_WIRE_PARCEL_H

#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "wire/pack.h"

/* What a cell says about where events went when the user's own program took them (struct cell_end_fact, `source`). */
#define PARCEL_EVENT_SOURCE "own loader"

struct parcel_file {
	char *path;    /* absolute */
	uint32_t mode; /* permission bits */
	const void *bytes;
	uint32_t size;
};

/* Append one file to `out`. `file` is not changed. */
void parcel_add(struct buf *out, struct parcel_file *file);

/* Reads what parcel_add wrote. */
struct parcel_reader {
	struct pack pack;
};

struct parcel_reader parcel_open(const void *bytes, uint32_t size);

/*
 * The next file. Returns 1 with `file` filled (the path is the caller's to free, the bytes point into the parcel), 0
 * after the last one, or -EBADMSG with `err` filled.
 */
int parcel_next(struct parcel_reader *r, struct parcel_file *file, struct error *err);

#endif
