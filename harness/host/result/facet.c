/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/result/facet.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"

static const char plain[] = "plain";

/* How the name of an object has it at its end, the innermost first. */
static const struct {
	enum facet facet;
	char sign;
} endings[] = {{FACET_VARIANT, '+'}, {FACET_BUILD, '@'}, {FACET_LIBBPF, '@'}};

#define ENDINGS (sizeof(endings) / sizeof(*endings))

const char *facet_words(enum facet facet)
{
	static const char *const words[] = {
	        [FACET_BUILD] = "builds", [FACET_LIBBPF] = "libbpf", [FACET_VARIANT] = "variants"};

	return words[facet];
}

bool facet_is_ordered(enum facet facet)
{
	return facet == FACET_LIBBPF;
}

static const char *label_in(const struct result_cell *c, enum facet facet)
{
	return facet == FACET_BUILD ? c->build : facet == FACET_LIBBPF ? c->libbpf : c->variant;
}

/* "" when no cell of the object tells. */
static const char *label_of(const struct result_view *v, size_t object, enum facet facet)
{
	for (size_t k = 0; k < v->r->kernel_count; k++) {
		const struct result_cell *c = result_view_cell(v, k, object)->cell;

		if (c && *label_in(c, facet))
			return label_in(c, facet);
	}
	return "";
}

/* Bytes of the first `len` of the name that stand before "@LABEL"; `len` when it does not end in that. */
static size_t cut(const char *name, size_t len, char sign, const char *label)
{
	size_t tail = strlen(label) + 1;

	if (tail == 1 || len <= tail || name[len - tail] != sign || memcmp(name + len - tail + 1, label, tail - 1) != 0)
		return len;
	return len - tail;
}

/* The name without the facet; NULL when the object has none of it. The caller's. */
static char *name_without(const struct result_view *v, size_t object, enum facet facet)
{
	const char *name = v->r->objects[object].name;
	size_t ends[ENDINGS + 1];
	struct buf rest = {0};
	bool found = facet == FACET_VARIANT; /* one without a variant is the plain one */

	ends[ENDINGS] = strlen(name);
	for (size_t i = ENDINGS; i-- > 0;)
		ends[i] = cut(name, ends[i + 1], endings[i].sign, label_of(v, object, endings[i].facet));
	buf_add(&rest, name, ends[0]);
	for (size_t i = 0; i < ENDINGS; i++) {
		if (endings[i].facet != facet)
			buf_add(&rest, name + ends[i], ends[i + 1] - ends[i]);
		else
			found |= ends[i + 1] > ends[i];
	}
	if (found)
		return buf_steal(&rest);
	buf_free(&rest);
	return NULL;
}

static void add_member(struct facet_family *family, const struct result_view *v, size_t object, enum facet facet)
{
	const char *label = label_of(v, object, facet);

	family->members = xrealloc(family->members, family->count + 1, sizeof(*family->members));
	family->members[family->count++] = (struct facet_member){object, *label ? label : plain};
}

void facet_families_find(const struct result_view *v, enum facet facet, struct facet_families *families)
{
	size_t count = v->r->object_count;
	cleanup_free char **names = xcalloc(count + 1, sizeof(*names));

	*families = (struct facet_families){0};
	for (size_t i = 0; i < count; i++)
		names[i] = name_without(v, i, facet);
	for (size_t i = 0; i < count; i++) {
		struct facet_family family = {.name = names[i]};

		for (size_t k = i; family.name && k < count; k++) {
			if (!names[k] || strcmp(names[k], family.name) != 0)
				continue;
			add_member(&family, v, k, facet);
			if (k > i)
				free(steal_ptr(names[k]));
		}
		names[i] = NULL;
		if (family.count > 1) {
			families->at = xrealloc(families->at, families->count + 1, sizeof(*families->at));
			families->at[families->count++] = family;
			continue;
		}
		free(family.members);
		free(family.name);
	}
}

void facet_families_free(struct facet_families *families)
{
	for (size_t i = 0; i < families->count; i++) {
		free(families->at[i].members);
		free(families->at[i].name);
	}
	free(families->at);
	*families = (struct facet_families){0};
}
