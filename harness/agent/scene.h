/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scene: what a subject's deed touched beside the subject itself (a file, a connection), and which event fields claim
 * to carry it. Pure. Used by workload, beside compare, which knows the subject's identity.
 *
 * A deed consists of several moments, and events speak of any of them: a file has size 0 when it is created, a
 * connection has a client's and a server's side. Each is a view; an event is explained when one view fits all fields of
 * it that are known here. Of a subject's events one has to be explained; the others may speak of moments that no view
 * is kept for.
 */
#ifndef COREMATRIX_AGENT_SCENE_H
#define COREMATRIX_AGENT_SCENE_H

#include <stddef.h>
#include <stdint.h>

#include "agent/action.h"
#include "agent/compare.h"
#include "agent/event.h"

enum scene_key {
	SCENE_PATH,
	SCENE_INO,
	SCENE_DEV,
	SCENE_SIZE,
	SCENE_FAMILY,
	SCENE_SADDR,
	SCENE_DADDR,
	SCENE_SPORT,
	SCENE_DPORT,
	SCENE_KEY_COUNT,
};

#define SCENE_VIEWS_MAX 6

struct scene_view {
	uint32_t known; /* bits of enum scene_key; other fields are not checked */
	const char *path;
	uint64_t numbers[SCENE_KEY_COUNT];
	uint8_t addresses[2][16]; /* source and destination */
};

struct scene {
	struct scene_view views[SCENE_VIEWS_MAX]; /* the one that says most comes first */
	size_t count;
	char *paths[2];
};

/* Each fills `scene`; free it with scene_free. */
void scene_of_exec(struct scene *scene, const char *path);
void scene_of_action(struct scene *scene, enum action action, const char *directory,
                     const struct action_result *result);
void scene_free(struct scene *scene);
#define cleanup_scene __attribute__((cleanup(scene_free)))

/* The enum scene_key that field `i` of `layout` claims to carry, or -1. */
int scene_field_key(const struct event_layout *layout, size_t i);

/* Fields of the event that the best fitting view contradicts; `*checked` is how many it says anything of. */
size_t scene_mismatches(const struct event *e, const struct scene *scene, size_t *checked);

/* Add one fact per field that the best fitting view speaks of. Returns how many of them are not ok. */
size_t scene_compare(const struct event *e, const struct scene *scene, const char *workload, struct fact_list *out);

#endif
