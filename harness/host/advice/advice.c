/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/advice/advice.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/advice/advice_subject.h"
#include "host/advice/btf_ask.h"
#include "host/kernels/kernel_group.h"
#include "host/lib/text.h"

/* enum bpf_map_type, include/uapi/linux/bpf.h: these need no max_entries of their own, or take it from elsewhere. */
#define MAP_TYPE_PERF_EVENT_ARRAY 4u
#define MAP_TYPE_STACK_TRACE 7u
#define MAP_TYPE_ARRAY_OF_MAPS 12u
#define MAP_TYPE_HASH_OF_MAPS 13u

/* A rejected cell and what is to be found out for it. */
struct wish {
	struct result_cell *cell;
	struct advice_subject subject;
	size_t question;    /* index into the run's questions */
	struct btf_map map; /* of a map, from its object */
	bool has_map;
};

struct advisor {
	struct result *r;
	const struct store_kernel *kernels;
	size_t kernel_count;
	const struct object_list *objects;
	struct wish *wishes;
	size_t wish_count;
	struct btf_question *questions; /* each asked of every kernel, no two the same; names are the wishes' */
	size_t question_count;
	struct btf_answer *answers; /* [kernel][question] */
};

/* ---- asking ---- */

static void collect_wishes(struct advisor *a)
{
	for (size_t i = 0; i < a->r->cell_count; i++) {
		struct result_cell *c = &a->r->cells[i];
		struct advice_subject s;

		/* what an older libbpf does not know was said by the judge, and no kernel has anything to add to it */
		if (c->verdict != VERDICT_REJECTED || c->side == SIDE_LOADER || !advice_subject_find(c, &s))
			continue;
		a->wishes = xrealloc(a->wishes, a->wish_count + 1, sizeof(*a->wishes));
		a->wishes[a->wish_count++] = (struct wish){.cell = c, .subject = s};
	}
}

static const struct object *find_object(const struct advisor *a, const char *name)
{
	for (size_t i = 0; i < a->objects->count; i++)
		if (!strcmp(a->objects->at[i].name, name))
			return &a->objects->at[i];
	return NULL;
}

/* The same map of the same object was rejected on many kernels, but is looked up once. */
static bool copy_map(struct advisor *a, struct wish *w)
{
	for (const struct wish *known = a->wishes; known < w; known++) {
		if (known->subject.topic != BTF_TOPIC_MAP || strcmp(known->cell->object, w->cell->object) ||
		    strcmp(known->subject.name, w->subject.name))
			continue;
		w->map = known->map;
		w->has_map = known->has_map;
		return true;
	}
	return false;
}

static void look_up_maps(struct advisor *a)
{
	for (size_t i = 0; i < a->wish_count; i++) {
		struct wish *w = &a->wishes[i];
		const struct object *o;
		struct btf_answer answer;

		if (w->subject.topic != BTF_TOPIC_MAP || copy_map(a, w))
			continue;
		o = find_object(a, w->cell->object);
		if (!o)
			continue;
		btf_ask(&(struct btf_ask_source){.elf = o->bytes.data, .elf_len = o->bytes.len}, 1,
		        &(struct btf_question){BTF_TOPIC_MAP, w->subject.name, 0}, 1, &answer);
		w->map = answer.map;
		w->has_map = answer.known && answer.exists && answer.map.type; /* a struct_ops map has no type here */
	}
}

static struct btf_question wish_question(const struct wish *w)
{
	if (w->subject.topic == BTF_TOPIC_MAP)
		return (struct btf_question){BTF_TOPIC_ENUM_VALUE, "bpf_map_type", w->map.type};
	return (struct btf_question){w->subject.topic, w->subject.name, w->subject.value};
}

