/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/report/report_timing.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/lib/text.h"

#define COLUMN 9

/* A time in seconds, right-aligned; `-` when it was not reached. */
static void add_seconds(struct buf *out, double ms, bool reached)
{
	if (reached)
		buf_printf(out, "%*.2f", COLUMN, ms / 1000);
	else
		buf_printf(out, "%*s", COLUMN, "-");
}

static void add_name(struct buf *out, const char *name, size_t width)
{
	cleanup_buf struct buf shown = {0};

	text_add_line(&shown, name);
	text_pad(out, buf_str(&shown), width);
}

static size_t widen(size_t width, const char *name)
{
	cleanup_buf struct buf shown = {0};
	size_t own;

	text_add_line(&shown, name);
	own = text_width(buf_str(&shown));
	return own > width ? own : width;
}

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* `values` are sorted in place; `count` must not be 0. */
static double median(double *values, size_t count)
{
	qsort(values, count, sizeof(*values), compare_doubles);
	return count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

/* Milestones of a VM in their order, all measured from the start of QEMU; a phase lasts from one to the next. */
static const struct {
	const char *phase;
	size_t offset; /* of the milestone that ends it, in struct result_timing */
} phases[] = {
        {"qemu", offsetof(struct result_timing, console_ms)}, {"kernel", offsetof(struct result_timing, hello_ms)},
        {"agent", offsetof(struct result_timing, ready_ms)},  {"job", offsetof(struct result_timing, job_ms)},
        {"cells", offsetof(struct result_timing, cells_ms)},  {"end", offsetof(struct result_timing, total_ms)},
};
#define PHASES (sizeof(phases) / sizeof(*phases))

static double milestone(const struct result_timing *t, size_t phase)
{
	return *(const double *)((const char *)t + phases[phase].offset);
}

/*
 * Length of a phase: from the last milestone that was reached before it, as a resumed guest has no hello and a quiet
 * one no console. Returns false when its own end was not reached.
 */
static bool phase_length(const struct result_timing *t, size_t phase, double *ms)
{
	double begin = 0, end = milestone(t, phase);

	for (size_t p = 0; p < phase; p++)
		if (milestone(t, p) > begin && milestone(t, p) <= end)
			begin = milestone(t, p);
	*ms = end - begin;
	return end > 0;
}

static void add_median_row(struct buf *out, const struct result *r, size_t name_width)
{
	cleanup_free double *values = xcalloc(r->kernel_count + 1, sizeof(*values));

	text_pad(out, "median", name_width);
	for (size_t p = 0; p <= PHASES; p++) {
		size_t count = 0;

		for (size_t k = 0; k < r->kernel_count; k++) {
			const struct result_timing *t = &r->kernels[k].timing;

			if (p < PHASES && phase_length(t, p, &values[count]))
				count++;
			else if (p == PHASES && t->total_ms > 0)
				values[count++] = t->total_ms;
		}
		add_seconds(out, count ? median(values, count) : 0, count > 0);
	}
	buf_putc(out, '\n');
}

static void add_kernels(struct buf *out, const struct result *r)
{
	size_t name_width = strlen("kernel");

	for (size_t k = 0; k < r->kernel_count; k++)
		name_width = widen(name_width, r->kernels[k].id);
	text_pad(out, "kernel", name_width);
	for (size_t p = 0; p < PHASES; p++)
		buf_printf(out, "%*s", COLUMN, phases[p].phase);
	buf_printf(out, "%*s\n", COLUMN, "total");
	for (size_t k = 0; k < r->kernel_count; k++) {
		const struct result_kernel *kernel = &r->kernels[k];

		add_name(out, kernel->id, name_width);
		for (size_t p = 0; p < PHASES; p++) {
			double ms;
			bool reached = phase_length(&kernel->timing, p, &ms);

			add_seconds(out, ms, reached);
		}
		add_seconds(out, kernel->timing.total_ms, kernel->timing.total_ms > 0);
		if (kernel->attempt_count > 1)
			buf_printf(out, "   %zu attempts", kernel->attempt_count);
		buf_putc(out, '\n');
	}
	if (r->kernel_count > 1)
		add_median_row(out, r, name_width);
}

/* The times of a cell, as offsets in struct result_cell. */
static const struct {
	const char *name;
	size_t offset;
} costs[] = {
        {"open", offsetof(struct result_cell, open_ms)},
        {"attach", offsetof(struct result_cell, attach_ms)},
        {"run", offsetof(struct result_cell, run_ms)},
        {"cell", offsetof(struct result_cell, ms)},
};

static void add_objects(struct buf *out, const struct result_view *v)
{
	const struct result *r = v->r;
	cleanup_free double *values = xcalloc(r->kernel_count + 1, sizeof(*values));
	size_t name_width = strlen("object");

	for (size_t o = 0; o < r->object_count; o++)
		name_width = widen(name_width, r->objects[o].name);
	text_pad(out, "object", name_width);
	for (size_t i = 0; i < sizeof(costs) / sizeof(*costs); i++)
		buf_printf(out, "%*s", COLUMN, costs[i].name);
	buf_putc(out, '\n');
	for (size_t o = 0; o < r->object_count; o++) {
		add_name(out, r->objects[o].name, name_width);
		for (size_t i = 0; i < sizeof(costs) / sizeof(*costs); i++) {
			size_t count = 0;

			for (size_t k = 0; k < r->kernel_count; k++) {
				const struct cell_view *c = result_view_cell(v, k, o);

				if (c->state != CELL_UNMEASURED)
					values[count++] = *(const double *)((const char *)c->cell + costs[i].offset);
			}
			add_seconds(out, count ? median(values, count) : 0, count > 0);
		}
		buf_putc(out, '\n');
	}
}

int report_timing(const struct result_view *v, bool colour, struct buf *out)
{
	const struct result *r = v->r;

	(void)colour;
	buf_puts(
	        out,
	        "Seconds per VM: qemu to the first console byte, kernel to the agent's hello, agent until it is ready, cells, end.\n");
	add_kernels(out, r);
	if (r->object_count) {
		buf_puts(
		        out,
		        "\nSeconds per object, medians over the kernels measured: open and load, attach, run (guest time); cell (host time).\n");
		add_objects(out, v);
	}
	buf_printf(out, "\nwhole run %.1f s\n", r->elapsed_s);
	return 0;
}
