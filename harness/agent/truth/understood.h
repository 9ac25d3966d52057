/* SPDX-License-Identifier: BSD-2-Clause */
/* understood: which of an object's events hold something that a truth is known for. Pure. */
#ifndef COREMATRIX_AGENT_TRUTH_UNDERSTOOD_H
#define COREMATRIX_AGENT_TRUTH_UNDERSTOOD_H

#include <stdbool.h>
#include <stddef.h>

#include "agent/truth/capture.h"
#include "agent/truth/event.h"
#include "agent/truth/kconfig.h"

/* Whether the layout's field at `i` is one. */
bool understood_field(const struct kconfig *kconfig, const struct event_layout *layout, size_t i);

/* Whether a layout has any; whether that of some map has. */
bool understood_layout(const struct kconfig *kconfig, const struct event_layout *layout);
bool understood_map(const struct kconfig *kconfig, const struct capture *capture);

/* Whether it can be told whose the event is; of an entry only by its key, whatever else is in it. */
bool understood_whose(const struct capture_event *e);

#endif
