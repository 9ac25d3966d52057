/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * predict_worker: the process that parses objects and BTF and computes predictions, and the notes it leaves. It is
 * jailed; it writes what it knows to a file in memory piece by piece, so that what was finished survives its death, and
 * always says first what it is about to parse, so that a death has a culprit.
 */
#ifndef COREMATRIX_HOST_PREDICT_PREDICT_WORKER_H
#define COREMATRIX_HOST_PREDICT_PREDICT_WORKER_H

#include <stdbool.h>
#include <stddef.h>

#include "host/object/object.h"
#include "host/predict/predict.h"
#include "host/predict/prediction.h"
#include "host/store/module_store.h"

enum predict_note {
	NOTE_BEGIN,  /* of an object, a kernel, or a cell, as far as the indexes are set */
	NOTE_OBJECT, /* prediction_pack_object follows */
	NOTE_KERNEL, /* failed, reason */
	NOTE_CELL,   /* prediction_pack_cell follows */
};

#define NOTE_NO_INDEX UINT32_MAX

/* Each note is a u32 length and that many bytes: this, then what belongs to the kind. */
struct predict_note_head {
	uint8_t kind; /* enum predict_note */
	uint32_t kernel, object;
};

void predict_note_pack(struct pack *pack, struct predict_note_head *head);

/* A module of a kernel at work. */
struct predict_module {
	size_t kernel;
	const struct stored_module *module;
	int file; /* open, -1 when it could not be opened */
};

struct predict_work {
	const struct object_list *objects;
	struct prediction *so_far;               /* what is known: failed objects and kernels are not parsed again */
	const bool *done;                        /* one per cell */
	const int *btf;                          /* open files, one per kernel, -1: it has none */
	const int *symbols;                      /* the same of symbols.h */
	int *configs;                            /* the same of kernel_config.h */
	const struct predict_types *types;       /* one per kernel */
	const struct module_set *const *modules; /* one per kernel; NULL: not known */
	const struct predict_module *files;      /* of all kernels to do */
	size_t file_count;
	const bool *external;  /* one per kernel: its BTF tells of relocations only */
	const size_t *kernels; /* to do */
	size_t kernel_count;
	int notes; /* where notes go */
};

/* A child_worker's work; `ctx` is a struct predict_work. */
int predict_work(void *ctx, struct error *err);

#endif
