/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/truth/self_check.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"

static const char suffix[] = "_expected";

/* Length of what stands before the suffix, 0 when there is no suffix. */
static size_t expected_stem(const char *name)
{
	size_t len = strlen(name), tail = sizeof(suffix) - 1;

	return len > tail && !strcmp(name + len - tail, suffix) ? len - tail : 0;
}

/* The name of the other one of the pair. */
static char *partner(const char *name)
{
	size_t stem = expected_stem(name);

	return stem ? xstrndup(name, stem) : xasprintf("%s%s", name, suffix);
}

bool self_check_field(const struct event_layout *layout, size_t i)
{
	const struct event_field *field = &layout->fields[i];
	cleanup_free char *other = partner(field->path);

	for (size_t j = 0; field->kind != EVENT_OPAQUE && j < layout->count; j++)
		if (layout->fields[j].kind == field->kind && !strcmp(layout->fields[j].path, other))
			return true;
	return false;
}

static char *value_text(const struct event_value *v)
{
	struct buf out = {0};

	if (v->has_integer)
		buf_printf(&out, v->is_signed ? "%" PRId64 : "%" PRIu64, v->integer);
	else if (v->has_text)
		event_escape(&out, v->text, v->text_len);
	return buf_steal(&out);
}

static bool values_equal(const struct event_value *a, const struct event_value *b)
{
	if (a->missing || b->missing)
		return false;
	if (a->has_integer && b->has_integer)
		return a->integer == b->integer;
	return a->has_text && b->has_text && a->text_len == b->text_len && !memcmp(a->text, b->text, a->text_len);
}

size_t self_check_event(const struct event *e, const char *workload, struct fact_list *out)
{
	size_t wrong = 0;

	for (size_t i = 0; i < e->count; i++) {
		const struct event_value *expected = &e->values[i], *value;
		cleanup_free char *name = NULL;
		struct truth_fact *f;

		if (!expected_stem(expected->name))
			continue;
		name = partner(expected->name);
		value = event_find(e, name);
		if (!value || value->kind != expected->kind)
			continue;
		f = fact_list_add(out, workload, value->name);
		f->ok = values_equal(value, expected);
		f->expected = value_text(expected);
		f->observed = value_text(value);
		f->hint = xstrdup(f->ok ? "" : "the object itself says what it should be");
		wrong += !f->ok;
	}
	return wrong;
}
