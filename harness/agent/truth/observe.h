/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * observe: what the host needs to find a subject's values in events that nobody here can read, for their type is in no
 * BTF: the subject's truth, by the names that fields would have, and the records of its life. It compares nothing.
 */
#ifndef COREMATRIX_AGENT_TRUTH_OBSERVE_H
#define COREMATRIX_AGENT_TRUTH_OBSERVE_H

#include <stdbool.h>
#include <stddef.h>

#include "agent/deeds/view.h"
#include "agent/truth/capture.h"
#include "agent/truth/truth.h"
#include "wire/message.h"

struct observation_list {
	struct observation *at;
	size_t count;
};

struct observe_life {
	const char *workload;
	bool due;               /* a hook is known to fire for it */
	const struct truth *at; /* the moment that events speak of; NULL: either of the next two */
	const struct truth *before, *after;
	const struct scene *scene;
};

/* Add one subject. Of its events some are kept: first those that hold its id or its name, cut at a limit. */
void observe_add(struct observation_list *list, const struct observe_life *life, const struct capture_event *events,
                 size_t count);

void observation_list_free(struct observation_list *list);

#endif
