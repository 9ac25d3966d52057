/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/report/report_cost.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "host/lib/text.h"

/* From this ratio on, percent, a program's figures are told per kernel. */
#define DIFFERS 125

/* A program over all kernels that know its cost. */
struct row {
	size_t object;
	const char *program;
	const struct program_cost **costs; /* of each kernel, NULL: not known */
	const struct program_cost *worst;
	size_t worst_kernel;
	uint32_t least; /* verified instructions */
};

struct rows {
	struct row *at;
	size_t count;
};

static struct row *row_of(struct rows *rows, const struct result_view *v, size_t object, const char *program)
{
	for (size_t i = rows->count; i-- > 0 && rows->at[i].object == object;)
		if (!strcmp(rows->at[i].program, program))
			return &rows->at[i];
	rows->at = xrealloc(rows->at, rows->count + 1, sizeof(*rows->at));
	rows->at[rows->count] = (struct row){
	        .object = object,
	        .program = program,
	        .costs = xcalloc(v->r->kernel_count + 1, sizeof(*rows->at->costs)),
	};
	return &rows->at[rows->count++];
}

static void row_add(struct row *row, size_t kernel, const struct program_cost *c)
{
	if (!c->verified_insns)
		return;
	row->costs[kernel] = c;
	if (!row->worst || c->verified_insns > row->worst->verified_insns) {
		row->worst = c;
		row->worst_kernel = kernel;
	}
	if (!row->least || c->verified_insns < row->least)
		row->least = c->verified_insns;
}

static int dearest_first(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	uint32_t of_x = x->worst ? x->worst->verified_insns : 0, of_y = y->worst ? y->worst->verified_insns : 0;

	if (of_x != of_y)
		return of_x < of_y ? 1 : -1;
	if (x->object != y->object)
		return x->object < y->object ? -1 : 1;
	return strcmp(x->program, y->program);
}

static struct rows collect(const struct result_view *v)
{
	struct rows rows = {0};

	for (size_t o = 0; o < v->r->object_count; o++) {
		for (size_t k = 0; k < v->r->kernel_count; k++) {
			const struct result_cell *c = result_view_cell(v, k, o)->cell;

			for (size_t i = 0; c && i < c->program_count; i++)
				row_add(row_of(&rows, v, o, c->programs[i].name), k, &c->programs[i].cost);
		}
	}
	if (rows.count)
		qsort(rows.at, rows.count, sizeof(*rows.at), dearest_first);
	return rows;
}

static void rows_free(struct rows *rows)
{
	for (size_t i = 0; i < rows->count; i++)
		free(rows->at[i].costs);
	free(rows->at);
}

static uint64_t most(const struct result_view *v, const struct row *row, enum cost_kind kind)
{
	uint64_t value = 0;

	for (size_t k = 0; k < v->r->kernel_count; k++)
		if (row->costs[k] && cost_value(row->costs[k], kind) > value)
			value = cost_value(row->costs[k], kind);
	return value;
}

/* What stands between the instructions and the time. */
static const struct {
	const char *name;
	int width;
	enum cost_kind kind;
} columns[] = {
        {"states", 8, COST_TOTAL_STATES}, {"peak", 7, COST_PEAK_STATES},    {"at one", 7, COST_MAX_STATES},
        {"stack", 6, COST_STACK_DEPTH},   {"xlated", 8, COST_XLATED_BYTES}, {"jited", 8, COST_JITED_BYTES},
        {"maps", 10, COST_MAP_BYTES},
};

/* By the guests' clocks, us. */
static uint64_t longest(const struct result_view *v, const struct row *row)
{
	uint64_t us = 0;

	for (size_t k = 0; k < v->r->kernel_count; k++)
		if (row->costs[k] && row->costs[k]->verify_us > us)
			us = row->costs[k]->verify_us;
	return us;
}

static char *title(const struct result_view *v, const struct row *row)
{
	cleanup_buf struct buf out = {0};

	text_add_line(&out, v->r->objects[row->object].name);
	buf_puts(&out, ": ");
	text_add_line(&out, row->program);
	return buf_steal(&out);
}

