/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/truth/compare.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "agent/deeds/view.h"
#include "base/buf.h"
#include "base/cleanup.h"

static const struct compare_name names[] = {
        {"tgid", TRUTH_TGID},
        {"tid", TRUTH_TID},
        {"ppid", TRUTH_PPID},
        {"parent_tgid", TRUTH_PPID},
        {"parent_pid", TRUTH_PARENT_TID},
        {"comm", TRUTH_COMM},
        {"uid", TRUTH_UID},
        {"gid", TRUTH_GID},
        {"euid", TRUTH_EUID},
        {"egid", TRUTH_EGID},
        {"start_time", TRUTH_START},
        {"state", TRUTH_STATE},
        {"pgid", TRUTH_PGID},
        {"pgrp", TRUTH_PGID},
        {"sid", TRUTH_SID},
        {"session", TRUTH_SID},
        {"session_id", TRUTH_SID},
        {"cap_effective", TRUTH_CAP_EFFECTIVE},
        {"cap_eff", TRUTH_CAP_EFFECTIVE},
        {"cgroup_id", TRUTH_CGROUP},
        {"cgroup", TRUTH_CGROUP},
        {"cgid", TRUTH_CGROUP},
        {"mnt_ns", TRUTH_MNT_NS},
        {"mntns", TRUTH_MNT_NS},
        {"mntns_id", TRUTH_MNT_NS},
        {"mount_ns", TRUTH_MNT_NS},
        {"pid_ns", TRUTH_PID_NS},
        {"pidns", TRUTH_PID_NS},
        {"pidns_id", TRUTH_PID_NS},
        {"net_ns", TRUTH_NET_NS},
        {"netns", TRUTH_NET_NS},
        {"netns_id", TRUTH_NET_NS},
        {"uts_ns", TRUTH_UTS_NS},
        {"utsns", TRUTH_UTS_NS},
        {"ipc_ns", TRUTH_IPC_NS},
        {"ipcns", TRUTH_IPC_NS},
        {"user_ns", TRUTH_USER_NS},
        {"userns", TRUTH_USER_NS},
        {"cgroup_ns", TRUTH_CGROUP_NS},
        {"cgroupns", TRUTH_CGROUP_NS},
};

/* What an event calls the member that describes the task itself; a "parent.pid" is somebody else's. */
static const char *const self_words[] = {"task", "process", "proc", "self", "current", "common",
                                         "hdr",  "header",  "base", "id",   "ids",     "key"};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static bool is_word(const char *s, size_t len, const char *word)
{
	return *s == *word && strlen(word) == len && !memcmp(s, word, len);
}

/* `field` without all prefixes that mean the task itself, or NULL when one means something else. */
static const char *prefix_skip(const char *field)
{
	const char *dot;

	while ((dot = strchr(field, '.'))) {
		size_t i = 0;

		while (i < COUNT(self_words) && !is_word(field, (size_t)(dot - field), self_words[i]))
			i++;
		if (i == COUNT(self_words))
			return NULL;
		field = dot + 1;
	}
	return field;
}

static size_t stem_length(const char *name)
{
	static const char suffix[] = "_helper";
	size_t len = strlen(name), tail = sizeof(suffix) - 1;

	return len > tail && !strcmp(name + len - tail, suffix) ? len - tail : len;
}

const struct compare_name *compare_names(size_t *count)
{
	*count = COUNT(names);
	return names;
}

int compare_key(const char *field, bool event_has_tgid)
{
	const char *name = prefix_skip(field);
	size_t len = name ? stem_length(name) : 0;

	if (!name)
		return -1;
	if (is_word(name, len, "pid"))
		return event_has_tgid ? TRUTH_TID : TRUTH_TGID;
	for (size_t i = 0; i < COUNT(names); i++)
		if (is_word(name, len, names[i].name))
			return names[i].key;
	return -1;
}

const char *compare_key_name(enum truth_key key)
{
	if (key == TRUTH_TGID)
		return "pid";
	for (size_t i = 0; i < COUNT(names); i++)
		if (names[i].key == key)
			return names[i].name;
	return NULL;
}

bool compare_is_identity(int key)
{
	return key == TRUTH_TGID || key == TRUTH_TID;
}

static bool names_tgid(const char *field)
{
	const char *name = prefix_skip(field);

	return name && is_word(name, stem_length(name), "tgid");
}

static bool event_has_tgid(const struct event *e)
{
	for (size_t i = 0; i < e->count; i++)
		if (names_tgid(e->values[i].name))
			return true;
	return false;
}

