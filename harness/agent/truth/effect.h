/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * effect: what subjects' deeds came to where an object acts: it denies a call, ends a process, has another file
 * executed. Keeps what every subject came to, compares it with the ini's rules, and puts it into words. What a deed
 * came to before the object was attached just as well is not the object's doing.
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
	const struct subject_outcome *before; /* the same deed before the object was attached; NULL: not known */
	struct subject_outcome after;         /* and once it is detached */
};

struct effect_list {
	struct effect *at;
	size_t count;
	char **hindrances; /* of the harness itself: "reading /proc: EPERM"; each once */
	size_t hindrance_count;
};

void effect_add(struct effect_list *list, const struct subject_kind *kind, const struct subject_outcome *outcome,
                const struct subject_outcome *before);

/* What the deed number `index` comes to once the object is detached. Where nobody did it before, that tells just as
 * well what it comes to by itself. */
void effect_settle(struct effect_list *list, size_t index, const struct subject_outcome *after);

/* What the harness was doing, and what that came to. Of its own hands no rule speaks. */
void effect_add_hindrance(struct effect_list *list, const char *text);

/* Whether some deed came to something else than success, and to something else than before. */
bool effect_any(const struct effect_list *list);

/* Deeds that come to nothing on this kernel, object or not: "mount: ENODEV (mount)"; "" when all can be done. The
 * caller's. */
char *effect_impossible(const struct effect_list *list);

/* What stays once the object is detached: "exec: EPERM (exec)"; "" when nothing does. The caller's. */
char *effect_left_behind(const struct effect_list *list);

/* Add one fact per subject and rule that is about it, and one per effect that no rule speaks of, when there are rules.
 */
void effect_compare(const struct effect_list *list, const struct effect_rule *rules, size_t rule_count,
                    struct fact_list *out);

/* "exec: EPERM (exec and 6 more); connect: SIGKILL (tcp4); reading /proc: EPERM"; "" when all went well. The caller's.
 */
char *effect_text(const struct effect_list *list);

void effect_list_free(struct effect_list *list);

#endif
