/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/report/report_lines.h"

#include <inttypes.h>

#include "host/lib/text.h"

#define MOST_LINES 5

struct dearest {
	const struct result_cell *cell;
	const struct result_program *program;
};

static struct dearest dearest_of(const struct result_view *v, size_t object)
{
	struct dearest d = {0};

	for (size_t k = 0; k < v->r->kernel_count; k++) {
		const struct result_cell *c = result_view_cell(v, k, object)->cell;

		for (size_t i = 0; c && i < c->program_count; i++) {
			const struct result_program *p = &c->programs[i];

			if (p->line_count && (!d.program || p->cost.verified_insns > d.program->cost.verified_insns))
				d = (struct dearest){c, p};
		}
	}
	return d;
}

static void add_line(struct buf *out, const struct result_line *l, uint32_t all)
{
	buf_printf(out, "    %3u %% %8" PRIu64 "  ", all ? (unsigned)(l->insns * 100 / all) : 0, l->insns);
	text_add_line(out, l->place);
	if (*l->text) {
		buf_puts(out, ": ");
		text_add_line(out, l->text);
	}
	buf_putc(out, '\n');
}

void report_lines(const struct result_view *v, struct buf *out)
{
	bool begun = false;

	for (size_t i = 0; i < v->r->object_count; i++) {
		struct dearest d = dearest_of(v, i);

		if (!d.program)
			continue;
		buf_puts(out, begun ? "" : "\nwhere the verifier spends most:\n");
		begun = true;
		buf_puts(out, "  ");
		text_add_line(out, d.cell->object);
		buf_puts(out, ": ");
		text_add_line(out, d.program->name);
		buf_puts(out, " on ");
		text_add_line(out, d.cell->kernel);
		buf_printf(out, ", %" PRIu32 " verified instructions\n", d.program->cost.verified_insns);
		for (size_t k = 0; k < d.program->line_count && k < MOST_LINES; k++)
			add_line(out, &d.program->lines[k], d.program->cost.verified_insns);
	}
}
