/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * inner_map: maps within maps that are none of the object's own. An object's own loader puts them there; where it is
 * an array of maps that are all alike, this does, before anything runs. Others it finds. It reads no entry of theirs.
 */
#ifndef COREMATRIX_AGENT_TRUTH_INNER_MAP_H
#define COREMATRIX_AGENT_TRUTH_INNER_MAP_H

#include <stddef.h>

#include <bpf/libbpf.h>

#include "agent/truth/map_shape.h"

struct inner_map {
	const struct map_shape *shape; /* borrowed; its map is the outer one */
	int fd;
};

struct inner_map_list {
	struct inner_map *at;
	size_t count;
};

/* Of the loaded object. What cannot be made or found is left out. Free with inner_map_list_free. */
void inner_map_list_open(struct bpf_object *obj, const struct map_shape_list *shapes, struct inner_map_list *out);
void inner_map_list_free(struct inner_map_list *list);

#endif
