/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pack: one description of a message serves to write it and to read it. Every pack_* call takes the address of a field
 * and, by the direction the pack was made for, appends it or fills it. Integers are little endian; strings are a u32
 * length and that many bytes. Reading checks every bound; the first short or oversized field marks the pack failed and
 * everything after it reads as zero.
 */
#ifndef COREMATRIX_WIRE_PACK_H
#define COREMATRIX_WIRE_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct pack {
	struct buf *out;   /* writing when set, else reading */
	const uint8_t *in; /* next byte to read */
	size_t left;       /* bytes left to read */
	bool failed;
};

struct pack pack_writer(struct buf *out);
struct pack pack_reader(const void *bytes, size_t len);

void pack_u8(struct pack *p, uint8_t *v);
void pack_u32(struct pack *p, uint32_t *v);
void pack_u64(struct pack *p, uint64_t *v);
void pack_i32(struct pack *p, int32_t *v);
void pack_bool(struct pack *p, bool *v);
/* `*s` may be NULL when writing ("" is sent); when reading it becomes an allocation of the caller's. */
void pack_str(struct pack *p, char **s);
/* Raw bytes with their length; when reading `*bytes` becomes an allocation of the caller's. */
void pack_bytes(struct pack *p, void **bytes, uint32_t *len);
/*
 * The count of a list whose entries take at least `min_size` bytes each. When reading, a count that cannot fit into
 * what is left fails the pack, so that the caller may allocate `*count` entries.
 */
void pack_count(struct pack *p, uint32_t *count, size_t min_size);

/* True when reading went well and nothing is left over. */
bool pack_complete(const struct pack *p);

#endif
