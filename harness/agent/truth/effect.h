/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * effect: what subjects' deeds came to where an object acts: it denies a call, ends a process, has another file
 * executed. Keeps what every subject came to, compares it with the ini's rules, and puts it into words. That it is the
 * object's doing, and not a fault of the harness, the caller finds out: by the same deed without the object.
 */
#ifndef COREMATRIX_AGENT_TRUTH_EFFECT_H
#define COREMATRIX_AGENT_TRUTH_EFFECT_H

#include <stdbool.h>
#include <stddef.h>

#include "agent/deeds/subject.h"
#include "agent/truth/compare.h"
#include "wire/effect_rule.h"

/* What one subject came to. */
struct effect {
	const struct subject_kind *kind;
	struct subject_outcome outcome;
};

struct effect_list {
	struct effect *at;
	size_t count;
};

void effect_add(struct effect_list *list, const struct subject_kind *kind, const struct subject_outcome *outcome);

/* Whether some deed came to something else than success. */
bool effect_any(const struct effect_list *list);

/* Add one fact per subject and rule that is about it, and one per effect that no rule speaks of, when there are rules.
 */
void effect_compare(const struct effect_list *list, const struct effect_rule *rules, size_t rule_count,
                    struct fact_list *out);

/* "exec: EPERM (exec and 6 more); connect: SIGKILL (tcp4)"; "" when all went well. The caller's. */
char *effect_text(const struct effect_list *list);

void effect_list_free(struct effect_list *list);

#endif
