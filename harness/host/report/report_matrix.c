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

/* What a cell looks like. */
struct face {
	char mark;
	char *text;
	const char *colour;
};

struct view {
	const struct result *r;
	bool colour;
	bool with_class; /* a rejected cell shows its class */
	size_t id_width, release_width;
	size_t *widths; /* of each object's column, without the gap */
	struct buf *out;
};

static const struct result_cell *find_cell(const struct result *r, size_t kernel, size_t object)
{
	const char *id = r->kernels[kernel].id, *name = r->objects[object].name;
	size_t guess = kernel * r->object_count + object; /* where it is in a complete run */

	if (guess < r->cell_count && strcmp(r->cells[guess].kernel, id) == 0 &&
	    strcmp(r->cells[guess].object, name) == 0)
		return &r->cells[guess];
	return result_find_cell((struct result *)r, id, name);
}

static const char *face_colour(const struct result_cell *c)
{
	static const char *const colours[VERDICT_COUNT] = {
	        [VERDICT_PASS] = "\033[32m",     [VERDICT_DEGRADED] = "\033[33m", [VERDICT_SILENT] = "\033[36m",
	        [VERDICT_WRONG] = "\033[36m",    [VERDICT_REJECTED] = "\033[36m", [VERDICT_INFRA] = "\033[35m",
	        [VERDICT_UNPROVEN] = "\033[33m",
	};

	if (c->verdict != VERDICT_INFRA && !c->as_expected)
		return "\033[1;31m";
	return (unsigned)c->verdict < VERDICT_COUNT ? colours[c->verdict] : "";
}

/* A cell that is absent was not run: nothing was measured. */
static struct face cell_face(const struct view *v, const struct result_cell *c)
{
	struct face f = {.mark = ' ', .colour = ""};

