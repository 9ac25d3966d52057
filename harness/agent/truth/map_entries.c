/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/truth/map_entries.h"

#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/bpf.h>

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

struct map_view {
	const struct bpf_map *map;
	int fd;
	enum bpf_map_type type;
	uint32_t key_size, value_size, copies; /* of a value, one per processor */
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

static bool is_per_cpu(enum bpf_map_type type)
{
	return type == BPF_MAP_TYPE_PERCPU_HASH || type == BPF_MAP_TYPE_PERCPU_ARRAY ||
	       type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
}

static bool is_array(enum bpf_map_type type)
{
	return type == BPF_MAP_TYPE_ARRAY || type == BPF_MAP_TYPE_PERCPU_ARRAY;
}

static bool is_globals(const struct bpf_map *map)
{
	return bpf_map__is_internal(map) && (strstr(bpf_map__name(map), ".bss") || strstr(bpf_map__name(map), ".data"));
}

static bool is_suitable(const struct bpf_map *map)
{
	enum bpf_map_type type = bpf_map__type(map);

	if (bpf_map__fd(map) < 0 || (uint64_t)bpf_map__key_size(map) + bpf_map__value_size(map) > ENTRY_BYTES_MAX)
		return false;
	if (bpf_map__is_internal(map))
		return is_globals(map);
	if (is_array(type))
		return bpf_map__max_entries(map) <= ARRAY_MAX;
	return type == BPF_MAP_TYPE_HASH || type == BPF_MAP_TYPE_LRU_HASH || type == BPF_MAP_TYPE_PERCPU_HASH ||
	       type == BPF_MAP_TYPE_LRU_PERCPU_HASH || type == BPF_MAP_TYPE_TASK_STORAGE;
}

static const char *name_find(const struct map_name *names, size_t count, const char *map, bool is_value)
{
	for (size_t i = 0; i < count; i++)
		if (names[i].is_value == is_value && !strcmp(names[i].map, map))
			return names[i].name;
	return "";
}

static void view_add(struct map_entries *m, struct bpf_object *obj, const struct bpf_map *map,
                     const struct map_name *names, size_t name_count)
{
	const struct btf *btf = bpf_object__btf(obj);
	const char *name = bpf_map__name(map);
	struct map_view *v;
	int cpus = libbpf_num_possible_cpus();

	m->maps = xrealloc(m->maps, m->count + 1, sizeof(*m->maps));
	v = &m->maps[m->count++];
	*v = (struct map_view){
	        .map = map,
	        .fd = bpf_map__fd(map),
	        .type = bpf_map__type(map),
	        .globals = is_globals(map),
	        .key_size = bpf_map__key_size(map),
	        .value_size = bpf_map__value_size(map),
	        .copies = is_per_cpu(bpf_map__type(map)) && cpus > 0 ? (uint32_t)cpus : 1,
	};
	/* An index, or a descriptor, says nothing of anybody. */
	if (is_array(v->type) || v->type == BPF_MAP_TYPE_TASK_STORAGE)
		v->layout.type = xstrdup(name);
	else
		event_layout_add(&v->layout, btf, bpf_map__btf_key_type_id(map),
		                 name_find(names, name_count, name, false), 0);
	event_layout_add(&v->layout, btf, bpf_map__btf_value_type_id(map), name_find(names, name_count, name, true),
	                 8 * (is_array(v->type) || v->type == BPF_MAP_TYPE_TASK_STORAGE ? 0 : v->key_size));
}

struct map_entries *map_entries_open(struct bpf_object *obj, const struct map_name *names, size_t name_count)
{
	struct map_entries *m = xcalloc(1, sizeof(*m));
	struct bpf_map *map;

	bpf_object__for_each_map(map, obj)
	{
		if (is_suitable(map))
			view_add(m, obj, map, names, name_count);
	}
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
	return v->copies > 1 || is_per_cpu(v->type) ? (v->value_size + 7u) & ~7u : v->value_size;
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
	bool keyed = !is_array(v->type) && v->type != BPF_MAP_TYPE_TASK_STORAGE;
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
		                .map = bpf_map__name(v->map),
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

/* Of one task: its own value, which nothing lists. */
static void storage_look(struct map_view *v, pid_t pid, map_entry_fn *fn, void *ctx)
{
	size_t size = v->key_size + v->value_size;
	cleanup_free uint8_t *now = xcalloc(1, size + 1);
	cleanup_close int fd = pid ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;

	if (fd < 0 || v->key_size != sizeof(fd) || bpf_map_lookup_elem(v->fd, &fd, now + v->key_size))
		return;
	/* the same number stands for another task the next time */
	entry_tell(v, now, NULL, fn, ctx);
}

void map_entries_look(struct map_entries *m, pid_t pid, map_entry_fn *fn, void *ctx)
{
	for (size_t i = 0; i < m->count; i++) {
		if (m->maps[i].type == BPF_MAP_TYPE_TASK_STORAGE)
			storage_look(&m->maps[i], pid, fn, ctx);
		else
			view_look(&m->maps[i], !m->looked, fn, ctx);
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
