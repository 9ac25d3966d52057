/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/truth/map_entries.h"

#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>

#include "agent/truth/holding.h"
#include "base/buf.h"
#include "base/cleanup.h"

/* What is looked at of one map: more would cost more than it tells. */
#define ENTRIES_MAX 512
#define ENTRY_BYTES_MAX (64u << 10)
/* An array of this many elements is a table, every element of which would have to be read at each look. */
#define ARRAY_MAX 512

struct known {
	uint8_t *bytes; /* key and value */
	bool seen;      /* at this look */
};

/* How entries of a type of map are come by. */
struct map_trait {
	enum bpf_map_type type;
	bool is_array; /* its keys are indexes */
	bool per_cpu;
	bool is_taken; /* a look takes them out; there is no key */
};

static const struct map_trait traits[] = {
        {.type = BPF_MAP_TYPE_HASH},
        {.type = BPF_MAP_TYPE_LRU_HASH},
        {.type = BPF_MAP_TYPE_PERCPU_HASH, .per_cpu = true},
        {.type = BPF_MAP_TYPE_LRU_PERCPU_HASH, .per_cpu = true},
        {.type = BPF_MAP_TYPE_ARRAY, .is_array = true},
        {.type = BPF_MAP_TYPE_PERCPU_ARRAY, .is_array = true, .per_cpu = true},
        {.type = BPF_MAP_TYPE_CGROUP_STORAGE},
        {.type = BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE, .per_cpu = true},
        {.type = BPF_MAP_TYPE_QUEUE, .is_taken = true},
        {.type = BPF_MAP_TYPE_STACK, .is_taken = true},
};

struct map_view {
	const char *name;
	int fd;
	enum bpf_map_type type;
	uint32_t key_size, value_size, copies; /* of a value, one per processor */
	bool is_array, is_taken, per_cpu;
	bool is_kept; /* with something else; in place of a key stands what tells that from others */
	bool globals;
	struct event_layout layout;
	struct known *known;
	size_t known_count;
};

struct map_entries {
	struct map_view *maps;
	size_t count;
	bool looked; /* what was there before is no event */
};

static const struct map_trait *trait_find(enum bpf_map_type type)
{
	for (size_t i = 0; i < sizeof(traits) / sizeof(traits[0]); i++)
		if (traits[i].type == type)
			return &traits[i];
	return NULL;
}

static bool is_globals(const struct bpf_map *map)
{
	return bpf_map__is_internal(map) && (strstr(bpf_map__name(map), ".bss") || strstr(bpf_map__name(map), ".data"));
}

static bool is_suitable(const struct map_shape *s, int fd)
{
	const struct map_trait *trait = trait_find(s->type);

	if (fd < 0 || (uint64_t)s->key_size + s->value_size > ENTRY_BYTES_MAX)
		return false;
	if (holding_is_kept_by(s->type))
		return s->key_size == sizeof(int);
	return trait && (is_globals(s->map) || !trait->is_array || s->max_entries <= ARRAY_MAX);
}

static const char *name_find(const struct map_name *names, size_t count, const char *map, bool is_value)
{
	for (size_t i = 0; i < count; i++)
		if (names[i].is_value == is_value && !strcmp(names[i].map, map))
			return names[i].name;
	return "";
}

/* A key or a value: by the members that the ini has, else by its type. */
static void part_add(struct event_layout *layout, const struct btf *btf, uint32_t type, const char *name,
                     uint32_t base_bits, uint32_t size)
{
	if (*name == '{')
		event_layout_add_members(layout, name, base_bits);
	else if (!type && *name && size <= sizeof(uint64_t))
		event_layout_add_integer(layout, name, base_bits, size);
	else
		event_layout_add(layout, btf, type, name, base_bits);
}

