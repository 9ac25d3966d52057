/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * map_entries: the maps of a loaded object as a source of events: whatever entry is new or has changed since the last
 * look is one, its key and then its value. Hash, LRU, array and per-CPU (one event per processor), maps within maps,
 * queues and stacks, which are emptied, and storage of a task, an inode, a socket, a cgroup; global variables are an
 * array's only entry. It compares nothing with any truth.
 */
#ifndef COREMATRIX_AGENT_TRUTH_MAP_ENTRIES_H
#define COREMATRIX_AGENT_TRUTH_MAP_ENTRIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <bpf/libbpf.h>

#include "agent/truth/event.h"
#include "agent/truth/inner_map.h"

struct map_entries;

/* What an ini calls a key or a value: `[maps] execs.key = pid`, or members in C where no type tells. */
struct map_name {
	const char *map;
	bool is_value;
	const char *name;
};

/* One entry that is new or has changed; borrowed until the next look. */
struct map_entry {
	const char *map;
	const void *bytes;  /* key, then value */
	const void *before; /* the same at the last look, NULL when it is new */
	size_t size;
	uint32_t key_size; /* 0 where the key says nothing: an array's index of one entry, a descriptor */
	const struct event_layout *layout; /* by the object's BTF and the names */
	bool is_globals;
};

typedef void map_entry_fn(void *ctx, const struct map_entry *entry);

/* NULL when the object has no such map, and no inner ones. `shapes` may be NULL. The layouts of its maps are read here.
 */
struct map_entries *map_entries_open(struct bpf_object *obj, const struct map_shape_list *shapes,
                                     const struct inner_map_list *inner, const struct map_name *names,
                                     size_t name_count);

/* Look at all maps; `pid` is the process with what storage is looked at, 0: none. */
void map_entries_look(struct map_entries *m, pid_t pid, map_entry_fn *fn, void *ctx);

/* Layout number `i`, NULL behind the last. */
const struct event_layout *map_entries_layout(const struct map_entries *m, size_t i);

void map_entries_free(struct map_entries *m);

#endif
