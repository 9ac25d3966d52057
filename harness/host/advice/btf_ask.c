/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/advice/btf_ask.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "host/lib/child.h"
#include "host/lib/jail.h"
#include "base/near_name.h"
#include "host/vm/host_speed.h"
#include "relo/btf_check.h"
#include "relo/btf_field.h"
#include "relo/core_spec.h"
#include "relo/elf_view.h"

#define MAX_BTF ((size_t)64 << 20)

static const struct jail_limits limits = {.cpu_seconds = 20, .memory = (uint64_t)2 << 30, .file = 0};

/* What a worker has before it: the questions to one source, and where its answers go, in memory that is shared. */
struct errand {
	const struct btf_ask_source *source;
	const struct btf_question *questions;
	size_t count;
	struct btf_answer *answers;
};

static const char *type_name(const struct btf *btf, const struct btf_type *t)
{
	const char *name = btf__name_by_offset(btf, t->name_off);

	return name ? name : "";
}

/* ---- fields ---- */

static const struct btf_type *find_composite(const struct btf *btf, const char *path)
{
	cleanup_free char *name = xstrndup(path, strcspn(path, "."));

	for (uint32_t id = 1; id < btf__type_cnt(btf); id++) {
		const struct btf_type *t = btf__type_by_id(btf, id);

		if (btf_is_composite(t) && btf_vlen(t) && !strcmp(type_name(btf, t), name))
			return t;
	}
	return NULL;
}

static bool has_member(const struct btf *btf, const struct btf_type *t, const char *name)
{
	for (uint16_t i = 0; i < btf_vlen(t); i++)
		if (!strcmp(btf__str_by_offset(btf, btf_members(t)[i].name_off), name))
			return true;
	return false;
}

/* A member of the type that has a member of the wanted name itself: where a field often went. */
static void find_place(const struct btf *btf, const char *path, struct btf_answer *a)
{
	const struct btf_type *t = find_composite(btf, path);
	const char *field = strrchr(path, '.');

	for (uint16_t i = 0; t && field && i < btf_vlen(t); i++) {
		const struct btf_member *m = &btf_members(t)[i];
		const struct btf_type *inner = core_spec_resolve(btf, m->type, NULL);
		const char *name = btf__str_by_offset(btf, m->name_off);

		if (!*name || !inner || !btf_is_composite(inner) || !has_member(btf, inner, field + 1))
			continue;
		snprintf(a->place, sizeof(a->place), "%s.%s", name, field + 1);
		return;
	}
}

static void answer_field(const struct btf *btf, const struct btf_question *q, struct btf_answer *a)
{
	struct btf_field field;

	a->exists = !btf_field_find(btf, q->name, &field);
	if (!a->exists) {
		cleanup_free char *near = btf_field_near(btf, q->name);

		snprintf(a->near, sizeof(a->near), "%s", near);
		find_place(btf, q->name, a);
	}
}

/* ---- names of kinds of types ---- */

static bool is_named_type(const struct btf_type *t)
{
	return btf_is_composite(t) || btf_is_any_enum(t) || btf_is_typedef(t);
}

static bool is_function(const struct btf_type *t)
{
	return btf_is_func(t);
}

static bool is_variable(const struct btf_type *t)
{
	return btf_is_var(t);
}

/* What topics ask of by name: types of a kind, less what their names begin with. */
static const struct {
	bool (*is_kind)(const struct btf_type *t);
	const char *prefix;
} named[BTF_TOPIC_COUNT] = {
        [BTF_TOPIC_TYPE] = {is_named_type, ""},
        [BTF_TOPIC_FUNCTION] = {is_function, ""},
        [BTF_TOPIC_TRACEPOINT] = {is_named_type, "btf_trace_"},
        [BTF_TOPIC_VARIABLE] = {is_variable, ""},
};

/* The names of a topic: gathered once, for a run asks of each some dozen times. */
struct names {
	struct near_word *at;
	size_t count;
};