/* "40246 on 5.10 and 6.1; 966293 on 6.12 and later" */
static void add_figures(struct buf *out, const struct result_view *v, const struct row *row)
{
	cleanup_free bool *told = xcalloc(v->r->kernel_count + 1, sizeof(*told));

	for (size_t k = 0; k < v->r->kernel_count; k++) {
		cleanup_free bool *in = xcalloc(v->r->kernel_count + 1, sizeof(*in));
		cleanup_free char *kernels = NULL;

		if (!row->costs[k] || told[k])
			continue;
		for (size_t i = k; i < v->r->kernel_count; i++)
			in[i] = row->costs[i] && row->costs[i]->verified_insns == row->costs[k]->verified_insns;
		for (size_t i = k; i < v->r->kernel_count; i++)
			told[i] |= in[i];
		kernels = result_view_kernels(v, in);
		buf_printf(out, "    %" PRIu32 " on %s\n", row->costs[k]->verified_insns, kernels);
	}
}

static void add_row(struct buf *out, const struct result_view *v, const struct row *row, size_t width)
{
	cleanup_free char *name = title(v, row);
	const struct program_cost *c = row->worst;

	text_pad(out, name, width);
	buf_printf(out, "%9" PRIu32 "%7u%% %9" PRIu32 "%8.1f", c->verified_insns, cost_share(c), row->least,
	           (double)c->verified_insns / row->least);
	for (size_t i = 0; i < sizeof(columns) / sizeof(*columns); i++)
		buf_printf(out, "%*" PRIu64, columns[i].width, most(v, row, columns[i].kind));
	buf_printf(out, "%8.1f  ", (double)longest(v, row) / 1000);
	text_add_line(out, v->r->kernels[row->worst_kernel].id);
	buf_putc(out, '\n');
	if ((uint64_t)c->verified_insns * 100 >= (uint64_t)row->least * DIFFERS)
		add_figures(out, v, row);
}

int report_cost(const struct result_view *v, bool colour, struct buf *out)
{
	struct rows rows = collect(v);
	size_t width = strlen("program"), unknown = 0;

	(void)colour;
	for (size_t i = 0; i < rows.count; i++) {
		cleanup_free char *name = title(v, &rows.at[i]);
		size_t own = text_width(name);

		width = own > width ? own : width;
	}
	buf_puts(
	        out,
	        "Instructions that the verifier went through: most, and what share of that kernel's limit; least, and how many times that; then\nthe most of states that it kept: in all, at a time, at one instruction; of bytes of stack, of instructions, of machine code and of\nmaps; of milliseconds that the verifier took by the guest's clock.\n");
	text_pad(out, "program", width);
	buf_printf(out, "%9s%8s %9s%8s", "most", "limit", "least", "times");
	for (size_t i = 0; i < sizeof(columns) / sizeof(*columns); i++)
		buf_printf(out, "%*s", columns[i].width, columns[i].name);
	buf_printf(out, "%8s  most on\n", "ms");
	for (size_t i = 0; i < rows.count; i++) {
		if (rows.at[i].worst)
			add_row(out, v, &rows.at[i], width);
		else
			unknown++;
	}
	if (unknown) {
		text_count(out, unknown, "program");
		buf_puts(out, " more came to no kernel's verifier\n");
	}
	rows_free(&rows);
	return 0;
}

/* RFC 4180, but for the ends of lines. */
int report_cost_csv(const struct result_view *v, bool colour, struct buf *out)
{
	(void)colour;
	buf_puts(out, "kernel,object,program,loaded,limit_percent,insns_limit");
	for (int kind = 0; kind < COST_KIND_COUNT; kind++)
		buf_printf(out, ",%s", cost_name((enum cost_kind)kind));
	buf_puts(out, ",verify_us\n");
	for (size_t i = 0; i < v->r->cell_count; i++) {
		const struct result_cell *c = &v->r->cells[i];

		for (size_t k = 0; k < c->program_count; k++) {
			const struct result_program *p = &c->programs[k];

			if (!p->cost.verified_insns)
				continue;
			text_add_csv(out, c->kernel);
			text_add_csv(out, c->object);
			text_add_csv(out, p->name);
			buf_printf(out, "%d,%u,%" PRIu32, p->loaded, cost_share(&p->cost), p->cost.insns_limit);
			for (int kind = 0; kind < COST_KIND_COUNT; kind++)
				buf_printf(out, ",%" PRIu64, cost_value(&p->cost, (enum cost_kind)kind));
			buf_printf(out, ",%" PRIu64 "\n", p->cost.verify_us);
		}
	}
	return 0;
}
