/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/result/support.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/lib/strings.h"
#include "host/result/cell_truth.h"

/* Things that are named; of more it is said how many. */
#define NAMED_MAX 2

/* ---- kernels and subjects ---- */

static size_t kernel_add(struct support *s, const char *id, const char *release, const char *arch)
{
	s->kernels = xrealloc(s->kernels, s->kernel_count + 1, sizeof(*s->kernels));
	s->kernels[s->kernel_count] = (struct support_kernel){xstrdup(id), xstrdup(release), xstrdup(arch)};
	return s->kernel_count++;
}

static size_t kernel_find(const struct support *s, const char *id)
{
	size_t k = 0;

	while (k < s->kernel_count && strcmp(s->kernels[k].id, id) != 0)
		k++;
	return k;
}

static int by_name(const void *a, const void *b)
{
	const struct support_kernel *x = a, *y = b;

	return kernel_name_order(&(struct kernel_name){x->id, x->release}, &(struct kernel_name){y->id, y->release});
}

static struct support_subject subject_new(const struct support *s, const char *object, const char *program)
{
	return (struct support_subject){xstrdup(object), xstrdup(program),
	                                xcalloc(s->kernel_count + 1, sizeof(struct support_place))};
}

/* Its number: it moves when another is added. */
static size_t subject_add(struct support *s, const char *object, const char *program)
{
	s->subjects = xrealloc(s->subjects, s->subject_count + 1, sizeof(*s->subjects));
	s->subjects[s->subject_count] = subject_new(s, object, program);
	return s->subject_count++;
}

/* The program of the object at `object`, which is the last that was added. */
static struct support_subject *program_of(struct support *s, size_t object, const char *name)
{
	for (size_t i = object + 1; i < s->subject_count; i++)
		if (!strcmp(s->subjects[i].program, name))
			return &s->subjects[i];
	subject_add(s, s->subjects[object].object, name);
	return &s->subjects[s->subject_count - 1];
}

/* ---- why ---- */

/* "struct task_struct___since_5_14.__state" is what the kernel calls "struct task_struct.__state". */
static char *plain_spec(const char *spec)
{
	struct buf out = {0};

	while (*spec) {
		if (!strncmp(spec, "___", 3))
			spec += strcspn(spec, ".: ");
		else
			buf_putc(&out, *spec++);
	}
	return buf_steal(&out);
}

/* What the relocation of this key ("PROGRAM KIND SPEC (2)") is about; "" when it is of another program. The caller's.
 */
static char *spec_of(const char *key, const char *program)
{
	size_t len = strlen(program);
	const char *kind = strchr(key, ' '), *spec = kind ? strchr(kind + 1, ' ') : NULL, *number;
	cleanup_free char *plain = NULL;

	if (!spec || (len && ((size_t)(kind - key) != len || memcmp(key, program, len) != 0)))
		return xstrdup("");
	number = strstr(spec, " (");
	plain = xstrndup(spec + 1, number ? (size_t)(number - spec) - 1 : strlen(spec) - 1);
	return plain_spec(plain);
}

static bool is_fallback(int outcome)
{
	return outcome == RELO_ABSENT || outcome == RELO_GUARDED;
}

static bool is_fatal(int outcome)
{
	return outcome == RELO_FATAL;
}

/* What those relocations of the program ("": of all) are about that came to such an outcome, each once. */
static void specs_add(const struct baseline_cell *c, const char *program, bool (*such)(int outcome),
                      struct strings *specs)
{
	for (size_t i = 0; i < c->trait_count; i++) {
		cleanup_free char *spec = NULL;

		if (c->traits[i].kind != TRAIT_RELOCATION || !such(c->traits[i].state.is))
			continue;
		spec = spec_of(c->traits[i].key, program);
		if (*spec)
			strings_add_once(specs, spec);
	}
}

static char *names_text(const char *lead, const struct strings *names)
{
	struct buf out = {0};

	for (size_t i = 0; i < names->count && i < NAMED_MAX; i++)
		buf_printf(&out, "%s%s", i ? ", " : lead, names->at[i]);
	if (names->count > NAMED_MAX)
		buf_printf(&out, " and %zu more", names->count - NAMED_MAX);
	return buf_steal(&out);
}

