/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/bench/bench_table.h"

#include <string.h>

#include "base/cleanup.h"
#include "host/lib/text.h"

#define COLUMN 12

enum cell_kind { CELL_FIGURE, CELL_RATIO, CELL_GUEST_MB };

/* The columns, left to right. */
static const struct column {
	const char *title;
	enum cell_kind kind;
	enum bench_role role;
	enum bench_figure figure;
	enum bench_ratio ratio;
} columns[] = {
        {.title = "floor", .kind = CELL_FIGURE, .role = BENCH_FLOOR, .figure = FIGURE_TOTAL_MS},
        {.title = "ours", .kind = CELL_FIGURE, .role = BENCH_COLD, .figure = FIGURE_TOTAL_MS},
        {.title = "objects", .kind = CELL_FIGURE, .role = BENCH_COLD, .figure = FIGURE_CELLS_MS},
        {.title = "ours/floor", .kind = CELL_RATIO, .ratio = RATIO_OURS_FLOOR},
        {.title = "peer", .kind = CELL_FIGURE, .role = BENCH_PEER, .figure = FIGURE_TOTAL_MS},
        {.title = "peer/ours", .kind = CELL_RATIO, .ratio = RATIO_PEER_OURS},
        {.title = "peer/boot", .kind = CELL_RATIO, .ratio = RATIO_PEER_BOOT},
        {.title = "warm", .kind = CELL_FIGURE, .role = BENCH_WARM, .figure = FIGURE_TOTAL_MS},
        {.title = "warm/cold", .kind = CELL_RATIO, .ratio = RATIO_WARM_COLD},
        {.title = "resume/boot", .kind = CELL_RATIO, .ratio = RATIO_RESUME_BOOT},
        {.title = "vng", .kind = CELL_FIGURE, .role = BENCH_VNG, .figure = FIGURE_TOTAL_MS},
        {.title = "QEMU MiB", .kind = CELL_FIGURE, .role = BENCH_COLD, .figure = FIGURE_RSS_MB},
        {.title = "warm MiB", .kind = CELL_FIGURE, .role = BENCH_WARM, .figure = FIGURE_RSS_MB},
        {.title = "guest MiB", .kind = CELL_GUEST_MB},
};
#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

static const char *const legend =
        "Seconds from QEMU's start to its end. floor: the kernel to an init that exits at once, same QEMU flags. ours: booted,\nwith all objects; objects: of that, their own work; ours/floor leaves it out. peer: the same agent "
        "and objects\non an ordinary machine, from the compressed kernel, with every line on a serial console. warm: from a saved guest. peer/boot and\nresume/boot leave the objects' work out of both. QEMU MiB: most that QEMU had resident; guest "
        "MiB: what the\nguest had touched when it was saved. Ratios are medians of the rounds' ratios.\n";

static void add_cell(struct buf *out, const struct column *c, bool known, double value)
{
	if (!known)
		buf_printf(out, "%*s", COLUMN, "-");
	else if (c->kind == CELL_RATIO)
		buf_printf(out, "%*.2f", COLUMN, value);
	else if (c->kind == CELL_FIGURE && c->figure != FIGURE_RSS_MB)
		buf_printf(out, "%*.2f", COLUMN, value / 1000);
	else
		buf_printf(out, "%*.0f", COLUMN, value);
}

static bool kernel_value(const struct bench_kernel *k, const struct column *c, double *value)
{
	switch (c->kind) {
	case CELL_FIGURE:
		return bench_kernel_figure(k, c->role, c->figure, value);
	case CELL_RATIO:
		return bench_kernel_ratio(k, c->ratio, value);
	case CELL_GUEST_MB:
		break;
	}
	*value = k->guest_mb;
	return k->guest_mb >= 0;
}

/* Over the kernels of `arch`, or over all (NULL). */
static bool median_value(const struct bench *b, const char *arch, const struct column *c, double *value)
{
	cleanup_free double *values = xcalloc(b->kernel_count + 1, sizeof(*values));
	size_t count = 0;

	for (size_t i = 0; i < b->kernel_count; i++)
		if (!arch || !strcmp(b->kernels[i].arch, arch))
			count += kernel_value(&b->kernels[i], c, &values[count]);
	if (count)
		*value = bench_median(values, count);
	return count > 0;
}

/* A column that nobody has anything to say in is left out. */
static bool is_shown(const struct bench *b, const struct column *c)
{
	double value;

	return median_value(b, NULL, c, &value);
}

/* Whether kernel `index` is the first of its architecture; `*several`: whether there are others. */
static bool begins_arch(const struct bench *b, size_t index, bool *several)
{
	bool first = true;

	*several = false;
	for (size_t i = 0; i < b->kernel_count; i++) {
		bool same = !strcmp(b->kernels[i].arch, b->kernels[index].arch);

		*several |= !same;
		first &= !same || i >= index;
	}
	return first;
}