static void collect_questions(struct advisor *a)
{
	for (size_t i = 0; i < a->wish_count; i++) {
		struct btf_question q = wish_question(&a->wishes[i]);
		size_t at = 0;

		while (at < a->question_count &&
		       (a->questions[at].topic != q.topic || a->questions[at].value != q.value ||
		        strcmp(a->questions[at].name, q.name)))
			at++;
		if (at == a->question_count) {
			a->questions = xrealloc(a->questions, at + 1, sizeof(*a->questions));
			a->questions[a->question_count++] = q;
		}
		a->wishes[i].question = at;
	}
}

static size_t kernel_of(const struct advisor *a, const struct wish *w)
{
	size_t kernel = 0;

	while (kernel < a->kernel_count && strcmp(a->kernels[kernel].id, w->cell->kernel))
		kernel++;
	return kernel;
}

/* What is similar is said of a cell's own kernel alone. */
static void ask_kernels(struct advisor *a)
{
	cleanup_free struct btf_ask_source *sources = xcalloc(a->kernel_count + 1, sizeof(*sources));
	cleanup_free bool *near = xcalloc((a->kernel_count + 1) * a->question_count, sizeof(*near));

	for (size_t i = 0; i < a->wish_count; i++)
		near[kernel_of(a, &a->wishes[i]) * a->question_count + a->wishes[i].question] = true;
	for (size_t i = 0; i < a->kernel_count; i++)
		sources[i] = (struct btf_ask_source){.path = a->kernels[i].btf, .near = near + i * a->question_count};
	a->answers = xcalloc(a->kernel_count * a->question_count + 1, sizeof(*a->answers));
	btf_ask(sources, a->kernel_count, a->questions, a->question_count, a->answers);
}

/* ---- wording ---- */

/* What one wish came to. */
struct finding {
	const struct wish *w;
	const struct btf_answer *here; /* on the cell's own kernel */
	const char *known_as;          /* what any kernel calls an enumerator, "" */
	char *where;                   /* "; of this run's kernels 6.1 and later has it", "" */
};

static int by_name_order(const void *a, const void *b)
{
	return kernel_name_order(*(const struct kernel_name *const *)a, *(const struct kernel_name *const *)b);
}

/* The kernels of the run that have what the question is after. */
static char *where_text(const struct advisor *a, size_t question)
{
	cleanup_free struct kernel_name *names = xcalloc(a->kernel_count + 1, sizeof(*names));
	cleanup_free const struct kernel_name **order = xcalloc(a->kernel_count + 1, sizeof(*order));
	cleanup_free struct kernel_name *sorted = xcalloc(a->kernel_count + 1, sizeof(*sorted));
	cleanup_free bool *in = xcalloc(a->kernel_count + 1, sizeof(*in));
	cleanup_free char *group = NULL;
	size_t members = 0, count = 0;

	for (size_t i = 0; i < a->kernel_count; i++) {
		names[i] = (struct kernel_name){a->kernels[i].id, a->kernels[i].release};
		if (a->answers[i * a->question_count + question].known)
			order[count++] = &names[i];
	}
	if (count < 2)
		return xstrdup("");
	qsort(order, count, sizeof(*order), by_name_order);
	for (size_t i = 0; i < count; i++) {
		sorted[i] = *order[i];
		in[i] = a->answers[(size_t)(order[i] - names) * a->question_count + question].exists;
		members += in[i];
	}
	if (!members)
		return xstrdup("; no kernel of this run has it");
	group = kernel_group_text(sorted, in, count);
	return xasprintf("; of this run's kernels it is in %s", group);
}

static const char *known_name(const struct advisor *a, size_t question)
{
	for (size_t i = 0; i < a->kernel_count; i++) {
		const struct btf_answer *answer = &a->answers[i * a->question_count + question];

		if (answer->known && answer->exists)
			return answer->near;
	}
	return "";
}

static void add_near(struct buf *out, const char *what, const char *names)
{
	if (*names)
		buf_printf(out, " (%s: %s)", what, names);
}

