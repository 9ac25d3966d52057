/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * loader_pack: the files of a loader, with their paths and modes, as one run of bytes: what a job's object holds when
 * the object is a program of the user's that loads its own BPF (SETTING_LOADER). Written by the host, read by the
 * agent; it touches no file itself.
 */
#ifndef COREMATRIX_WIRE_LOADER_PACK_H
#define COREMATRIX_WIRE_LOADER_PACK_H

#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "wire/pack.h"

/* What a cell says about where events went when a loader took them (struct cell_end_fact, `source`); a value of
 * results.json. */
#define LOADER_EVENT_SOURCE "own loader"

struct loader_pack_file {
	char *path;    /* absolute */
	uint32_t mode; /* permission bits */
	const void *bytes;
	uint32_t size;
};

/* Append one file to `out`. `file` is not changed. */
void loader_pack_add(struct buf *out, struct loader_pack_file *file);

/* Reads what loader_pack_add wrote. */
struct loader_pack_reader {
	struct pack pack;
};

struct loader_pack_reader loader_pack_open(const void *bytes, uint32_t size);

/*
 * The next file. Returns 1 with `file` filled (the path is the caller's to free, the bytes point into the pack), 0
 * after the last one, or -EBADMSG with `err` filled.
 */
int loader_pack_next(struct loader_pack_reader *r, struct loader_pack_file *file, struct error *err);

#endif
