/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/truth/map_shape.h"

#include <stdlib.h>

#include "base/buf.h"

static bool holds_maps(const struct bpf_map *map)
{
	return bpf_map__type(map) == BPF_MAP_TYPE_ARRAY_OF_MAPS || bpf_map__type(map) == BPF_MAP_TYPE_HASH_OF_MAPS;
}

static bool loses_types(const struct bpf_map *map)
{
	return bpf_map__type(map) == BPF_MAP_TYPE_QUEUE || bpf_map__type(map) == BPF_MAP_TYPE_STACK;
}

void map_shape_list_read(struct bpf_object *obj, struct map_shape_list *out)
{
	struct bpf_map *map;

	*out = (struct map_shape_list){0};
	bpf_object__for_each_map(map, obj)
	{
		const struct bpf_map *like = loses_types(map) ? map : holds_maps(map) ? bpf_map__inner_map(map) : NULL;

		if (!like)
			continue;
		out->at = xrealloc(out->at, out->count + 1, sizeof(*out->at));
		out->at[out->count++] = (struct map_shape){
		        .map = map,
		        .is_inner = like != map,
		        .type = bpf_map__type(like),
		        .key_size = bpf_map__key_size(like),
		        .value_size = bpf_map__value_size(like),
		        .max_entries = bpf_map__max_entries(like),
		        .flags = bpf_map__map_flags(like),
		        .key_type = bpf_map__btf_key_type_id(like),
		        .value_type = bpf_map__btf_value_type_id(like),
		};
	}
}

void map_shape_list_free(struct map_shape_list *list)
{
	free(list->at);
	*list = (struct map_shape_list){0};
}

const struct map_shape *map_shape_find(const struct map_shape_list *list, const struct bpf_map *map)
{
	for (size_t i = 0; list && i < list->count; i++)
		if (list->at[i].map == map && !list->at[i].is_inner)
			return &list->at[i];
	return NULL;
}
