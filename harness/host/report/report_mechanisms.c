/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/report/report_mechanisms.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "host/lib/text.h"

/* What some of an object's cells came to: "pass", "wrong: comm, ppid", and on which kernels. */
struct outcome {
	enum verdict verdict;
	const char *text;
	bool *in;
	bool warned; /* the kernel had a word to say */
};

struct outcome_list {
	struct outcome *at;
	size_t count;
};

static void outcome_list_free(struct outcome_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->at[i].in);
	free(list->at);
}

static struct outcome_list outcomes_of(const struct result_view *v, size_t object)
{
	struct outcome_list list = {0};

	for (size_t k = 0; k < v->r->kernel_count; k++) {
		const struct cell_view *c = result_view_cell(v, k, object);
		size_t i = 0;

		while (i < list.count && strcmp(list.at[i].text, c->outcome))
			i++;
		if (i == list.count) {
			list.at = xrealloc(list.at, list.count + 1, sizeof(*list.at));
			list.at[list.count++] = (struct outcome){
			        .verdict = c->cell ? c->cell->verdict : VERDICT_INFRA,
			        .text = c->outcome,
			        .in = xcalloc(v->r->kernel_count, sizeof(bool)),
			        .warned = c->cell && (c->cell->kernel_said.count || c->cell->kernel_allowed.count),
			};
		}
		list.at[i].in[k] = true;
	}
	return list;
}

static bool holds(const struct outcome *o)
{
	return (o->verdict == VERDICT_PASS || o->verdict == VERDICT_DEGRADED) && !o->warned;
}

/* Outcomes of the wanted sort, each with its kernels. */
static void add_outcomes(const struct result_view *v, const struct outcome_list *list, bool wanted, struct buf *out)
{
	size_t start = out->len;

	for (size_t i = 0; i < list->count; i++) {
		const struct outcome *o = &list->at[i];
		cleanup_free char *kernels = result_view_kernels(v, o->in);

		if (holds(o) != wanted)
			continue;
		buf_puts(out, out->len > start ? "; " : "");
		if (!wanted) {
			text_add_table_cell(out, o->text);
			buf_puts(out, " on ");
		}
		text_add_table_cell(out, kernels);
		if (o->verdict == VERDICT_DEGRADED)
			buf_puts(out, " by a fallback");
	}
	buf_puts(out, out->len == start ? "–" : "");
}

static void add_table(const struct result_view *v, bool controls, const char *heads, struct buf *out)
{
	bool begun = false;

	for (size_t i = 0; i < v->r->object_count; i++) {
		const struct result_object *o = &v->r->objects[i];
		__attribute__((cleanup(outcome_list_free))) struct outcome_list list = {0};

		if (!*o->mechanism || o->control != controls)
			continue;
		if (!begun)
			buf_printf(out, "%s%s\n|---|---|---|---|\n", out->len ? "\n" : "", heads);
		begun = true;
		list = outcomes_of(v, i);
		buf_puts(out, "| ");
		text_add_table_cell(out, o->mechanism);
		buf_puts(out, " | `");
		text_add_table_cell(out, o->name);
		buf_puts(out, "` | ");
		add_outcomes(v, &list, !controls, out);
		buf_puts(out, " | ");
		add_outcomes(v, &list, controls, out);
		buf_puts(out, " |\n");
	}
}

int report_mechanisms(const struct result_view *v, bool colour, struct buf *out)
{
	(void)colour;
	add_table(v, false, "| what | program | holds on | seen elsewhere |", out);
	add_table(v, true, "| mistake | program | caught as | harmless on |", out);
	return 0;
}
