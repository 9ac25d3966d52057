/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * attribution: which of the events that came belong to a subject, and what they say of it. Reads the events that a
 * capture keeps, decodes them, and has compare and scene check their fields. It takes no events and runs no subject.
 */
#ifndef COREMATRIX_AGENT_TRUTH_ATTRIBUTION_H
#define COREMATRIX_AGENT_TRUTH_ATTRIBUTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/truth/capture.h"
#include "agent/truth/compare.h"
#include "agent/truth/event.h"
#include "agent/truth/hint.h"
#include "agent/truth/kconfig.h"
#include "agent/truth/print_format.h"
#include "agent/truth/scene.h"

struct attribution {
	const struct capture *capture;       /* borrowed, as are the next three */
	const struct event_layout *layout;   /* `type` is NULL when events are not decoded by BTF */
	const struct print_formats *formats; /* of lines that are printed */
	const struct kconfig *kconfig; /* what fields that are named for the object's externs have to be; may be NULL */
	bool understood;               /* some field of `layout` has a known meaning */
	struct hint_context hints;
	struct fact_list facts; /* grows with every call */
	uint64_t own_events;
	/* whose events are known to be theirs, and had a value compared; the caller empties it */
	const struct bpf_program **makers;
	size_t maker_count;
};

struct attribution_subject {
	struct compare_subject identity;
	const struct scene *scene; /* NULL: the object is attached to nothing that the subject's deed fires */
	bool expected;             /* the object should report this subject */
	bool tentative; /* or so it seems: an event that names somebody else is somebody else's, not a wrong one */
	bool noisy; /* the agent's own work fires the same hooks: events that say they are the agent's are nobody's */
	bool sharp; /* it is known of which moment the events speak, so one without an id is its own */
};

/*
 * Check the kept events that are the subject's; when none is and the object is expected to report it, all of them: an
 * id may be what is wrong. Returns the number of events that count as an answer, 0 when there was none. Of events in
 * which nothing has a known meaning, that they came is an answer.
 */
size_t attribution_judge(struct attribution *a, const struct attribution_subject *subject);

/* Count the kept events that are the subject's, without a look at what they say; returns how many. */
size_t attribution_pass_over(struct attribution *a, const struct compare_subject *subject);

#endif