/* Append what is missing where a fallback is taken: "without struct task_struct.__state"; "" when it takes none. */
static char *fallback_of(const struct baseline_cell *c, const char *program, const char *externs)
{
	cleanup_strings struct strings names = {0};

	specs_add(c, program, is_fallback, &names);
	if (!*program)
		strings_split(externs, &names);
	return names_text("without ", &names);
}

static char *wrong_fields(const struct baseline_cell *c)
{
	cleanup_strings struct strings names = {0};

	for (size_t i = 0; i < c->trait_count; i++)
		if (c->traits[i].kind == TRAIT_FIELD && c->traits[i].state.is == FIELD_WRONG)
			strings_add(&names, c->traits[i].key);
	return names_text("", &names);
}

/* Types that lack something say it better than the verifier does. */
static char *rejection_of(const struct baseline_cell *c)
{
	cleanup_strings struct strings names = {0};

	specs_add(c, "", is_fatal, &names);
	return names.count ? names_text("no ", &names) : xstrdup(c->reason);
}

/* ---- places ---- */

static void place_set(struct support_place *at, enum support_state state, char *what, char *why)
{
	free(at->what);
	free(at->why);
	*at = (struct support_place){state, what, why};
}

/* How far nobody compared anything; results of former versions do not say. */
static char *evidence_text(enum evidence e)
{
	return xstrdup(evidence_name(e > EVIDENCE_LOADED ? e : EVIDENCE_LOADED));
}

static void place_take(const struct baseline_cell *c, const char *externs, struct support_place *at)
{
	bool passes = c->verdict == VERDICT_PASS || c->verdict == VERDICT_DEGRADED;

	if (c->verdict == VERDICT_INFRA)
		place_set(at, SUPPORT_UNMEASURED, xstrdup(""), xstrdup(""));
	else if (c->verdict == VERDICT_UNPROVEN)
		place_set(at, SUPPORT_UNPROVEN, evidence_text(c->evidence), xstrdup(""));
	else if (passes && c->unexpected)
		place_set(at, SUPPORT_BROKEN, xasprintf("%s, which is not as expected", verdict_name(c->verdict)),
		          xstrdup(c->reason));
	else if (c->verdict == VERDICT_PASS)
		place_set(at, SUPPORT_PROVEN, xstrdup(""), xstrdup(""));
	else if (c->verdict == VERDICT_DEGRADED)
		place_set(at, SUPPORT_FALLBACK, xstrdup(""), fallback_of(c, "", externs));
	else if (c->verdict == VERDICT_REJECTED)
		place_set(at, SUPPORT_BROKEN, xasprintf("rejected (%s)", reject_class_name(c->class)), rejection_of(c));
	else
		place_set(at, SUPPORT_BROKEN, xstrdup(verdict_name(c->verdict)),
		          c->verdict == VERDICT_WRONG ? wrong_fields(c) : xstrdup(c->reason));
}

/* A program where its cell proves something, but not this one, or where nothing is said of it. */
static void unproven_program(struct support_place *at, const struct support_place *cell, bool autoload, char *evidence)
{
	if (cell->state == SUPPORT_UNMEASURED || cell->state == SUPPORT_BROKEN) {
		place_set(at, cell->state, xstrdup(cell->what), xstrdup(cell->why));
		free(evidence);
	} else if (!autoload) {
		place_set(at, SUPPORT_OFF, xstrdup(""), xstrdup(""));
		free(evidence);
	} else {
		place_set(at, SUPPORT_UNPROVEN, evidence, xstrdup(""));
	}
}

static void program_take(const struct result_cell *c, const struct result_program *p, const struct baseline_cell *b,
                         const struct support_place *cell, struct support_place *at)
{
	cleanup_free char *fallback = NULL;

	/* beside one that is refused no other is used, though it would load */
	if (c->verdict == VERDICT_REJECTED && p->autoload && p->loaded && !p->err)
		place_set(at, SUPPORT_BROKEN, xstrdup("loads, but not the object"), xstrdup(""));
	else if (cell->state == SUPPORT_BROKEN || !cell_proves(c, p))
		unproven_program(at, cell, p->autoload, evidence_text(p->evidence));
	else {
		fallback = fallback_of(b, p->name, "");
		place_set(at, *fallback ? SUPPORT_FALLBACK : SUPPORT_PROVEN, xstrdup(""), xstrdup(fallback));
	}
}

