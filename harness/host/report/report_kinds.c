/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/report/report_kinds.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "host/lib/text.h"
#include "host/report/section_names.h"
#include "host/result/cell_truth.h"

/* How many objects a row names; of the most usual kinds there are dozens. */
#define NAMED_MAX 3

struct kind {
	char *label;
	size_t order; /* of its name among libbpf's */
	bool *in;     /* kernels on which it is proven */
	struct strings objects;
};

struct kind_list {
	struct kind *at;
	size_t count;
};

static void kind_list_free(struct kind_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->at[i].label);
		free(list->at[i].in);
		strings_free(&list->at[i].objects);
	}
	free(list->at);
}

static struct kind *kind_of(struct kind_list *list, size_t kernels, size_t order, const char *label)
{
	for (size_t i = 0; i < list->count; i++)
		if (!strcmp(list->at[i].label, label))
			return &list->at[i];
	list->at = xrealloc(list->at, list->count + 1, sizeof(*list->at));
	list->at[list->count] =
	        (struct kind){.label = xstrdup(label), .order = order, .in = xcalloc(kernels + 1, sizeof(bool))};
	return &list->at[list->count++];
}

/* The target of an iterator is a kind of its own; a section's other targets are not. */
static const char *label_of(const struct strings *names, size_t name, const char *section)
{
	section += *section == '?';
	return !strncmp(section, "iter/", 5) ? section : names->at[name];
}

static void cell_add(struct kind_list *list, const struct strings *names, const struct result_view *v, size_t kernel,
                     size_t object)
{
	const struct result_cell *c = result_view_cell(v, kernel, object)->cell;

	for (size_t i = 0; c && i < c->program_count; i++) {
		const struct result_program *p = &c->programs[i];
		size_t name = section_name_find(names, p->section);
		struct kind *k;

		if (name == names->count || !cell_proves(c, p))
			continue;
		k = kind_of(list, v->r->kernel_count, name, label_of(names, name, p->section));
		k->in[kernel] = true;
		strings_add_once(&k->objects, v->r->objects[object].name);
	}
}

static int compare(const void *left, const void *right)
{
	const struct kind *a = left, *b = right;

	if (a->order != b->order)
		return a->order < b->order ? -1 : 1;
	return strcmp(a->label, b->label);
}

static bool is_same(const struct result_view *v, const struct kind *a, const struct kind *b)
{
	if (a->objects.count != b->objects.count || memcmp(a->in, b->in, v->r->kernel_count * sizeof(bool)))
		return false;
	for (size_t i = 0; i < a->objects.count; i++)
		if (strcmp(a->objects.at[i], b->objects.at[i]))
			return false;
	return true;
}

static void objects_add(const struct strings *objects, struct buf *out)
{
	for (size_t i = 0; i < objects->count && i < NAMED_MAX; i++)
		buf_printf(out, "%s`%s`", i ? ", " : "", objects->at[i]);
	if (objects->count > NAMED_MAX)
		buf_printf(out, " and %zu more", objects->count - NAMED_MAX);
	buf_puts(out, objects->count ? "" : "–");
}

/* Kinds that follow each other and are proven by the same, in one row; returns how many these are. */
static size_t row_add(const struct result_view *v, const struct kind_list *list, size_t first, struct buf *out)
{
	const struct kind *k = &list->at[first];
	cleanup_free char *kernels = result_view_kernels(v, k->in);
	size_t count = 0;

	for (; first + count < list->count && is_same(v, k, &list->at[first + count]); count++)
		buf_printf(out, "%s`%s`", count ? ", " : "| ", list->at[first + count].label);
	buf_puts(out, " | ");
	objects_add(&k->objects, out);
	buf_puts(out, " | ");
	text_add_table_cell(out, *kernels ? kernels : "–");
	buf_puts(out, " |\n");
	return count;
}

int report_kinds(const struct result_view *v, bool colour, struct buf *out)
{
	__attribute__((cleanup(kind_list_free))) struct kind_list list = {0};
	cleanup_strings struct strings names = {0};

	(void)colour;
	if (!v->r->object_count)
		return 0;
	section_names_read(&names);
	for (size_t i = 0; i < names.count; i++)
		if (strcmp(names.at[i], "iter") != 0)
			kind_of(&list, v->r->kernel_count, i, names.at[i]);
	for (size_t object = 0; object < v->r->object_count; object++)
		for (size_t kernel = 0; !v->r->objects[object].control && kernel < v->r->kernel_count; kernel++)
			cell_add(&list, &names, v, kernel, object);
	qsort(list.at, list.count, sizeof(*list.at), compare);
	buf_puts(out, "| section | proven by | on |\n|---|---|---|\n");
	for (size_t i = 0; i < list.count;)
		i += row_add(v, &list, i, out);
	return 0;
}