static void gather_names(const struct btf *btf, enum btf_topic topic, struct names *names)
{
	size_t skip = strlen(named[topic].prefix);

	names->at = xcalloc(btf__type_cnt(btf) + 1, sizeof(*names->at));
	for (uint32_t id = 1; id < btf__type_cnt(btf); id++) {
		const struct btf_type *t = btf__type_by_id(btf, id);
		const char *name = named[topic].is_kind(t) ? type_name(btf, t) : NULL;

		if (name && !strncmp(name, named[topic].prefix, skip))
			names->at[names->count++] = near_word_of(name + skip);
	}
}

static bool has_name(const struct names *names, const char *wanted)
{
	struct near_word word = near_word_of(wanted);

	for (size_t i = 0; i < names->count; i++)
		if (names->at[i].letters == word.letters && !strcmp(names->at[i].name, wanted))
			return true;
	return false;
}

/* Similar ones only where there is none of that name: they are dear to find. */
static void answer_name(const struct btf *btf, const struct btf_question *q, struct names *names, bool wants_near,
                        struct btf_answer *a)
{
	struct near_name near = {.wanted = q->name};

	if (!names->at)
		gather_names(btf, q->topic, names);
	a->exists = has_name(names, q->name);
	for (size_t i = 0; wants_near && !a->exists && i < names->count; i++)
		near_name_offer_word(&near, &names->at[i]);
	near_name_write(&near, a->near, sizeof(a->near));
}

static void answer_enum_value(const struct btf *btf, const struct btf_question *q, struct btf_answer *a)
{
	int32_t id = btf__find_by_name_kind(btf, q->name, BTF_KIND_ENUM);
	const struct btf_type *t = id > 0 ? btf__type_by_id(btf, (uint32_t)id) : NULL;

	for (uint16_t i = 0; t && i < btf_vlen(t); i++) {
		const struct btf_enum *e = &btf_enum(t)[i];
		const char *name = btf__str_by_offset(btf, e->name_off);

		/* the end marker of bpf_func_id has the number of the next kernel's first new helper */
		if ((uint32_t)e->val != q->value || !strncmp(name, "__", 2))
			continue;
		a->exists = true;
		snprintf(a->near, sizeof(a->near), "%s", name);
		return;
	}
}

/* ---- maps ---- */

/* __uint(name, N) is a pointer to an array of N. */
static uint32_t read_uint(const struct btf *btf, const struct btf_member *m)
{
	const struct btf_type *t = core_spec_resolve(btf, m->type, NULL);

	t = t && btf_is_ptr(t) ? core_spec_resolve(btf, t->type, NULL) : NULL;
	return t && btf_is_array(t) ? btf_array(t)->nelems : 0;
}

static void answer_map(const struct btf *btf, const struct btf_question *q, struct btf_answer *a)
{
	int32_t id = btf__find_by_name_kind(btf, q->name, BTF_KIND_VAR);
	const struct btf_type *var = id > 0 ? btf__type_by_id(btf, (uint32_t)id) : NULL;
	const struct btf_type *t = var ? core_spec_resolve(btf, var->type, NULL) : NULL;

	if (!t || !btf_is_struct(t))
		return;
	a->exists = true;
	for (uint16_t i = 0; i < btf_vlen(t); i++) {
		const struct btf_member *m = &btf_members(t)[i];
		const char *name = btf__str_by_offset(btf, m->name_off);

		if (!strcmp(name, "type"))
			a->map.type = read_uint(btf, m);
		else if (!strcmp(name, "max_entries"))
			a->map.max_entries = read_uint(btf, m);
		else if (!strcmp(name, "value"))
			a->map.has_value = true;
		else if (!strcmp(name, "values"))
			a->map.has_value = a->map.has_inner = true;
		else if (!strcmp(name, "value_size"))
			a->map.has_value = read_uint(btf, m) != 0;
	}
}

/* ---- the worker ---- */

static void answer(const struct btf *btf, const struct btf_question *q, struct names *names, bool wants_near,
                   struct btf_answer *a)
{
	switch (q->topic) {
	case BTF_TOPIC_FIELD:
		answer_field(btf, q, a);
		break;
	case BTF_TOPIC_ENUM_VALUE:
		answer_enum_value(btf, q, a);
		break;
	case BTF_TOPIC_MAP:
		answer_map(btf, q, a);
		break;
	default:
		answer_name(btf, q, &names[q->topic], wants_near, a);
	}
	a->known = true;
}

