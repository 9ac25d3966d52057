/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * name_index: the named types of one BTF, looked up by name where libbpf scans. Made once, never changed; relo_target
 * has one per BTF on the host, the agent one of its kernel's.
 */
#ifndef COREMATRIX_RELO_NAME_INDEX_H
#define COREMATRIX_RELO_NAME_INDEX_H

#include <stddef.h>
#include <stdint.h>

#include <bpf/btf.h>

/* Hashed by name without flavour; chains run through `next` in order of type ids. */
struct name_index {
	const struct btf *btf;
	uint32_t first; /* type ids below belong to the base */
	uint32_t count; /* of `btf`, with those below */
	uint32_t mask;
	uint32_t *heads; /* type id, 0 for none */
	uint32_t *next;  /* by type id less `first` */
	uint32_t *hashes;
};

/* Index the types of `btf` from id `first` on; `btf` is borrowed and must be sound (btf_check.h). */
void name_index_build(struct name_index *index, const struct btf *btf, uint32_t first);
void name_index_free(struct name_index *index);

/*
 * A type whose name without flavour suffix is the `len` bytes at `name`: the first after type id `after` (0: the first
 * of all), in order of ids; 0 when there is none left. Any `after` but 0 must be what an earlier call returned.
 */
uint32_t name_index_find(const struct name_index *index, const char *name, size_t len, uint32_t after);

/* As name_index_find, but only candidates for `wanted`: of its kind, where enum and enum64 count as one. */
uint32_t name_index_candidate(const struct name_index *index, const struct btf_type *wanted, const char *name,
                              size_t len, uint32_t after);

#endif