	if (!c)
		return (struct face){.mark = '!', .text = xstrdup("not run"), .colour = "\033[35m"};
	if (c->verdict == VERDICT_INFRA || !c->as_expected)
		f.mark = '!';
	else if (c->verdict != VERDICT_PASS)
		f.mark = '=';
	if (v->with_class && c->verdict == VERDICT_REJECTED && c->class != CLASS_NONE)
		f.text = xasprintf("%s (%s)", verdict_name(c->verdict), reject_class_name(c->class));
	else
		f.text = v->with_class ? result_cell_verdict(c) : xstrdup(verdict_name(c->verdict));
	f.colour = face_colour(c);
	return f;
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

static void measure(struct view *v)
{
	const struct result *r = v->r;

	v->id_width = strlen("kernel");
	v->release_width = strlen("release");
	for (size_t k = 0; k < r->kernel_count; k++) {
		v->id_width = widest(v->id_width, shown_width(r->kernels[k].id));
		v->release_width = widest(v->release_width, shown_width(r->kernels[k].release));
	}
	for (size_t o = 0; o < r->object_count; o++) {
		v->widths[o] = shown_width(r->objects[o].name);
		for (size_t k = 0; k < r->kernel_count; k++) {
			struct face f = cell_face(v, find_cell(r, k, o));

			v->widths[o] = widest(v->widths[o], text_width(f.text));
			free(f.text);
		}
	}
}

/* "kernel  release  boot": what stands before the first object's column. */
static size_t head_width(const struct view *v)
{
	return v->id_width + COLUMN_GAP + v->release_width + COLUMN_GAP + BOOT_WIDTH;
}

static size_t column_width(const struct view *v, size_t object)
{
	return COLUMN_GAP + MARK_WIDTH + v->widths[object];
}

/* First object that does not fit into a block that starts with object `first`; at least one always does. */
static size_t block_end(const struct view *v, size_t first)
{
	size_t width = head_width(v), end = first;

	while (end < v->r->object_count && end - first < MAX_OBJECTS) {
		width += column_width(v, end);
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

static void add_face(struct view *v, const struct result_cell *c, size_t width)
{
	struct face f = cell_face(v, c);
	bool coloured = v->colour && *f.colour;

	buf_printf(v->out, "%*s%s%c %s", COLUMN_GAP, "", coloured ? f.colour : "", f.mark, f.text);
	if (coloured)
		buf_puts(v->out, colour_reset);
	text_pad(v->out, "", width - text_width(f.text));
	free(f.text);
}

static void add_block(struct view *v, size_t first, size_t end)
{
	const struct result *r = v->r;

	text_pad(v->out, "kernel", v->id_width + COLUMN_GAP);
	text_pad(v->out, "release", v->release_width + COLUMN_GAP);
	buf_printf(v->out, "%*s", BOOT_WIDTH, "boot");
	for (size_t o = first; o < end; o++) {
		buf_printf(v->out, "%*s", COLUMN_GAP + MARK_WIDTH, "");
		add_padded(v->out, r->objects[o].name, v->widths[o]);
	}
	end_line(v->out);
	for (size_t k = 0; k < r->kernel_count; k++) {
		const struct result_timing *t = &r->kernels[k].timing;
		double hello = t->hello_ms > 0 ? t->hello_ms : t->job_ms; /* a resumed guest says no hello */

		add_padded(v->out, r->kernels[k].id, v->id_width + COLUMN_GAP);
		add_padded(v->out, r->kernels[k].release, v->release_width + COLUMN_GAP);
		if (hello > 0)
			buf_printf(v->out, "%*.1f s", BOOT_WIDTH - 2, hello / 1000);
		else
			buf_printf(v->out, "%*s", BOOT_WIDTH, "-");
		for (size_t o = first; o < end; o++)
			add_face(v, find_cell(r, k, o), v->widths[o]);
		end_line(v->out);
	}
}

static void add_matrix(struct view *v)
{
	const struct result *r = v->r;
	cleanup_free size_t *widths = xcalloc(r->object_count + 1, sizeof(*widths));

	v->widths = widths;
	v->with_class = true;
	measure(v);
	/* classes go before the table is split for their sake alone */
	if (r->object_count <= MAX_OBJECTS && block_end(v, 0) < r->object_count) {
		v->with_class = false;
		measure(v);
	}
	for (size_t first = 0; first < r->object_count;) {
		size_t end = block_end(v, first);

		if (first)
			buf_putc(v->out, '\n');
		add_block(v, first, end);
		first = end;
	}
	v->widths = NULL;
}

static void add_legend(struct view *v)
{
	bool expected = false, bad = false;

	for (size_t i = 0; i < v->r->cell_count; i++) {
		const struct result_cell *c = &v->r->cells[i];
		bool is_bad = c->verdict == VERDICT_INFRA || !c->as_expected;

		bad |= is_bad;
		expected |= !is_bad && c->verdict != VERDICT_PASS;
	}
	if (expected)
		buf_puts(v->out, "= as expected, though no pass\n");
	if (bad)
		buf_puts(v->out, "! not as expected, or not measured\n");
}

/* Kernels whose types are all there is of them; they have no row above, for nothing was measured. */
static void add_forecasts(struct view *v)
{
	const struct result *r = v->r;

	if (r->forecast_count)
		buf_puts(v->out, "predicted from types alone, not measured:\n");
	for (size_t i = 0; i < r->forecast_count; i++) {
		const struct result_forecast *f = &r->forecasts[i];

		buf_puts(v->out, "  ");
		text_add_line(v->out, f->kernel);
		buf_puts(v->out, " x ");
		text_add_line(v->out, f->object);
		buf_puts(v->out, ": ");
		text_add_line(v->out, f->predicted);
		if (*f->reason) {
			buf_puts(v->out, ": ");
			text_add_line(v->out, f->reason);
		}
		buf_putc(v->out, '\n');
	}
}

void report_matrix(const struct result *r, bool colour, struct buf *out)
{
	struct view v = {.r = r, .colour = colour, .out = out};

	add_matrix(&v);
	add_legend(&v);
	add_forecasts(&v);
}