/* ---- a run ---- */

static void cell_take(struct support *s, const struct result_cell *c, size_t kernel, size_t object)
{
	struct baseline_cell b = {0};
	struct support_place *at = &s->subjects[object].at[kernel];

	if (!c) {
		place_set(at, SUPPORT_UNMEASURED, xstrdup(""), xstrdup(""));
		return;
	}
	baseline_cell_take(c, &b);
	place_take(&b, c->absent_externs, at);
	for (size_t i = 0; c->program_count > 1 && i < c->program_count; i++) {
		struct support_subject *program = program_of(s, object, c->programs[i].name);

		program_take(c, &c->programs[i], &b, &s->subjects[object].at[kernel], &program->at[kernel]);
	}
	baseline_cell_free(&b);
}

/* A program of which no cell of a kernel tells: the object could not be opened there, or its guest was lost. */
static void complete_programs(struct support *s, size_t object)
{
	for (size_t i = object + 1; i < s->subject_count; i++)
		for (size_t k = 0; k < s->kernel_count; k++) {
			const struct support_place *cell = &s->subjects[object].at[k];

			if (s->subjects[i].at[k].state == SUPPORT_NONE && cell->state != SUPPORT_NONE)
				unproven_program(&s->subjects[i].at[k], cell, true, evidence_text(EVIDENCE_UNKNOWN));
		}
}

void support_take_run(const struct result_view *v, struct support *s)
{
	const struct result *r = v->r;

	*s = (struct support){0};
	for (size_t k = 0; k < r->kernel_count; k++)
		kernel_add(s, r->kernels[k].id, r->kernels[k].release, r->kernels[k].arch);
	if (s->kernel_count)
		qsort(s->kernels, s->kernel_count, sizeof(*s->kernels), by_name);
	for (size_t o = 0; o < r->object_count; o++) {
		size_t object;

		if (r->objects[o].control)
			continue;
		object = subject_add(s, r->objects[o].name, "");
		for (size_t k = 0; k < r->kernel_count; k++)
			cell_take(s, result_view_cell(v, k, o)->cell, v->places[k], object);
		complete_programs(s, object);
	}
}

/* ---- baselines ---- */

static size_t program_count(const struct baseline_cell *c)
{
	size_t count = 0;

	for (size_t i = 0; i < c->trait_count; i++)
		count += c->traits[i].kind == TRAIT_PROGRAM;
	return count;
}

/* They do not tell which program the values came from: of each it is known whether it was attached. */
static void baseline_programs_take(struct support *s, const struct baseline_cell *c, size_t kernel, size_t object)
{
	for (size_t i = 0; program_count(c) > 1 && i < c->trait_count; i++) {
		const struct trait *t = &c->traits[i];
		struct support_subject *program;

		if (t->kind != TRAIT_PROGRAM)
			continue;
		program = program_of(s, object, t->key);
		unproven_program(&program->at[kernel], &s->subjects[object].at[kernel], t->state.is != PROGRAM_OFF,
		                 evidence_text(t->state.is == PROGRAM_ATTACHED ? EVIDENCE_ATTACHED : EVIDENCE_LOADED));
	}
}

void support_take_baselines(const struct baseline *b, struct support *s)
{
	*s = (struct support){0};
	for (size_t o = 0; o < b->object_count; o++)
		for (size_t i = 0; i < b->objects[o].cell_count; i++) {
			const struct baseline_cell *c = &b->objects[o].cells[i];

			if (kernel_find(s, c->kernel) == s->kernel_count)
				kernel_add(s, c->kernel, c->release, "");
		}
	if (s->kernel_count)
		qsort(s->kernels, s->kernel_count, sizeof(*s->kernels), by_name);
	for (size_t o = 0; o < b->object_count; o++) {
		size_t object = subject_add(s, b->objects[o].name, "");

		for (size_t i = 0; i < b->objects[o].cell_count; i++) {
			const struct baseline_cell *c = &b->objects[o].cells[i];
			size_t kernel = kernel_find(s, c->kernel);

			place_take(c, "", &s->subjects[object].at[kernel]);
			baseline_programs_take(s, c, kernel, object);
		}
		complete_programs(s, object);
	}
}

