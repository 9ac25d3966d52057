/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/result/baseline.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/kernels/kernel_group.h"

static const char *const kind_names[TRAIT_KIND_COUNT] = {
        [TRAIT_PROGRAM] = "program",
        [TRAIT_FIELD] = "field",
        [TRAIT_RELOCATION] = "relocation",
        [TRAIT_COST] = "cost",
};

const char *trait_kind_name(enum trait_kind kind)
{
	return (unsigned)kind < TRAIT_KIND_COUNT ? kind_names[kind] : "?";
}

int trait_kind_parse(const char *name, size_t len)
{
	for (int i = 0; i < TRAIT_KIND_COUNT; i++)
		if (strlen(kind_names[i]) == len && !memcmp(kind_names[i], name, len))
			return i;
	return -1;
}

static const char *const program_names[PROGRAM_STATE_COUNT] = {
        [PROGRAM_ATTACHED] = "attached",
        [PROGRAM_LOADED] = "loaded",
        [PROGRAM_FAILED] = "failed",
        [PROGRAM_OFF] = "off",
};

static const char *const field_names[FIELD_STATE_COUNT] = {
        [FIELD_RIGHT] = "right",
        [FIELD_WRONG] = "wrong",
};

static const int state_counts[TRAIT_KIND_COUNT] = {
        [TRAIT_PROGRAM] = PROGRAM_STATE_COUNT,
        [TRAIT_FIELD] = FIELD_STATE_COUNT,
        [TRAIT_RELOCATION] = RELO_OUTCOME_COUNT,
        [TRAIT_COST] = 0,
};

const char *trait_state_name(enum trait_kind kind, struct trait_state state)
{
	switch (kind) {
	case TRAIT_PROGRAM:
		return program_names[state.is];
	case TRAIT_FIELD:
		return field_names[state.is];
	case TRAIT_COST:
		return "";
	default:
		return relo_outcome_name((enum relo_outcome)state.is);
	}
}

char *trait_state_text(enum trait_kind kind, struct trait_state state)
{
	const char *name = trait_state_name(kind, state);

	return state.has_value ? xasprintf("%s%s%" PRIu64, name, *name ? " " : "", state.value) : xstrdup(name);
}

static int parse_value(const char *text, struct trait_state *state)
{
	char *end;

	if (!isdigit((unsigned char)*text))
		return -EINVAL;
	state->has_value = true;
	state->value = strtoull(text, &end, 10);
	return *end ? -EINVAL : 0;
}

int trait_state_parse(enum trait_kind kind, const char *text, struct trait_state *state)
{
	size_t len = strcspn(text, " ");

	*state = (struct trait_state){0};
	if (kind == TRAIT_COST)
		return parse_value(text, state);
	if (text[len] == ' ' && (kind != TRAIT_RELOCATION || parse_value(text + len + 1, state)))
		return -EINVAL;
	for (; state->is < state_counts[kind]; state->is++) {
		const char *name = trait_state_name(kind, *state);

		if (strlen(name) == len && !memcmp(name, text, len))
			return 0;
	}
	return -EINVAL;
}

bool trait_state_equal(struct trait_state a, struct trait_state b)
{
	return a.is == b.is && a.has_value == b.has_value && (!a.has_value || a.value == b.value);
}

struct baseline_object *baseline_add_object(struct baseline *b, const char *name)
{
	b->objects = xrealloc(b->objects, b->object_count + 1, sizeof(*b->objects));
	b->objects[b->object_count] = (struct baseline_object){.name = xstrdup(name)};
	return &b->objects[b->object_count++];
}

struct baseline_cell *baseline_add_cell(struct baseline_object *o, const char *kernel, const char *release)
{
	o->cells = xrealloc(o->cells, o->cell_count + 1, sizeof(*o->cells));
	o->cells[o->cell_count] = (struct baseline_cell){
	        .kernel = xstrdup(kernel),
	        .release = xstrdup(release),
	        .verdict = VERDICT_INFRA,
	        .reason = xstrdup(""),
	        .advice = xstrdup(""),
	};
	return &o->cells[o->cell_count++];
}