/* What a function is called with: bpf_tracing.h reads it from either of these types. */
static bool is_registers(const char *name, int len)
{
	return (len == 7 && !strncmp(name, "pt_regs", 7)) || (len == 12 && !strncmp(name, "user_pt_regs", 12));
}

static void word_field(struct buf *out, const struct finding *f)
{
	const char *name = f->w->subject.name, *field = strchr(name, '.');
	int type_len = (int)(field - name);

	if (f->here->exists)
		return;
	if (is_registers(name, type_len)) {
		buf_printf(
		        out,
		        "%.*s is each processor's own, and this kernel's has no %s%s: the object was compiled for another one; compile it for this kernel's as well, with a vmlinux.h of it",
		        type_len, name, field + 1, f->where);
		return;
	}
	buf_printf(out, "this kernel's %s %.*s has no %s", f->w->subject.keyword, type_len, name, field + 1);
	if (*f->here->place)
		buf_printf(out, ", but %s", f->here->place);
	add_near(out, "similar", f->here->near);
	buf_printf(
	        out,
	        "%s: guard the access with bpf_core_field_exists(), and read the other layout through a flavour (%s %.*s___other)",
	        f->where, f->w->subject.keyword, type_len, name);
}

static void word_type(struct buf *out, const struct finding *f)
{
	if (f->here->exists)
		return;
	buf_printf(out, "this kernel has no type %s", f->w->subject.name);
	add_near(out, "similar", f->here->near);
	buf_printf(out, "%s: guard the access with bpf_core_type_exists()", f->where);
}

static void word_helper(struct buf *out, const struct finding *f)
{
	const char *name = f->known_as;

	if (f->here->exists) {
		buf_printf(
		        out,
		        "this kernel has %s, but not for programs of this type%s%s: call it from another type of program, or read the value another way",
		        name, f->w->subject.program ? ": " : "",
		        f->w->subject.program ? f->w->subject.program->section : "");
		return;
	}
	if (*name)
		buf_printf(out, "this kernel has no helper %s", name);
	else
		buf_printf(out, "this kernel has no helper number %" PRIu64, f->w->subject.value);
	buf_printf(out, "%s: test with bpf_core_enum_value_exists(enum bpf_func_id, %s) before the call", f->where,
	           *name ? name : "BPF_FUNC_x");
}

static bool lacks_entries(const struct wish *w)
{
	return w->has_map && !w->map.max_entries && w->map.type != MAP_TYPE_PERF_EVENT_ARRAY;
}

static bool lacks_value(const struct wish *w)
{
	return w->has_map && !w->map.has_value && w->map.type == MAP_TYPE_STACK_TRACE;
}

static bool lacks_inner(const struct wish *w)
{
	return w->has_map && !w->map.has_inner &&
	       (w->map.type == MAP_TYPE_ARRAY_OF_MAPS || w->map.type == MAP_TYPE_HASH_OF_MAPS);
}

static void word_map(struct buf *out, const struct finding *f)
{
	const struct wish *w = f->w;
	const char *type = *f->known_as ? f->known_as : "its type", *map = w->subject.name;

	if (!w->has_map)
		return;
	if (!f->here->exists)
		buf_printf(
		        out,
		        "this kernel has no %s%s: test with bpf_core_enum_value_exists(enum bpf_map_type, %s), and leave map %s out with bpf_map__set_autocreate()",
		        type, f->where, type, map);
	else if (lacks_entries(w))
		buf_printf(
		        out,
		        "the object gives map %s (%s) no max_entries, so its loader has to set it: say it in the object's ini, [maps] %s.max_entries = 10240",
		        map, type, map);
	else if (lacks_value(w))
		buf_printf(
		        out,
		        "the object gives map %s (%s) no value size, so its loader has to set it: say it in the object's ini, [maps] %s.value_size = 1016",
		        map, type, map);
	else if (lacks_inner(w))
		buf_printf(
		        out,
		        "the object does not say what the maps in map %s (%s) are, so its loader has to: name one like them in the object's ini, [maps] %s.inner = MAP",
		        map, type, map);
	else
		buf_printf(
		        out,
		        "this kernel has %s, so it refuses a flag, or the key, value or number of entries of map %s: see which of them is newer than the kernel",
		        type, map);
}

