/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scene: whether an event tells the truth about what a subject did beside being itself (a file, a connection). Pure but
 * for what hint looks up in BTF. The subject's identity is compare's.
 *
 * An event is explained when one view of the scene fits all fields of it that any view speaks of. Of a subject's events
 * one has to be explained; the others may speak of moments that no view is kept for.
 */
#ifndef COREMATRIX_AGENT_TRUTH_SCENE_H
#define COREMATRIX_AGENT_TRUTH_SCENE_H

#include <stddef.h>

#include "agent/deeds/view.h"
#include "agent/truth/compare.h"
#include "agent/truth/event.h"
#include "agent/truth/hint.h"

/* The enum view_key that field `i` of `layout` claims to carry, or -1. */
int scene_field_key(const struct event_layout *layout, size_t i);

/* True when some value of the event stands under a name that a view may speak of. */
bool scene_is_understood(const struct event *e);

/* Fields of the event that the best fitting view contradicts; `*checked` is how many it says anything of. */
size_t scene_mismatches(const struct event *e, const struct scene *scene, size_t *checked);

/* Add one fact per field that the best fitting view speaks of. Returns how many of them are not ok. */
size_t scene_compare(const struct event *e, const struct scene *scene, const char *workload,
                     const struct hint_context *hints, struct fact_list *out);

#endif