static void view_add(struct map_entries *m, const struct btf *btf, const struct map_shape *s, int fd,
                     const struct map_name *names, size_t name_count)
{
	const char *name = bpf_map__name(s->map);
	const struct map_trait *trait = trait_find(s->type);
	struct map_view *v;
	int cpus = libbpf_num_possible_cpus();

	if (!is_suitable(s, fd))
		return;
	m->maps = xrealloc(m->maps, m->count + 1, sizeof(*m->maps));
	v = &m->maps[m->count++];
	*v = (struct map_view){
	        .name = name,
	        .fd = fd,
	        .type = s->type,
	        .is_array = trait && trait->is_array,
	        .is_taken = trait && trait->is_taken,
	        .per_cpu = trait && trait->per_cpu,
	        .is_kept = !trait,
	        .globals = is_globals(s->map),
	        .key_size = trait ? s->key_size : (uint32_t)sizeof(struct holding_id),
	        .value_size = s->value_size,
	        .copies = trait && trait->per_cpu && cpus > 0 ? (uint32_t)cpus : 1,
	};
	/* An index, or a descriptor, says nothing of anybody. */
	if (v->is_array || v->is_kept)
		v->layout.type = xstrdup(name);
	else
		part_add(&v->layout, btf, s->key_type, name_find(names, name_count, name, false), 0, v->key_size);
	part_add(&v->layout, btf, s->value_type, name_find(names, name_count, name, true),
	         8 * (v->is_array || v->is_kept ? 0 : v->key_size), v->value_size);
}

static struct map_shape own_shape(const struct map_shape_list *shapes, const struct bpf_map *map)
{
	const struct map_shape *before = map_shape_find(shapes, map);

	return (struct map_shape){
	        .map = map,
	        .type = bpf_map__type(map),
	        .key_size = bpf_map__key_size(map),
	        .value_size = bpf_map__value_size(map),
	        .max_entries = bpf_map__max_entries(map),
	        .key_type = bpf_map__btf_key_type_id(map),
	        .value_type = before ? before->value_type : bpf_map__btf_value_type_id(map),
	};
}

struct map_entries *map_entries_open(struct bpf_object *obj, const struct map_shape_list *shapes,
                                     const struct inner_map_list *inner, const struct map_name *names,
                                     size_t name_count)
{
	const struct btf *btf = bpf_object__btf(obj);
	struct map_entries *m = xcalloc(1, sizeof(*m));
	struct bpf_map *map;

	bpf_object__for_each_map(map, obj)
	{
		const struct map_shape shape = own_shape(shapes, map);

		if (!bpf_map__is_internal(map) || is_globals(map))
			view_add(m, btf, &shape, bpf_map__fd(map), names, name_count);
	}
	for (size_t i = 0; i < inner->count; i++)
		view_add(m, btf, inner->at[i].shape, inner->at[i].fd, names, name_count);
	if (m->count)
		return m;
	free(m);
	return NULL;
}

static struct known *known_find(struct map_view *v, const uint8_t *key)
{
	for (size_t i = 0; i < v->known_count; i++)
		if (!memcmp(v->known[i].bytes, key, v->key_size))
			return &v->known[i];
	return NULL;
}

/* Bytes of a value in what the kernel gives: for each processor rounded up to eight. */
static size_t stride(const struct map_view *v)
{
	return v->per_cpu ? (v->value_size + 7u) & ~7u : v->value_size;
}

static bool is_zero(const uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (bytes[i])
			return false;
	return true;
}

/* Tell of what differs from `before`, which is NULL for an entry that was not there. */
static void entry_tell(const struct map_view *v, const uint8_t *now, const uint8_t *before, map_entry_fn *fn, void *ctx)
{
	bool keyed = !v->is_array && !v->is_kept;
	size_t key = keyed ? v->key_size : 0;
	cleanup_free uint8_t *record = xcalloc(1, key + v->value_size + 1);
	cleanup_free uint8_t *old = xcalloc(1, key + v->value_size + 1);

	for (uint32_t i = 0; i < v->copies; i++) {
		const uint8_t *value = now + v->key_size + i * stride(v);
		const uint8_t *was = before ? before + v->key_size + i * stride(v) : NULL;

		/* a processor that it never ran on, an element that nobody wrote */
		if (was ? !memcmp(value, was, v->value_size)
		        : (!keyed || v->copies > 1) && is_zero(value, v->value_size))
			continue;
		memcpy(record, now, key);
		memcpy(record + key, value, v->value_size);
		memcpy(old, now, key);
		if (was)
			memcpy(old + key, was, v->value_size);
		fn(ctx, &(struct map_entry){
		                .map = v->name,
		                .bytes = record,
		                .before = was ? old : NULL,
		                .size = key + v->value_size,
		                .key_size = (uint32_t)key,
		                .layout = &v->layout,
		                .is_globals = v->globals,
		        });
	}
}

