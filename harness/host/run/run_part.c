/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/run/run_part.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/lib/sha256.h"
#include "host/lib/text.h"

/* What the parts of one matrix have in common: every row, with all that changes what comes of it. */
static void describe_rows(const struct kernel_list *list, struct buf *text)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct kernel_row *r = &list->rows[i];
		cleanup_free char *spec = kernel_row_spec(r);

		buf_printf(text, "%s\t%s\t%u\t%s\t%s\t%s\n", r->id, spec, r->memory_mb, r->append, r->btf, r->expect);
	}
}

/* The same of every object: a line each, by which parts are held against each other. */
static int describe_objects(const struct object_list *objects, struct strings *lines, struct error *err)
{
	for (size_t i = 0; i < objects->count; i++) {
		const struct object *o = &objects->at[i];
		cleanup_free char *ini = NULL;

		if (!access(o->ini_path, F_OK) && sha256_file(o->ini_path, &ini, NULL, err))
			return -err->code;
		strings_addf(lines, "%s %s %s", o->name, o->sha256, ini ? ini : "-");
	}
	return 0;
}

static int by_flavour(const void *a, const void *b)
{
	const struct kernel_row *x = *(const struct kernel_row *const *)a, *y = *(const struct kernel_row *const *)b;
	int order = strcmp(x->flavour, y->flavour);

	return order ? order : x->line < y->line ? -1 : x->line > y->line;
}

static int take_kernels(struct run_whole *whole, unsigned part, unsigned parts, struct error *err)
{
	struct kernel_list *list = whole->list;
	cleanup_free const struct kernel_row **rows = xcalloc(list->count, sizeof(*rows));
	cleanup_free bool *keep = xcalloc(list->count, sizeof(*keep));

	if (part > list->count)
		return error_usage(err, "--part %u/%u: the list has only %zu kernels", part, parts, list->count);
	for (size_t i = 0; i < list->count; i++)
		rows[i] = &list->rows[i];
	qsort(rows, list->count, sizeof(*rows), by_flavour);
	for (size_t i = part - 1; i < list->count; i += parts)
		keep[rows[i] - list->rows] = true;
	kernel_list_keep(list, keep);
	if (part > 1)
		kernel_list_free(whole->types);
	return 0;
}

static int take_objects(struct run_whole *whole, unsigned part, unsigned parts, struct error *err)
{
	cleanup_free bool *keep = xcalloc(whole->objects->count, sizeof(*keep));

	if (part > whole->objects->count)
		return error_usage(err, "--part %u/%u --cut objects: the matrix has only %zu object%s", part, parts,
		                   whole->objects->count, whole->objects->count == 1 ? "" : "s");
	for (size_t i = part - 1; i < whole->objects->count; i += parts)
		keep[i] = true;
	object_list_keep(whole->objects, keep);
	return 0;
}

int run_part_take(struct run_whole *whole, enum result_cut cut, unsigned part, unsigned parts,
                  struct result_part *which, struct error *err)
{
	cleanup_free char *hash = NULL;
	cleanup_buf struct buf text = {0};
	int rc = 0;

	if (!parts)
		return 0;
	describe_rows(whole->list, &text);
	describe_rows(whole->types, &text);
	hash = sha256_bytes(buf_str(&text), text.len);
	if (cut == RESULT_CUT_OBJECTS)
		rc = describe_objects(whole->objects, &which->objects, err);
	if (rc)
		return rc;
	which->k = part;
	which->n = parts;
	which->cut = cut;
	text_set(&which->list_sha256, hash);
	return cut == RESULT_CUT_OBJECTS ? take_objects(whole, part, parts, err)
	                                 : take_kernels(whole, part, parts, err);
}
