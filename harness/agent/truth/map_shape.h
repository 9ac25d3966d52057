/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * map_shape: what libbpf forgets of an object's maps in the load: what maps within maps are like, and the types of the
 * values of queues and stacks.
 */
#ifndef COREMATRIX_AGENT_TRUTH_MAP_SHAPE_H
#define COREMATRIX_AGENT_TRUTH_MAP_SHAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bpf/libbpf.h>

struct map_shape {
	const struct bpf_map *map; /* borrowed */
	bool is_inner;             /* of the maps within it */
	enum bpf_map_type type;
	uint32_t key_size, value_size, max_entries, flags;
	uint32_t key_type, value_type; /* in the object's BTF, 0: none */
};

struct map_shape_list {
	struct map_shape *at;
	size_t count;
};

/* Of an object that is open and not loaded. Free with map_shape_list_free. */
void map_shape_list_read(struct bpf_object *obj, struct map_shape_list *out);
void map_shape_list_free(struct map_shape_list *list);

/* What was known of the map itself; NULL: libbpf still knows. */
const struct map_shape *map_shape_find(const struct map_shape_list *list, const struct bpf_map *map);

#endif
