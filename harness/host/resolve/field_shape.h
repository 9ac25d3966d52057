/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * field_shape: how wide a field is and how its bits are to be read, and whether code compiled for one shape misreads
 * another. Pure.
 */
#ifndef COREMATRIX_HOST_RESOLVE_FIELD_SHAPE_H
#define COREMATRIX_HOST_RESOLVE_FIELD_SHAPE_H

#include <stdbool.h>
#include <stdint.h>

#include <bpf/btf.h>

struct field_shape {
	uint32_t size;  /* bytes of the whole field; of its storage for a bit-field */
	uint32_t bits;  /* of one element when the field is an array, of the bit-field, else of the field */
	uint32_t shift; /* of a bit-field within its byte */
	bool bitfield;
	bool number;     /* integer, enum, pointer or float; false for structs, unions and what has no size */
	bool signedness; /* `is_signed` means something: a plain integer that is neither char nor bool */
	bool is_signed;
};

/* Shape of member `index` of struct or union `parent`, which begins at bit `bit_offset` of the root. */
struct field_shape field_shape_member(const struct btf *btf, uint32_t parent, uint32_t index, uint32_t bit_offset);
/* Shape of something of type `type_id` that is not a member: an array's element, a root. */
struct field_shape field_shape_type(const struct btf *btf, uint32_t type_id);

/* What the code adjusts by itself, by further relocations of the same field. */
enum {
	FIELD_ADJUSTS_SIZE = 1,
	FIELD_ADJUSTS_SIGN = 2,
	FIELD_ADJUSTS_BITS = 4,
};

enum field_reading {
	FIELD_READ_RIGHT,
	FIELD_READ_WHOLE, /* every bit is read, and the code takes them for something else */
	FIELD_MISREAD,
};

/*
 * How code compiled for `local` reads `target`. `adjusts` says what is taken care of. Unless it is read right, `*words`
 * becomes the difference in words for the user, the caller's.
 */
enum field_reading field_shape_compare(const struct field_shape *local, const struct field_shape *target,
                                       unsigned adjusts, char **words);

#endif
