/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/report/report_differences.h"

#include "base/cleanup.h"
#include "host/lib/text.h"
#include "host/result/facet_view.h"

static void add_facet(const struct result_view *v, enum facet facet, struct buf *out)
{
	cleanup_facet_view struct facet_view view;
	cleanup_free char *title = NULL;

	facet_view_make(v, facet, &view);
	if (!view.objects)
		return;
	title = facet_view_title(&view);
	buf_printf(out, "%s## %s\n\n%zu of ", out->len ? "\n" : "", title, view.alike);
	text_count(out, view.objects, "object");
	buf_puts(out, view.alike == 1 ? " is the same under each.\n" : " are the same under each.\n");
	if (view.count)
		buf_puts(out, "\n| object | on | what differs |\n|---|---|---|\n");
	for (size_t i = 0; i < view.count; i++) {
		buf_puts(out, "| `");
		text_add_table_cell(out, view.at[i].object);
		buf_puts(out, "` | ");
		text_add_table_cell(out, view.at[i].kernels);
		buf_puts(out, " | ");
		text_add_table_cell(out, view.at[i].text);
		buf_puts(out, " |\n");
	}
}

int report_differences(const struct result_view *v, bool colour, struct buf *out)
{
	(void)colour;
	for (enum facet facet = 0; facet < FACET_COUNT; facet++)
		add_facet(v, facet, out);
	if (!out->len) {
		text_count(out, v->r->object_count, "object");
		buf_puts(out, ", none of which has several builds, versions of libbpf or variants.\n");
	}
	return 0;
}