/* ---- what follows ---- */

size_t support_select(struct support *s, const char *pattern)
{
	size_t kept = 0, objects = 0;

	for (size_t i = 0; i < s->subject_count; i++) {
		if (fnmatch(pattern, s->subjects[i].object, 0)) {
			support_subject_free(&s->subjects[i], s->kernel_count);
			continue;
		}
		objects += !*s->subjects[i].program;
		s->subjects[kept++] = s->subjects[i];
	}
	s->subject_count = kept;
	return objects;
}

void support_scope_take(const struct support *s, const struct support_subject *subject, const char *arch,
                        struct support_scope *scope)
{
	unsigned major, minor;

	*scope = (struct support_scope){
	        .names = xcalloc(s->kernel_count + 1, sizeof(*scope->names)),
	        .kernels = xcalloc(s->kernel_count + 1, sizeof(*scope->kernels)),
	};
	for (size_t k = 0; k < s->kernel_count; k++) {
		struct kernel_name name = {s->kernels[k].id, s->kernels[k].release};

		if (subject->at[k].state == SUPPORT_NONE || (arch && strcmp(arch, s->kernels[k].arch) != 0))
			continue;
		scope->versioned += kernel_name_version(&name, &major, &minor);
		scope->names[scope->count] = name;
		scope->kernels[scope->count++] = k;
	}
}

void support_scope_free(struct support_scope *scope)
{
	free(scope->names);
	free(scope->kernels);
	*scope = (struct support_scope){0};
}

static bool is_same_version(const struct kernel_name *a, const struct kernel_name *b)
{
	unsigned major[2], minor[2];

	return kernel_name_version(a, &major[0], &minor[0]) && kernel_name_version(b, &major[1], &minor[1]) &&
	       major[0] == major[1] && minor[0] == minor[1];
}

size_t support_from(const struct support_subject *subject, const struct support_scope *scope)
{
	size_t from = scope->versioned;

	for (; from; from--) {
		enum support_state state = subject->at[scope->kernels[from - 1]].state;

		if (state != SUPPORT_PROVEN && state != SUPPORT_FALLBACK)
			break;
	}
	/* a version counts as a whole: what holds for one flavour need not for another */
	while (from && from < scope->versioned && is_same_version(&scope->names[from - 1], &scope->names[from]))
		from++;
	return from;
}

void support_whole(const struct support *s, struct support_subject *whole)
{
	*whole = subject_new(s, "", "");
	for (size_t k = 0; k < s->kernel_count; k++) {
		const struct support_place *worst = &whole->at[k];

		for (size_t i = 0; i < s->subject_count; i++)
			if (!*s->subjects[i].program && s->subjects[i].at[k].state > worst->state)
				worst = &s->subjects[i].at[k];
		if (worst->state != SUPPORT_NONE)
			place_set(&whole->at[k], worst->state, xstrdup(worst->what), xstrdup(worst->why));
	}
}

void support_subject_free(struct support_subject *subject, size_t kernels)
{
	for (size_t k = 0; k < kernels; k++) {
		free(subject->at[k].what);
		free(subject->at[k].why);
	}
	free(subject->at);
	free(subject->object);
	free(subject->program);
	*subject = (struct support_subject){0};
}

void support_free(struct support *s)
{
	for (size_t i = 0; i < s->subject_count; i++)
		support_subject_free(&s->subjects[i], s->kernel_count);
	for (size_t k = 0; k < s->kernel_count; k++) {
		free(s->kernels[k].id);
		free(s->kernels[k].release);
		free(s->kernels[k].arch);
	}
	free(s->subjects);
	free(s->kernels);
	*s = (struct support){0};
}