static bool layout_has_tgid(const struct event_layout *layout)
{
	for (size_t i = 0; i < layout->count; i++)
		if (names_tgid(layout->fields[i].path))
			return true;
	return false;
}

/* A name is text and all else is a number; what a field of the other kind means under such a name is not ours to say.
 */
static bool kind_carries(enum event_kind kind, int key)
{
	return kind == (key == TRUTH_COMM ? EVENT_TEXT : EVENT_INTEGER);
}

bool compare_names_child(const struct event *e)
{
	for (size_t i = 0; i < e->count; i++)
		if (view_names_child(e->values[i].name))
			return true;
	return false;
}

bool compare_layout_names_child(const struct event_layout *layout)
{
	for (size_t i = 0; i < layout->count; i++)
		if (view_names_child(layout->fields[i].path))
			return true;
	return false;
}

/* Whether the name is about the parent of a child that the event speaks of. */
static bool is_childs(const char *name, bool beside_child)
{
	return beside_child && !view_claim_find(name, false) && view_claim_find(name, true);
}

int compare_field_key(const struct event_layout *layout, size_t i)
{
	const char *path = layout->fields[i].path;
	int key = is_childs(path, compare_layout_names_child(layout)) ? -1 : compare_key(path, layout_has_tgid(layout));

	return key >= 0 && kind_carries(layout->fields[i].kind, key) ? key : -1;
}

static int value_key(const struct event_value *v, bool has_tgid)
{
	int key = compare_key(v->name, has_tgid);

	return key >= 0 && (v->printed || kind_carries(v->kind, key)) ? key : -1;
}

/* The truth that what is said of no event, or of a wrong one, is taken from. */
static const struct truth *subject_truth(const struct compare_subject *s)
{
	return s->at ? s->at : s->after;
}

bool compare_is_understood(const struct event *e)
{
	for (size_t i = 0; i < e->count; i++)
		if (value_key(&e->values[i], false) >= 0)
			return true;
	return false;
}

bool compare_has_identity(const struct event *e)
{
	for (size_t i = 0; i < e->count; i++)
		if (compare_is_identity(value_key(&e->values[i], false)))
			return true;
	return false;
}

static bool number_is(const struct compare_subject *s, int key, uint64_t v)
{
	if (s->at)
		return s->at->numbers[key] == v;
	return s->before->numbers[key] == v || s->after->numbers[key] == v;
}

bool compare_is_own(const struct event *e, const struct compare_subject *s)
{
	bool has_tgid = event_has_tgid(e);

	for (size_t i = 0; i < e->count; i++) {
		int key = value_key(&e->values[i], has_tgid);

		if (compare_is_identity(key) && e->values[i].has_integer && number_is(s, key, e->values[i].integer))
			return true;
	}
	return false;
}

/* Seconds since boot with the two decimals that /proc knows. */
static void ticks_print(struct buf *out, uint64_t ticks)
{
	buf_printf(out, "%" PRIu64 ".%02" PRIu64 " s", ticks / 100, ticks % 100);
}

static bool key_is_hex(int key)
{
	return key == TRUTH_CAP_EFFECTIVE;
}

/*
 * How much of the name fits into the event's array. A shorter array holds one byte less when the copy was
 * NUL-terminated; `observed_len` tells which it was.
 */
static size_t comm_room(const struct truth *t, size_t array, size_t observed_len)
{
	if (!array || array > t->comm_len)
		return t->comm_len;
	return observed_len == array ? array : array - 1;
}

static char *expected_text(const struct truth *t, int key, const struct event_value *v)
{
	struct buf out = {0};

	if (key == TRUTH_COMM)
		event_escape(&out, t->comm, v ? comm_room(t, v->text_size, v->text_len) : t->comm_len);
	else if (key == TRUTH_START)
		ticks_print(&out, t->numbers[key]);
	else
		buf_printf(&out, key_is_hex(key) ? "0x%" PRIx64 : "%" PRIu64, t->numbers[key]);
	return buf_steal(&out);
}

static char *observed_text(int key, const struct event_value *v)
{
	struct buf out = {0};

	if (v->has_text && (key == TRUTH_COMM || !v->has_integer))
		event_escape(&out, v->text, v->text_len);
	else if (v->has_integer && key == TRUTH_START)
		ticks_print(&out, v->integer / TRUTH_NS_PER_TICK);
	else if (v->has_integer && key_is_hex(key))
		buf_printf(&out, "0x%" PRIx64, v->integer);
	else if (v->has_integer)
		buf_printf(&out, v->is_signed ? "%" PRId64 : "%" PRIu64, v->integer);
	return buf_steal(&out);
}

