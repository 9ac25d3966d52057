/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/truth/inner_map.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "base/buf.h"
#include "base/cleanup.h"

/* An element each, in every guest: of a larger array the first ones. */
#define FILLED_MAX 64

static int inner_create(struct bpf_object *obj, const struct map_shape *shape)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = shape->flags);

	if (bpf_object__btf_fd(obj) > 0 && shape->value_type) {
		opts.btf_fd = (uint32_t)bpf_object__btf_fd(obj);
		opts.btf_key_type_id = shape->key_type;
		opts.btf_value_type_id = shape->value_type;
	}
	return bpf_map_create(shape->type, "inner", shape->key_size, shape->value_size, shape->max_entries, &opts);
}

/* The kernel keeps a map as long as the outer one has it. */
static void array_fill(struct bpf_object *obj, const struct map_shape *shape)
{
	int outer = bpf_map__fd(shape->map);

	for (uint32_t i = 0; i < bpf_map__max_entries(shape->map) && i < FILLED_MAX; i++) {
		uint32_t id;
		cleanup_close int fd = -1;

		if (bpf_map_lookup_elem(outer, &i, &id) != -ENOENT)
			continue;
		fd = inner_create(obj, shape);
		if (fd < 0 || bpf_map_update_elem(outer, &i, &fd, BPF_ANY))
			return;
	}
}

static bool is_own(struct bpf_object *obj, uint32_t id)
{
	const struct bpf_map *map;

	bpf_object__for_each_map(map, obj)
	{
		struct bpf_map_info info = {0};
		uint32_t size = sizeof(info);

		if (bpf_map__fd(map) >= 0 && !bpf_obj_get_info_by_fd(bpf_map__fd(map), &info, &size) && info.id == id)
			return true;
	}
	return false;
}

static void inner_find(struct bpf_object *obj, const struct map_shape *shape, struct inner_map_list *out)
{
	int outer = bpf_map__fd(shape->map);
	cleanup_free uint8_t *key = xcalloc(1, bpf_map__key_size(shape->map) + 1u);
	bool begun = false;

	for (size_t n = 0; n < FILLED_MAX && !bpf_map_get_next_key(outer, begun ? key : NULL, key); n++) {
		uint32_t id;
		int fd;

		begun = true;
		if (bpf_map_lookup_elem(outer, key, &id) || is_own(obj, id) || (fd = bpf_map_get_fd_by_id(id)) < 0)
			continue;
		out->at = xrealloc(out->at, out->count + 1, sizeof(*out->at));
		out->at[out->count++] = (struct inner_map){shape, fd};
	}
}

void inner_map_list_open(struct bpf_object *obj, const struct map_shape_list *shapes, struct inner_map_list *out)
{
	*out = (struct inner_map_list){0};
	for (size_t i = 0; i < shapes->count; i++) {
		if (!shapes->at[i].is_inner || bpf_map__fd(shapes->at[i].map) < 0)
			continue;
		if (bpf_map__type(shapes->at[i].map) == BPF_MAP_TYPE_ARRAY_OF_MAPS)
			array_fill(obj, &shapes->at[i]);
		inner_find(obj, &shapes->at[i], out);
	}
}

void inner_map_list_free(struct inner_map_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		close(list->at[i].fd);
	free(list->at);
	*list = (struct inner_map_list){0};
}