static int parse_raw(const void *bytes, size_t len, struct btf **btf, struct error *err)
{
	*btf = len <= UINT32_MAX ? btf__new(bytes, (uint32_t)len) : NULL;
	if (libbpf_get_error(*btf) || !*btf)
		return error_set(err, EBADMSG, "the BTF cannot be parsed");
	return btf_check(*btf, 1, err);
}

static int parse_elf(const struct btf_ask_source *s, struct btf **btf, struct error *err)
{
	const struct elf_view_section *section;
	struct elf_view view;
	int rc = elf_view_open(s->elf, s->elf_len, &view, err);

	if (rc)
		return rc;
	section = elf_view_find(&view, ".BTF");
	rc = section ? parse_raw(section->data, section->size, btf, err) : error_set(err, ENODATA, "holds no BTF");
	elf_view_free(&view);
	return rc;
}

static int work(void *ctx, struct error *err)
{
	const struct errand *e = ctx;
	cleanup_buf struct buf raw = {0};
	struct names names[BTF_TOPIC_COUNT] = {0};
	struct btf *btf = NULL;
	int rc = 0;

	if (e->source->path)
		rc = io_read_file(e->source->path, MAX_BTF, &raw, err);
	rc = rc ? rc : jail_enter(&limits, err);
	if (rc)
		return rc;
	libbpf_set_print(NULL);
	rc = e->source->path ? parse_raw(raw.data, raw.len, &btf, err) : parse_elf(e->source, &btf, err);
	for (size_t i = 0; !rc && i < e->count; i++)
		answer(btf, &e->questions[i], names, !e->source->near || e->source->near[i], &e->answers[i]);
	return rc;
}

/* ---- many at once ---- */

static void send_out(struct errand *errands, size_t count)
{
	cleanup_free struct child_worker *workers = xcalloc(count + 1, sizeof(*workers));
	cleanup_free bool *started = xcalloc(count + 1, sizeof(*started));
	size_t side_by_side = host_speed_processors();

	for (size_t i = 0; i < count + side_by_side; i++) {
		size_t done = i - side_by_side;

		if (i >= side_by_side && started[done])
			child_worker_wait(&workers[done], NULL);
		if (i < count && (!errands[i].source->path || *errands[i].source->path))
			started[i] = !child_worker_start(&workers[i], work, &errands[i], NULL);
	}
}

/* What a worker wrote may be anything if its BTF subverted it. */
static void take_answer(struct btf_answer *to, const struct btf_answer *from)
{
	*to = (struct btf_answer){
	        .known = *(const volatile unsigned char *)&from->known != 0,
	        .exists = *(const volatile unsigned char *)&from->exists != 0,
	        .map = {from->map.type, from->map.max_entries,
	                *(const volatile unsigned char *)&from->map.has_value != 0,
	                *(const volatile unsigned char *)&from->map.has_inner != 0},
	};
	memcpy(to->near, from->near, sizeof(to->near));
	memcpy(to->place, from->place, sizeof(to->place));
	to->near[sizeof(to->near) - 1] = '\0';
	to->place[sizeof(to->place) - 1] = '\0';
}

void btf_ask(const struct btf_ask_source *sources, size_t source_count, const struct btf_question *questions,
             size_t question_count, struct btf_answer *answers)
{
	size_t total = source_count * question_count, size = total * sizeof(*answers);
	cleanup_free struct errand *errands = xcalloc(source_count + 1, sizeof(*errands));
	struct btf_answer *shared;

	memset(answers, 0, size);
	if (!total)
		return;
	shared = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return;
	for (size_t i = 0; i < source_count; i++)
		errands[i] = (struct errand){&sources[i], questions, question_count, shared + i * question_count};
	send_out(errands, source_count);
	for (size_t i = 0; i < total; i++)
		take_answer(&answers[i], &shared[i]);
	munmap(shared, size);
}
