/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scene_value: one value of an event against one fact of a view: whether it is the truth in any of the forms that
 * programs leave it in, how both are printed, and what is said when it is not. Pure but for what hint looks up in BTF.
 */
#ifndef COREMATRIX_AGENT_TRUTH_SCENE_VALUE_H
#define COREMATRIX_AGENT_TRUTH_SCENE_VALUE_H

#include <stdbool.h>

#include "agent/deeds/view.h"
#include "agent/truth/event.h"
#include "agent/truth/hint.h"

/* Whether the view speaks of a value of this name and shape at all. */
bool scene_value_known(const struct view *view, const struct view_claim *claim, const struct event_value *v);

/* These are for values that it speaks of. */
bool scene_value_fits(const struct view *view, int key, const struct event_value *v);

/* The caller's. */
char *scene_value_expected(const struct view *view, int key, const struct event_value *v);
char *scene_value_observed(const struct view *view, int key, const struct event_value *v);
/* A sentence or two on a value that does not fit; "" when nothing is known. */
char *scene_value_hint(const struct view *view, int key, const struct event_value *v,
                       const struct hint_context *context);

#endif