static void entry_note(struct map_view *v, const uint8_t *now, size_t size, bool first, map_entry_fn *fn, void *ctx)
{
	struct known *k = known_find(v, now);

	if (!k) {
		if (!first)
			entry_tell(v, now, NULL, fn, ctx);
		v->known = xrealloc(v->known, v->known_count + 1, sizeof(*v->known));
		k = &v->known[v->known_count++];
		k->bytes = xcalloc(1, size + 1);
	} else if (memcmp(k->bytes, now, size)) {
		entry_tell(v, now, k->bytes, fn, ctx);
	}
	memcpy(k->bytes, now, size);
	k->seen = true;
}

/* An entry that is gone is a new one when it comes again. */
static void forget_gone(struct map_view *v)
{
	size_t kept = 0;

	for (size_t i = 0; i < v->known_count; i++) {
		if (v->known[i].seen)
			v->known[kept++] = v->known[i];
		else
			free(v->known[i].bytes);
	}
	v->known_count = kept;
}

static void view_look(struct map_view *v, bool first, map_entry_fn *fn, void *ctx)
{
	size_t size = v->key_size + stride(v) * v->copies;
	cleanup_free uint8_t *now = xcalloc(1, size + 1), *key = xcalloc(1, v->key_size + 1u);
	bool begun = false;

	for (size_t i = 0; i < v->known_count; i++)
		v->known[i].seen = false;
	for (size_t n = 0; n < ENTRIES_MAX && !bpf_map_get_next_key(v->fd, begun ? key : NULL, now); n++) {
		begun = true;
		memcpy(key, now, v->key_size);
		if (!bpf_map_lookup_elem(v->fd, key, now + v->key_size))
			entry_note(v, now, size, first, fn, ctx);
	}
	forget_gone(v);
}

/* Of what one process has: each has a value of its own, which nothing lists. */
static void kept_look(struct map_view *v, pid_t pid, map_entry_fn *fn, void *ctx)
{
	size_t size = v->key_size + v->value_size;
	cleanup_free uint8_t *now = xcalloc(1, size + 1);
	struct holding_list list;

	holding_list_open(v->type, pid, &list);
	for (size_t i = 0; i < list.count; i++) {
		memcpy(now, &list.at[i].id, sizeof(list.at[i].id));
		if (!bpf_map_lookup_elem(v->fd, &list.at[i].fd, now + v->key_size))
			entry_note(v, now, size, false, fn, ctx);
	}
	holding_list_free(&list);
}

static void taken_look(struct map_view *v, bool first, map_entry_fn *fn, void *ctx)
{
	cleanup_free uint8_t *now = xcalloc(1, v->value_size + 1u);

	for (size_t n = 0; n < ENTRIES_MAX && !bpf_map_lookup_and_delete_elem(v->fd, NULL, now); n++)
		if (!first)
			entry_tell(v, now, NULL, fn, ctx);
}

void map_entries_look(struct map_entries *m, pid_t pid, map_entry_fn *fn, void *ctx)
{
	for (size_t i = 0; i < m->count; i++) {
		struct map_view *v = &m->maps[i];

		if (v->is_kept)
			kept_look(v, pid, fn, ctx);
		else if (v->is_taken)
			taken_look(v, !m->looked, fn, ctx);
		else
			view_look(v, !m->looked, fn, ctx);
	}
	m->looked = true;
}

const struct event_layout *map_entries_layout(const struct map_entries *m, size_t i)
{
	return m && i < m->count ? &m->maps[i].layout : NULL;
}

void map_entries_free(struct map_entries *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->count; i++) {
		for (size_t k = 0; k < m->maps[i].known_count; k++)
			free(m->maps[i].known[k].bytes);
		free(m->maps[i].known);
		event_layout_free(&m->maps[i].layout);
	}
	free(m->maps);
	free(m);
}