static void add_median(struct buf *out, const struct bench *b, const char *arch, size_t width)
{
	cleanup_free char *title = arch ? xasprintf("median %s", arch) : xstrdup("median");
	double value = 0;

	text_pad(out, title, width);
	for (size_t c = 0; c < COLUMNS; c++) {
		bool known = median_value(b, arch, &columns[c], &value);

		if (is_shown(b, &columns[c]))
			add_cell(out, &columns[c], known, value);
	}
	buf_putc(out, '\n');
}

/* One for all kernels, or, as times of different machines have no median, one for those of each architecture. */
static void add_medians(struct buf *out, const struct bench *b, size_t width)
{
	bool several = false;

	for (size_t i = 0; i < b->kernel_count; i++)
		if (begins_arch(b, i, &several) && several)
			add_median(out, b, b->kernels[i].arch, width);
	if (!several && b->kernel_count > 1)
		add_median(out, b, NULL, width);
}

/* What guests of the others take, to what those of the first take. */
static void add_architectures(struct buf *out, const struct bench *b)
{
	bool several;

	for (size_t i = 1; i < b->kernel_count; i++) {
		if (!begins_arch(b, i, &several))
			continue;
		buf_printf(out, "%s to %s:", b->kernels[i].arch, b->kernels[0].arch);
		for (size_t c = 0; c < COLUMNS; c++) {
			double over, under;

			if (columns[c].kind == CELL_FIGURE && columns[c].figure == FIGURE_TOTAL_MS &&
			    median_value(b, b->kernels[i].arch, &columns[c], &over) &&
			    median_value(b, b->kernels[0].arch, &columns[c], &under) && under > 0)
				buf_printf(out, " %s %.2f", columns[c].title, over / under);
		}
		buf_putc(out, '\n');
	}
}

static void add_rows(struct buf *out, const struct bench *b, size_t width)
{
	double value = 0;

	text_pad(out, "kernel", width);
	for (size_t c = 0; c < COLUMNS; c++)
		if (is_shown(b, &columns[c]))
			buf_printf(out, "%*s", COLUMN, columns[c].title);
	buf_putc(out, '\n');
	for (size_t i = 0; i < b->kernel_count; i++) {
		text_pad(out, b->kernels[i].id, width);
		for (size_t c = 0; c < COLUMNS; c++) {
			bool known = kernel_value(&b->kernels[i], &columns[c], &value);

			if (is_shown(b, &columns[c]))
				add_cell(out, &columns[c], known, value);
		}
		buf_putc(out, '\n');
	}
	add_medians(out, b, width);
}

static void add_reasons(struct buf *out, const struct bench *b)
{
	for (size_t i = 0; i < b->kernel_count; i++)
		for (int role = 0; role < BENCH_ROLE_COUNT; role++) {
			const char *reason = bench_kernel_reason(&b->kernels[i], (enum bench_role)role);

			if (!reason)
				continue;
			buf_printf(out, "%s: %s not measured: ", b->kernels[i].id,
			           bench_role_name((enum bench_role)role));
			text_add_line(out, reason);
			buf_putc(out, '\n');
		}
}

static void add_goals(struct buf *out, const struct bench *b)
{
	for (int r = 0; r < RATIO_COUNT; r++) {
		const struct bench_ratio_about *about = bench_ratio_about((enum bench_ratio)r);
		size_t met = 0, count = 0;
		double value = 0;

		for (size_t i = 0; i < b->kernel_count && about->goal > 0; i++) {
			if (!bench_kernel_ratio(&b->kernels[i], (enum bench_ratio)r, &value))
				continue;
			count++;
			met += about->more_is_better ? value >= about->goal : value <= about->goal;
		}
		if (!count)
			continue;
		buf_printf(out, "goal %s at %s %.2f: met on %zu of ", about->title,
		           about->more_is_better ? "least" : "most", about->goal, met);
		text_count(out, count, "kernel");
		buf_putc(out, '\n');
	}
}

char *bench_table(const struct bench *b)
{
	size_t width = strlen("kernel");
	struct buf out = {0};
	bool several;

	for (size_t i = 0; i < b->kernel_count; i++) {
		size_t title =
		        begins_arch(b, i, &several) && several ? strlen("median ") + text_width(b->kernels[i].arch) : 0;

		width = text_width(b->kernels[i].id) > width ? text_width(b->kernels[i].id) : width;
		width = title > width ? title : width;
	}
	add_rows(&out, b, width);
	buf_putc(&out, '\n');
	buf_puts(&out, legend);
	add_reasons(&out, b);
	add_goals(&out, b);
	add_architectures(&out, b);
	return buf_steal(&out);
}
