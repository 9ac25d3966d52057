/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * btf_field: where a field is, looked up in a BTF by a path such as "task_struct.comm". Pure; keeps nothing.
 *
 * A path is a type name (struct, union, or a typedef of one) and member names with dots between them. Anonymous members
 * and typedefs are seen through. A member that is an array stands for its first element where the path goes on;
 * "rss_stat[2].count" names another one. Pointers are not followed: what one points to is another object.
 */
#ifndef COREMATRIX_RELO_BTF_FIELD_H
#define COREMATRIX_RELO_BTF_FIELD_H

#include <stdbool.h>
#include <stdint.h>

#include <bpf/btf.h>

struct btf_field {
	uint32_t offset_bits;
	uint32_t size_bits;
	bool bitfield, is_signed;
	__u32 type_id; /* as declared: typedefs and qualifiers not removed */
};

/*
 * Returns 0 with `field` filled, -ENOENT when there is no such type, -ENXIO when it has no such member, -EINVAL when
 * `path` has no form of a path.
 */
int btf_field_find(const struct btf *btf, const char *path, struct btf_field *field);

/*
 * Up to three members, separated by ", ", whose names are near the first member of `path` that is missing; "" when
 * nothing is near or missing. Returned string is the caller's.
 */
char *btf_field_near(const struct btf *btf, const char *path);

#endif
