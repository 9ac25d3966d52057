/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/report/report_matrix.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "host/lib/text.h"

#define MAX_OBJECTS 12 /* columns of verdicts that an eye can follow */
#define MAX_WIDTH 160  /* columns of a terminal */
#define COLUMN_GAP 2
#define MARK_WIDTH 2
#define BOOT_WIDTH 7

static const char colour_reset[] = "\033[0m";

static const char *const colours[CELL_STATE_COUNT] = {
        [CELL_PASS] = "\033[32m",         [CELL_LESS] = "\033[33m",       [CELL_FAILURE] = "\033[36m",
        [CELL_UNEXPECTED] = "\033[1;31m", [CELL_UNMEASURED] = "\033[35m",
};

struct table {
	const struct result_view *v;
	bool colour;
	bool with_class; /* a rejected cell shows its class */
	size_t id_width, release_width;
	size_t *widths; /* of each object's column, without the gap */
	struct buf *out;
};

static const char *text_of(const struct table *t, const struct cell_view *c)
{
	return t->with_class ? c->title : c->brief;
}

/* A name as it is shown, and how wide that is. */
static size_t shown_width(const char *text)
{
	cleanup_buf struct buf shown = {0};

	text_add_line(&shown, text);
	return text_width(buf_str(&shown));
}

static void add_padded(struct buf *out, const char *text, size_t width)
{
	cleanup_buf struct buf shown = {0};

	text_add_line(&shown, text);
	text_pad(out, buf_str(&shown), width);
}

static size_t widest(size_t a, size_t b)
{
	return a > b ? a : b;
}

static void measure(struct table *t)
{
	const struct result *r = t->v->r;

	t->id_width = strlen("kernel");
	t->release_width = strlen("release");
	for (size_t k = 0; k < r->kernel_count; k++) {
		t->id_width = widest(t->id_width, shown_width(r->kernels[k].id));
		t->release_width = widest(t->release_width, shown_width(r->kernels[k].release));
	}
	for (size_t o = 0; o < r->object_count; o++) {
		t->widths[o] = shown_width(r->objects[o].name);
		for (size_t k = 0; k < r->kernel_count; k++) {
			const char *text = text_of(t, result_view_cell(t->v, k, o));

			t->widths[o] = widest(t->widths[o], text_width(text));
		}
	}
}

/* "kernel  release  boot": what stands before the first object's column. */
static size_t head_width(const struct table *t)
{
	return t->id_width + COLUMN_GAP + t->release_width + COLUMN_GAP + BOOT_WIDTH;
}

static size_t column_width(const struct table *t, size_t object)
{
	return COLUMN_GAP + MARK_WIDTH + t->widths[object];
}

/* First object that does not fit into a block that starts with object `first`; at least one always does. */
static size_t block_end(const struct table *t, size_t first)
{
	size_t width = head_width(t), end = first;

	while (end < t->v->r->object_count && end - first < MAX_OBJECTS) {
		width += column_width(t, end);
		if (width > MAX_WIDTH && end > first)
			break;
		end++;
	}
	return end;
}

static void end_line(struct buf *out)
{
	while (out->len && out->data[out->len - 1] == ' ')
		out->data[--out->len] = '\0';
	buf_putc(out, '\n');
}

static void add_face(struct table *t, const struct cell_view *c, size_t width)
{
	const char *text = text_of(t, c);

	buf_printf(t->out, "%*s%s%c %s%s", COLUMN_GAP, "", t->colour ? colours[c->state] : "", c->mark, text,
	           t->colour ? colour_reset : "");
	text_pad(t->out, "", width - text_width(text));
}

static void add_block(struct table *t, size_t first, size_t end)
{
	const struct result *r = t->v->r;

	text_pad(t->out, "kernel", t->id_width + COLUMN_GAP);
	text_pad(t->out, "release", t->release_width + COLUMN_GAP);
	buf_printf(t->out, "%*s", BOOT_WIDTH, "boot");
	for (size_t o = first; o < end; o++) {
		buf_printf(t->out, "%*s", COLUMN_GAP + MARK_WIDTH, "");
		add_padded(t->out, r->objects[o].name, t->widths[o]);
	}
	end_line(t->out);
	for (size_t k = 0; k < r->kernel_count; k++) {
		const struct result_timing *timing = &r->kernels[k].timing;
		double hello =
		        timing->hello_ms > 0 ? timing->hello_ms : timing->job_ms; /* a resumed guest says no hello */

		add_padded(t->out, r->kernels[k].id, t->id_width + COLUMN_GAP);
		add_padded(t->out, r->kernels[k].release, t->release_width + COLUMN_GAP);
		if (hello > 0)
			buf_printf(t->out, "%*.1f s", BOOT_WIDTH - 2, hello / 1000);
		else
			buf_printf(t->out, "%*s", BOOT_WIDTH, "-");
		for (size_t o = first; o < end; o++)
			add_face(t, result_view_cell(t->v, k, o), t->widths[o]);
		end_line(t->out);
	}
}

static void add_matrix(struct table *t)
{
	const struct result *r = t->v->r;
	cleanup_free size_t *widths = xcalloc(r->object_count + 1, sizeof(*widths));

	t->widths = widths;
	t->with_class = true;
	measure(t);
	/* classes go before the table is split for their sake alone */
	if (r->object_count <= MAX_OBJECTS && block_end(t, 0) < r->object_count) {
		t->with_class = false;
		measure(t);
	}
	for (size_t first = 0; first < r->object_count;) {
		size_t end = block_end(t, first);

		if (first)
			buf_putc(t->out, '\n');
		add_block(t, first, end);
		first = end;
	}
	t->widths = NULL;
}

static void add_legend(struct table *t)
{
	const struct result *r = t->v->r;
	bool expected = false, bad = false;

	for (size_t i = 0; i < r->kernel_count * r->object_count; i++) {
		expected |= t->v->cells[i].mark == '=';
		bad |= t->v->cells[i].mark == '!';
	}
	if (expected)
		buf_puts(t->out, "= as expected, though no pass\n");
	if (bad)
		buf_puts(t->out, "! not as expected, or not measured\n");
	if (t->v->totals.reused)
		buf_puts(t->out, "~ reused: an earlier run measured it\n");
}

/* Kernels whose types are all there is of them; they have no row above, for nothing was measured. */
static void add_forecasts(struct table *t)
{
	if (t->v->forecast_count)
		buf_puts(t->out, "predicted from types alone, not measured:\n");
	for (size_t i = 0; i < t->v->forecast_count; i++) {
		const struct result_forecast *f = t->v->forecasts[i].forecast;

		buf_puts(t->out, "  ");
		text_add_line(t->out, t->v->forecasts[i].kernels);
		buf_puts(t->out, " x ");
		text_add_line(t->out, f->object);
		buf_puts(t->out, ": ");
		text_add_line(t->out, f->predicted);
		if (*f->reason) {
			buf_puts(t->out, ": ");
			text_add_line(t->out, f->reason);
		}
		buf_putc(t->out, '\n');
	}
}

void report_matrix(const struct result_view *v, bool colour, struct buf *out)
{
	struct table t = {.v = v, .colour = colour, .out = out};

	add_matrix(&t);
	add_legend(&t);
	add_forecasts(&t);
}
