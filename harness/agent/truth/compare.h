/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * compare: says which truth an event field claims to carry, by its name, and whether it does. Pure but for what hint
 * looks up in BTF. It never decides what a cell comes to.
 */
#ifndef COREMATRIX_AGENT_TRUTH_COMPARE_H
#define COREMATRIX_AGENT_TRUTH_COMPARE_H

#include <stdbool.h>
#include <stddef.h>

#include "agent/truth/event.h"
#include "agent/truth/hint.h"
#include "agent/truth/truth.h"
#include "wire/message.h"

/* A name that fields have, beside `pid`. */
struct compare_name {
	const char *name;
	enum truth_key key;
};

const struct compare_name *compare_names(size_t *count);

/*
 * The truth that a field of this name is checked against, or -1 when none is known. `_helper` at the end (a value taken
 * by a BPF helper, the second witness) changes nothing. `pid` is the thread id when the event has a `tgid` too, else
 * the process id. In "a.b", `a` must be a word for the task itself ("task.pid"), else the field is not checked.
 */
int compare_key(const char *field, bool event_has_tgid);

/* The name that a field for this truth has first of all, NULL when it has none. */
const char *compare_key_name(enum truth_key key);

/* The same for field `i` of a layout: also -1 when the field's kind cannot carry that truth. */
int compare_field_key(const struct event_layout *layout, size_t i);

/*
 * A subject as seen before and after its exec. `at` is the one of the two that the events speak of; NULL when that is
 * not known: a field is then right when it equals either, and TRUTH_STATE is not checked. Names under which other
 * objects than a task have fields too (the state of a socket) are left out by `skip`.
 */
struct compare_subject {
	const char *workload;
	uint32_t skip; /* bits 1 << enum truth_key that are not checked */
	const struct truth *at;
	const struct truth *before;
	const struct truth *after;
};

struct fact_list {
	struct truth_fact *facts;
	size_t count;
};

/*
 * Names under which other objects than a task have fields too: the state of a socket, the time that something else
 * began. Only of a deed that is about tasks it is clear whose they are; a task that ends is in no state.
 */
uint32_t compare_unclear_keys(enum workload_group group);

/* A new fact with workload and field set; the other strings are the caller's to set. Valid until the next call. */
struct truth_fact *fact_list_add(struct fact_list *list, const char *workload, const char *field);
/* Drop what was added when the list had `count` facts. */
void fact_list_cut(struct fact_list *list, size_t count);

/* True when the event speaks of a child too: a `parent_pid` beside it is then the child's (view.h). */
bool compare_names_child(const struct event *e);
bool compare_layout_names_child(const struct event_layout *layout);

/* True when some value of the event stands under a name that promises a truth. */
bool compare_is_understood(const struct event *e);

/* Whether a truth (enum truth_key, or -1) tells whose an event is. */
bool compare_is_identity(int key);

/* True when the event has a field that tells whose it is; and when that field says it is the subject's. */
bool compare_has_identity(const struct event *e);
bool compare_is_own(const struct event *e, const struct compare_subject *s);

/* Add one fact per checked field of `e`. Returns how many of them are not ok. */
size_t compare_event(const struct event *e, const struct compare_subject *s, const struct hint_context *hints,
                     struct fact_list *out);

/*
 * Add one fact "no event" per field of `layout` that would have been checked; one for "event" when there is none.
 */
void compare_no_event(const struct event_layout *layout, const struct compare_subject *s, struct fact_list *out);

#endif