static void word_target(struct buf *out, const struct finding *f)
{
	bool tracepoint = f->w->subject.topic == BTF_TOPIC_TRACEPOINT;
	const char *name = f->w->subject.name, *what = tracepoint ? "tracepoint" : "function";
	const struct result_program *p = f->w->subject.program;

	if (f->here->exists && tracepoint)
		return;
	if (f->here->exists) {
		buf_printf(
		        out,
		        "this kernel's types know function %s, but it cannot be traced here: it was inlined, left out or blacklisted; attach elsewhere",
		        name);
		return;
	}
	buf_printf(out, "this kernel has no %s %s", what, name);
	add_near(out, "similar", f->here->near);
	buf_printf(
	        out,
	        "%s: attach to what each kernel has, choosing with bpf_program__set_autoload(); if the object's loader names the target, say it in the ini, [programs] %s.attach_to = …",
	        f->where, p ? p->name : "PROGRAM");
}

static void word_kfunc(struct buf *out, const struct finding *f)
{
	const char *name = f->w->subject.name;

	if (f->here->exists)
		return;
	buf_printf(out, "this kernel has no kfunc %s", name);
	add_near(out, "similar", f->here->near);
	buf_printf(out, "%s: declare it __weak and call it only if bpf_ksym_exists(%s)", f->where, name);
}

static void word_variable(struct buf *out, const struct finding *f)
{
	if (f->here->exists)
		return;
	buf_printf(out, "this kernel's types know no variable %s", f->w->subject.name);
	add_near(out, "similar", f->here->near);
	buf_printf(out, "%s: declare it __weak and test its address before use", f->where);
}

static void (*const words[CLASS_COUNT])(struct buf *out, const struct finding *f) = {
        [CLASS_HELPER] = word_helper, [CLASS_MAP_TYPE] = word_map,    [CLASS_ATTACH_TARGET] = word_target,
        [CLASS_KFUNC] = word_kfunc,   [CLASS_EXTERN] = word_variable,
};

static void grant(const struct advisor *a, const struct wish *w)
{
	cleanup_buf struct buf text = {0};
	struct finding f = {.w = w};
	size_t kernel = kernel_of(a, w);

	if (kernel == a->kernel_count || !a->answers[kernel * a->question_count + w->question].known)
		return;
	f.here = &a->answers[kernel * a->question_count + w->question];
	f.known_as = known_name(a, w->question);
	f.where = where_text(a, w->question);
	if (w->cell->class == CLASS_RELOCATION)
		(w->subject.topic == BTF_TOPIC_FIELD ? word_field : word_type)(&text, &f);
	else if (words[w->cell->class])
		words[w->cell->class](&text, &f);
	if (text.len)
		text_set(&w->cell->advice, buf_str(&text));
	/* no kernel takes a map without a size */
	if (w->cell->class == CLASS_MAP_TYPE && f.here->exists &&
	    (lacks_entries(w) || lacks_value(w) || lacks_inner(w)))
		w->cell->side = SIDE_OBJECT;
	free(f.where);
}

void advice_add(struct result *r, const struct store_kernel *kernels, size_t kernel_count,
                const struct object_list *objects)
{
	struct advisor a = {.r = r, .kernels = kernels, .kernel_count = kernel_count, .objects = objects};

	collect_wishes(&a);
	look_up_maps(&a);
	collect_questions(&a);
	if (a.question_count)
		ask_kernels(&a);
	for (size_t i = 0; i < a.wish_count; i++)
		grant(&a, &a.wishes[i]);
	for (size_t i = 0; i < a.wish_count; i++)
		free(a.wishes[i].subject.name);
	free(a.wishes);
	free(a.questions);
	free(a.answers);
}