void baseline_add_trait(struct baseline_cell *c, enum trait_kind kind, const char *key, struct trait_state state,
                        int number)
{
	/* grown at powers of two: an object can have 100 000 relocations */
	if ((c->trait_count & (c->trait_count - 1)) == 0)
		c->traits = xrealloc(c->traits, c->trait_count ? c->trait_count * 2 : 1, sizeof(*c->traits));
	c->traits[c->trait_count++] = (struct trait){kind, xstrdup(key), state, number};
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct baseline_object *)a)->name, ((const struct baseline_object *)b)->name);
}

static int by_kernel(const void *a, const void *b)
{
	const struct baseline_cell *x = a, *y = b;

	return kernel_name_order(&(struct kernel_name){x->kernel, x->release},
	                         &(struct kernel_name){y->kernel, y->release});
}

static int by_key(const void *a, const void *b)
{
	const struct trait *x = a, *y = b;

	return x->kind != y->kind ? (int)x->kind - (int)y->kind : strcmp(x->key, y->key);
}

static int by_key_and_number(const void *a, const void *b)
{
	int order = by_key(a, b);

	return order ? order : ((const struct trait *)a)->number - ((const struct trait *)b)->number;
}

static void sort(void *list, size_t count, size_t size, int (*compare)(const void *, const void *))
{
	if (count)
		qsort(list, count, size, compare);
}

void baseline_sort(struct baseline *b)
{
	sort(b->objects, b->object_count, sizeof(*b->objects), by_name);
	for (size_t i = 0; i < b->object_count; i++) {
		struct baseline_object *o = &b->objects[i];

		sort(o->cells, o->cell_count, sizeof(*o->cells), by_kernel);
		for (size_t k = 0; k < o->cell_count; k++)
			sort(o->cells[k].traits, o->cells[k].trait_count, sizeof(struct trait), by_key);
	}
}

static enum program_state program_state(const struct result_program *p)
{
	if (!p->autoload)
		return PROGRAM_OFF;
	if (p->attached)
		return PROGRAM_ATTACHED;
	return p->loaded && !p->err ? PROGRAM_LOADED : PROGRAM_FAILED;
}

static void take_programs(const struct result_cell *from, struct baseline_cell *c)
{
	for (size_t i = 0; i < from->program_count; i++) {
		const struct result_program *p = &from->programs[i];

		baseline_add_trait(c, TRAIT_PROGRAM, p->name, (struct trait_state){.is = (int)program_state(p)}, -1);
	}
}

/* Of programs that loaded: how far the verifier came with others says nothing of them. */
static void take_costs(const struct result_cell *from, struct baseline_cell *c)
{
	static const enum cost_kind kinds[] = {COST_VERIFIED_INSNS, COST_PEAK_STATES, COST_STACK_DEPTH};

	for (size_t i = 0; i < from->program_count; i++) {
		const struct result_program *p = &from->programs[i];

		for (size_t k = 0; p->loaded && p->cost.verified_insns && k < sizeof(kinds) / sizeof(*kinds); k++) {
			cleanup_free char *key = xasprintf("%s %s", p->name, cost_name(kinds[k]));

			baseline_add_trait(
			        c, TRAIT_COST, key,
			        (struct trait_state){.has_value = true, .value = cost_value(&p->cost, kinds[k])}, -1);
		}
	}
}

static const struct trait *find_trait(const struct baseline_cell *c, enum trait_kind kind, const char *key)
{
	for (size_t i = 0; i < c->trait_count; i++)
		if (c->traits[i].kind == kind && !strcmp(c->traits[i].key, key))
			return &c->traits[i];
	return NULL;
}

/* A field counts as right when it is for every subject; which subject failed is the run's report to tell. */
static void take_fields(const struct result_cell *from, struct baseline_cell *c)
{
	for (size_t i = 0; i < from->truth_count; i++) {
		const struct result_truth *t = &from->truth[i];
		struct trait *known = (struct trait *)find_trait(c, TRAIT_FIELD, t->field);
		const struct trait_state state = {.is = t->ok ? FIELD_RIGHT : FIELD_WRONG};

		if (!known)
			baseline_add_trait(c, TRAIT_FIELD, t->field, state, -1);
		else if (!t->ok)
			known->state = state;
	}
}

