/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/truth/observe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "agent/truth/compare.h"
#include "base/buf.h"

/* What is kept of one subject's events: those that may be its own, and a few of the others. */
#define OWN_MAX 6
#define OTHERS_MAX 2
#define RECORD_MAX (16u << 10)
/* Of a large record its ends: between them is room for a text, and what lay in the buffer before. */
#define RECORD_END 1024u

static void value_add(struct subject_fact *s, const struct observed_value *v)
{
	for (uint32_t i = 0; i < s->count; i++) {
		const struct observed_value *old = &s->values[i];

		if (old->moment == v->moment && old->is_number == v->is_number && old->number == v->number &&
		    old->size == v->size && (!v->size || !memcmp(old->bytes, v->bytes, v->size)) &&
		    !strcmp(old->name, v->name))
			return;
	}
	s->values = xrealloc(s->values, s->count + 1, sizeof(*s->values));
	s->values[s->count] = *v;
	s->values[s->count].name = xstrdup(v->name);
	s->values[s->count].bytes = xcalloc(1, v->size + 1);
	if (v->size)
		memcpy(s->values[s->count].bytes, v->bytes, v->size);
	s->count++;
}

static void number_add(struct subject_fact *s, const char *name, uint8_t moment, uint64_t number)
{
	value_add(s, &(struct observed_value){
	                     .name = (char *)name, .moment = moment, .is_number = true, .number = number});
}

static void bytes_add(struct subject_fact *s, const char *name, uint8_t moment, const void *bytes, size_t size)
{
	if (size)
		value_add(s, &(struct observed_value){.name = (char *)name,
		                                      .moment = moment,
		                                      .bytes = (void *)bytes,
		                                      .size = (uint32_t)size});
}

/* Running is the state of every task that runs a program on its own behalf, and a tracer has hardly any. */
static bool is_telling(int key)
{
	return key != TRUTH_STATE && key != TRUTH_TRACER;
}

static void truth_add(struct subject_fact *s, const struct truth *t)
{
	for (int key = 0; key < TRUTH_KEY_COUNT; key++) {
		const char *name = compare_key_name((enum truth_key)key);

		if (!name || !is_telling(key) || t->unknown & 1u << key)
			continue;
		if (key == TRUTH_COMM)
			bytes_add(s, name, 0, t->comm, t->comm_len);
		else
			number_add(s, name, 0, t->numbers[key]);
	}
}

/* The name that a field for this key has first of all; a child's and a parent's are told by their own words. */
static const char *view_name(int key)
{
	size_t count;
	const struct view_claim *claims = view_claims(&count);

	for (size_t i = 0; i < count; i++)
		if ((int)claims[i].key == key && !claims[i].beside_child)
			return claims[i].name;
	return NULL;
}

static void view_add(struct subject_fact *s, const struct view *view, uint8_t moment)
{
	size_t address = view->numbers[VIEW_FAMILY] == AF_INET6 ? 16 : 4;

	for (int key = 0; key < VIEW_KEY_COUNT; key++) {
		const char *name = view_knows(view, key) ? view_name(key) : NULL;

		if (!name)
			continue;
		if (view_key_is_number(key))
			number_add(s, name, moment, view->numbers[key]);
		else if (view_key_is_text(key))
			bytes_add(s, name, moment, view_text_of(view, key), strlen(view_text_of(view, key)));
		else
			bytes_add(s, name, moment, view->addresses[key - VIEW_SADDR], address);
	}
}

static bool holds(const struct capture_event *e, const void *bytes, size_t size)
{
	return size && memmem(e->bytes, e->len, bytes, size);
}

/* Whether some value of a printed line is the number; a NUL ends each. */
static bool line_holds(const struct capture_event *e, uint32_t number)
{
	char digits[16];
	int len = snprintf(digits, sizeof(digits), "%u", number);
	const char *at = e->bytes, *end = at + e->len;

	for (; at < end; at += strnlen(at, (size_t)(end - at)) + 1)
		if ((int)strnlen(at, (size_t)(end - at)) == len && !memcmp(at, digits, (size_t)len))
			return true;
	return false;
}

static bool may_be_own(const struct capture_event *e, const struct truth *t)
{
	uint32_t tgid = (uint32_t)t->numbers[TRUTH_TGID], tid = (uint32_t)t->numbers[TRUTH_TID];

	if (e->form == RECORD_FIELDS)
		return line_holds(e, tgid) || line_holds(e, tid) || holds(e, t->comm, t->comm_len);
	return holds(e, &tgid, sizeof(tgid)) || holds(e, &tid, sizeof(tid)) || holds(e, t->comm, t->comm_len);
}

static void record_add(struct observation *o, const struct capture_event *e)
{
	uint32_t size = e->len < RECORD_MAX ? (uint32_t)e->len : RECORD_MAX;
	struct record_fact *r;

	o->records = xrealloc(o->records, o->record_count + 1, sizeof(*o->records));
	r = &o->records[o->record_count++];
	*r = (struct record_fact){
	        .source = xstrdup(e->source ? e->source : ""),
	        .form = (uint8_t)e->form,
	        .key_size = e->key_size,
	        .bytes = xcalloc(1, size + 1),
	        .size = size,
	};
	if (size <= 2 * RECORD_END) {
		memcpy(r->bytes, e->bytes, size);
		return;
	}
	memcpy(r->bytes, e->bytes, RECORD_END);
	memcpy((uint8_t *)r->bytes + size - RECORD_END, (const uint8_t *)e->bytes + size - RECORD_END, RECORD_END);
}

void observe_add(struct observation_list *list, const struct observe_life *life, const struct capture_event *events,
                 size_t count)
{
	struct observation o = {.subject = {.workload = xstrdup(life->workload), .due = life->due}};
	size_t own = 0, others = 0;

	if (life->at) {
		truth_add(&o.subject, life->at);
	} else {
		truth_add(&o.subject, life->after);
		truth_add(&o.subject, life->before);
	}
	for (size_t i = 0; i < life->scene->count; i++)
		view_add(&o.subject, &life->scene->views[i], (uint8_t)(i + 1));
	for (size_t i = 0; i < count; i++) {
		bool mine = may_be_own(&events[i], life->before) || may_be_own(&events[i], life->after);

		if (mine ? own++ < OWN_MAX : others++ < OTHERS_MAX)
			record_add(&o, &events[i]);
	}
	list->at = xrealloc(list->at, list->count + 1, sizeof(*list->at));
	list->at[list->count++] = o;
}

void observation_list_free(struct observation_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		observation_free(&list->at[i]);
	free(list->at);
	*list = (struct observation_list){0};
}