static bool value_is(const struct truth *t, int key, const struct event_value *v)
{
	if (v->missing)
		return false;
	if (key == TRUTH_COMM) {
		size_t room = comm_room(t, v->text_size, v->text_len);

		return v->has_text && v->text_len == room && !memcmp(v->text, t->comm, room);
	}
	if (!v->has_integer)
		return false;
	return (key == TRUTH_START ? v->integer / TRUTH_NS_PER_TICK : v->integer) == t->numbers[key];
}

uint32_t compare_unclear_keys(enum workload_group group)
{
	bool about_tasks = group == WORKLOAD_FORK || group == WORKLOAD_SETUID;

	return 1u << TRUTH_STATE | (about_tasks ? 0 : 1u << TRUTH_START);
}

struct truth_fact *fact_list_add(struct fact_list *list, const char *workload, const char *field)
{
	struct truth_fact *f;

	list->facts = xrealloc(list->facts, list->count + 1, sizeof(*list->facts));
	f = &list->facts[list->count++];
	*f = (struct truth_fact){.workload = xstrdup(workload), .field = xstrdup(field)};
	return f;
}

void fact_list_cut(struct fact_list *list, size_t count)
{
	while (list->count > count)
		truth_fact_free(&list->facts[--list->count]);
}

/* Whether the subject has a truth for this key. */
static bool subject_knows(const struct compare_subject *s, int key)
{
	return key >= 0 && !(s->skip & 1u << key) && !(subject_truth(s)->unknown & 1u << key) &&
	       (s->at || key != TRUTH_STATE);
}

/* The other way by which the event carries the same thing: `comm` for `comm_helper` and back. */
static const struct event_value *twin_find(const struct event *e, const char *name)
{
	size_t stem = stem_length(name);
	cleanup_free char *other = name[stem] ? xstrndup(name, stem) : xasprintf("%s_helper", name);

	return event_find(e, other);
}

static char *mismatch_hint(const struct event *e, const struct event_value *v, int key, const struct compare_subject *s,
                           const struct hint_context *hints)
{
	struct hint_question q = {
	        .key = (enum truth_key)key,
	        .value = v,
	        .twin = twin_find(e, v->name),
	        .value_is_helper = v->name[stem_length(v->name)] != '\0',
	        .at = subject_truth(s),
	        .before = s->before,
	        .after = s->after,
	};

	if (v->missing)
		return xasprintf("the event has %zu bytes and ends before this field", e->len);
	q.twin_ok = q.twin && value_is(q.at, key, q.twin);
	return hint_for(&q, hints);
}

size_t compare_event(const struct event *e, const struct compare_subject *s, const struct hint_context *hints,
                     struct fact_list *out)
{
	bool has_tgid = event_has_tgid(e), beside_child = compare_names_child(e);
	size_t wrong = 0;

	for (size_t i = 0; i < e->count; i++) {
		const struct event_value *v = &e->values[i];
		int key = is_childs(v->name, beside_child) ? -1 : value_key(v, has_tgid);
		const struct truth *t = subject_truth(s);
		struct truth_fact *f;

		if (!subject_knows(s, key))
			continue;
		if (!s->at && value_is(s->before, key, v))
			t = s->before;
		f = fact_list_add(out, s->workload, v->name);
		f->expected = expected_text(t, key, v);
		f->observed = observed_text(key, v);
		f->ok = value_is(t, key, v);
		f->hint = f->ok ? xstrdup("") : mismatch_hint(e, v, key, s, hints);
		wrong += !f->ok;
	}
	return wrong;
}

static void no_event_add(struct fact_list *out, const struct compare_subject *s, const char *field, char *expected)
{
	struct truth_fact *f = fact_list_add(out, s->workload, field);

	f->expected = expected;
	f->observed = xstrdup("");
	f->hint = xstrdup(s->at == s->before || s->before->numbers[TRUTH_TID] == s->after->numbers[TRUTH_TID]
	                          ? "no event"
	                          : "the exec gave its thread the id of the process: what is kept by thread id before "
	                            "an exec is not found after it");
}

void compare_no_event(const struct event_layout *layout, const struct compare_subject *s, struct fact_list *out)
{
	size_t before = out->count;

	for (size_t i = 0; layout && i < layout->count; i++) {
		int key = compare_field_key(layout, i);

		if (subject_knows(s, key))
			no_event_add(out, s, layout->fields[i].path, expected_text(subject_truth(s), key, NULL));
	}
	if (out->count == before)
		no_event_add(out, s, "event", xasprintf("of process %" PRIu64, subject_truth(s)->numbers[TRUTH_TGID]));
}