static bool has_value(const struct result_relocation *r)
{
	return r->has_target && (r->outcome == RELO_SAME || r->outcome == RELO_MOVED || r->outcome == RELO_RESIZED ||
	                         r->outcome == RELO_DRIFT);
}

static void take_relocation(const struct result_relocation *r, struct baseline_cell *c)
{
	cleanup_free char *key = xasprintf("%s %s %s", r->program, r->kind, *r->spec ? r->spec : r->type);
	struct trait_state state = {.is = (int)r->outcome, .has_value = has_value(r)};

	state.value = state.has_value ? r->target : 0;
	baseline_add_trait(c, TRAIT_RELOCATION, key, state, (int)r->number);
}

/* The traits from `first` on are sorted; number those that are the same. */
static void tell_apart(struct baseline_cell *c, size_t first)
{
	cleanup_free char *last = NULL;
	unsigned n = 0;

	for (size_t i = first; i < c->trait_count; i++) {
		struct trait *t = &c->traits[i];
		char *plain = t->key;

		n = last && !strcmp(last, plain) ? n + 1 : 1;
		if (n > 1)
			t->key = xasprintf("%s (%u)", plain, n);
		free(last);
		last = n > 1 ? plain : xstrdup(plain);
	}
}

static void take_cell(const struct result_cell *from, struct baseline_cell *c)
{
	size_t first;

	c->verdict = from->verdict;
	c->class = from->class;
	c->evidence = from->evidence;
	c->unexpected = result_cell_state(from) == CELL_UNEXPECTED;
	free(c->reason);
	free(c->advice);
	c->reason = xstrdup(from->reason);
	c->advice = xstrdup(from->advice);
	take_programs(from, c);
	take_fields(from, c);
	first = c->trait_count;
	for (size_t i = 0; i < from->relocation_count; i++)
		take_relocation(&from->relocations[i], c);
	sort(c->traits ? c->traits + first : NULL, c->trait_count - first, sizeof(*c->traits), by_key_and_number);
	tell_apart(c, first);
	take_costs(from, c);
}

void baseline_cell_take(const struct result_cell *from, struct baseline_cell *c)
{
	*c = (struct baseline_cell){.kernel = xstrdup(""), .release = xstrdup("")};
	take_cell(from, c);
	sort(c->traits, c->trait_count, sizeof(*c->traits), by_key);
}

void baseline_take(const struct result *r, struct baseline *b)
{
	*b = (struct baseline){0};
	for (size_t i = 0; i < r->object_count; i++) {
		struct baseline_object *o = baseline_add_object(b, r->objects[i].name);

		for (size_t k = 0; k < r->kernel_count; k++) {
			const struct result_cell *cell =
			        result_find_cell((struct result *)r, r->kernels[k].id, o->name);
			struct baseline_cell *c;

			/* an optional kernel that was not available is not part of the matrix */
			if (!cell && !r->kernels[k].infra && *r->kernels[k].reason)
				continue;
			c = baseline_add_cell(o, r->kernels[k].id, r->kernels[k].release);
			if (cell)
				take_cell(cell, c);
		}
	}
	baseline_sort(b);
}

const struct baseline_object *baseline_find_object(const struct baseline *b, const char *name)
{
	for (size_t i = 0; i < b->object_count; i++)
		if (!strcmp(b->objects[i].name, name))
			return &b->objects[i];
	return NULL;
}

const struct baseline_cell *baseline_find_cell(const struct baseline_object *o, const char *kernel)
{
	for (size_t i = 0; i < o->cell_count; i++)
		if (!strcmp(o->cells[i].kernel, kernel))
			return &o->cells[i];
	return NULL;
}

void baseline_cell_free(struct baseline_cell *c)
{
	for (size_t i = 0; i < c->trait_count; i++)
		free(c->traits[i].key);
	free(c->traits);
	free(c->kernel);
	free(c->release);
	free(c->reason);
	free(c->advice);
}

void baseline_free(struct baseline *b)
{
	for (size_t i = 0; i < b->object_count; i++) {
		for (size_t k = 0; k < b->objects[i].cell_count; k++)
			baseline_cell_free(&b->objects[i].cells[k]);
		free(b->objects[i].cells);
		free(b->objects[i].name);
	}
	free(b->objects);
	*b = (struct baseline){0};
}
