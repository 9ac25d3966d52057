/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * learn: where the values of subjects stand in events whose type is in no BTF. Settled over all kernels from what each
 * subject is known to be and what came while it lived; then held against every kernel. Pure.
 *
 * A field is a name, a place and a width: pid@0:8. It stands on a kernel when every subject that an event can be of has
 * a record with its value there, and in one and the same record as the other fields. Chance is kept out: values have to
 * differ between subjects and to hold more bits together than there are places to look at; a zero teaches nothing, nor
 * does a small number alone. What is sure enough on one kernel holds for all; what is less so needs half of them.
 */
#ifndef COREMATRIX_HOST_JUDGE_LEARN_H
#define COREMATRIX_HOST_JUDGE_LEARN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/result/result.h"
#include "wire/message.h"

/* What one kernel's guest saw of an object. Borrowed. */
struct learn_cell {
	const struct observation *subjects;
	size_t count;
};

enum learn_reading {
	LEARN_NUMBER,  /* little endian, or digits of a printed value */
	LEARN_SWAPPED, /* a port as it travels */
	LEARN_TICKS,   /* nanoseconds, of which the truth is in hundredths of a second */
	LEARN_TEXT,    /* up to a NUL */
	LEARN_BYTES,   /* an address */
};

/* Where a value stands. */
struct learn_place {
	char *name;
	enum learn_reading reading;
	uint32_t at;    /* byte, or number of a printed value, from 0 */
	uint32_t width; /* bytes; of a text what it has room for; 0 for a printed value */
};

/* Records that are made alike: from one map, or by one format, and of one size. */
struct learn_shape {
	char *source;
	enum record_form form;
	uint32_t size; /* 0: of any */
	uint32_t key_size;
	struct learn_place *places; /* in the order of `at` */
	size_t count;
	bool *stands;           /* of each cell: all places stand there */
	size_t cells, standing; /* with such records; of these, those where all stands */
	size_t subjects;        /* of the kernel that had most of them */
};

struct learnt {
	struct learn_shape *shapes;
	size_t count;
	size_t cells;
};

/* Free with learnt_free. No shape: nothing could be settled. */
void learn_settle(const struct learn_cell *cells, size_t count, struct learnt *out);

/* Add to `c` what its subjects' records say at the places, and what was learnt. Its verdict is judge_learnt's to set.
 */
void learn_compare(const struct learnt *learnt, const struct learn_cell *cell, struct result_cell *c);

/* "pid@0:8 comm@8:16, by 7 of 7 subjects on 17 of 18 kernels"; "" when nothing was settled. The caller's. */
char *learnt_text(const struct learnt *learnt);

void learnt_free(struct learnt *learnt);

#endif
