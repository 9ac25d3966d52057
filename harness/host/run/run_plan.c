/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/run/run_plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/lib/sha256.h"
#include "host/lib/text.h"

void run_plan_make(const struct kernel_list *list, const char *images, struct plan *plan)
{
	cleanup_free const char **ids = xcalloc(list->count, sizeof(*ids));
	struct plan_times times;

	for (size_t i = 0; i < list->count; i++)
		ids[i] = list->rows[i].id;
	plan_times_read(images, &times);
	plan_make(plan, ids, list->count, &times);
	plan_times_free(&times);
}

/* What the parts of one matrix have in common: every row, with all that changes what comes of it. */
static void describe_rows(const struct kernel_list *list, struct buf *text)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct kernel_row *r = &list->rows[i];
		cleanup_free char *spec = kernel_row_spec(r);

		buf_printf(text, "%s\t%s\t%u\t%s\t%s\t%s\n", r->id, spec, r->memory_mb, r->append, r->btf, r->expect);
	}
}

static int by_flavour(const void *a, const void *b)
{
	const struct kernel_row *x = *(const struct kernel_row *const *)a, *y = *(const struct kernel_row *const *)b;
	int order = strcmp(x->flavour, y->flavour);

	return order ? order : x->line < y->line ? -1 : x->line > y->line;
}

int run_plan_take_part(struct kernel_list *list, struct kernel_list *types, unsigned part, unsigned parts,
                       struct result_part *which, struct error *err)
{
	cleanup_free const struct kernel_row **rows = NULL;
	cleanup_free char *hash = NULL;
	cleanup_buf struct buf text = {0};
	cleanup_free bool *keep = NULL;

	if (!parts)
		return 0;
	if (part > list->count)
		return error_usage(err, "--part %u/%u: the list has only %zu kernels", part, parts, list->count);
	rows = xcalloc(list->count, sizeof(*rows));
	keep = xcalloc(list->count, sizeof(*keep));
	for (size_t i = 0; i < list->count; i++)
		rows[i] = &list->rows[i];
	qsort(rows, list->count, sizeof(*rows), by_flavour);
	for (size_t i = part - 1; i < list->count; i += parts)
		keep[rows[i] - list->rows] = true;
	describe_rows(list, &text);
	describe_rows(types, &text);
	hash = sha256_bytes(buf_str(&text), text.len);
	which->k = part;
	which->n = parts;
	text_set(&which->list_sha256, hash);
	kernel_list_keep(list, keep);
	if (part > 1)
		kernel_list_free(types);
	return 0;
}

char *run_plan_text(const struct kernel_list *list, const struct object_list *objects, const char *images)
{
	struct buf text = {0};
	struct plan plan;

	run_plan_make(list, images, &plan);
	buf_printf(&text, "%zu kernels, ", plan.count);
	text_count(&text, objects->count, "object");
	buf_puts(&text, " each:");
	for (size_t i = 0; i < objects->count; i++)
		buf_printf(&text, " %s", objects->at[i].name);
	buf_putc(&text, '\n');
	plan_print(&plan, &text);
	plan_free(&plan);
	return buf_steal(&text);
}

void run_plan_keep_times(const struct result *r, const char *images)
{
	struct plan_times times;

	plan_times_read(images, &times);
	for (size_t i = 0; i < r->kernel_count; i++)
		if (r->kernels[i].timing.total_ms > 0 && !r->kernels[i].infra)
			plan_times_set(&times, r->kernels[i].id, r->kernels[i].timing.total_ms);
	plan_times_write(images, &times, NULL); /* costs the next run its order, and nothing else */
	plan_times_free(&times);
}
