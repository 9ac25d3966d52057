/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/run/plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/io.h"

#define TIMES "times.txt"
#define MAX_TIMES (1u << 20)

static char *times_path(const char *images)
{
	return xasprintf("%s/" TIMES, images);
}

static size_t find(const struct plan_times *times, const char *id)
{
	size_t i = 0;

	while (i < times->count && strcmp(times->ids[i], id))
		i++;
	return i;
}

void plan_times_set(struct plan_times *times, const char *id, double ms)
{
	size_t i = find(times, id);

	if (i == times->count) {
		times->ids = xrealloc(times->ids, i + 1, sizeof(*times->ids));
		times->ms = xrealloc(times->ms, i + 1, sizeof(*times->ms));
		times->ids[i] = xstrdup(id);
		times->count++;
	}
	times->ms[i] = ms;
}

double plan_times_get(const struct plan_times *times, const char *id)
{
	size_t i = find(times, id);

	return i < times->count ? times->ms[i] : -1;
}

void plan_times_parse(const char *text, struct plan_times *times)
{
	cleanup_free char *copy = xstrdup(text);
	char *rest = copy, *line;

	*times = (struct plan_times){0};
	while ((line = strsep(&rest, "\n"))) {
		char *space = strrchr(line, ' '), *end;
		double ms;

		if (!space || space == line)
			continue;
		ms = strtod(space + 1, &end);
		if (*end || end == space + 1 || !(ms >= 0 && ms < 1e9))
			continue;
		*space = '\0';
		plan_times_set(times, line, ms);
	}
}

void plan_times_format(const struct plan_times *times, struct buf *out)
{
	for (size_t i = 0; i < times->count; i++)
		buf_printf(out, "%s %.0f\n", times->ids[i], times->ms[i]);
}

void plan_times_read(const char *images, struct plan_times *times)
{
	cleanup_free char *path = times_path(images);
	cleanup_buf struct buf text = {0};

	if (io_read_file(path, MAX_TIMES, &text, NULL))
		buf_free(&text);
	plan_times_parse(buf_str(&text), times);
}

int plan_times_write(const char *images, const struct plan_times *times, struct error *err)
{
	cleanup_free char *path = times_path(images);
	cleanup_buf struct buf text = {0};

	plan_times_format(times, &text);
	return io_replace_file(path, buf_str(&text), text.len, err);
}

void plan_times_free(struct plan_times *times)
{
	for (size_t i = 0; i < times->count; i++)
		free(times->ids[i]);
	free(times->ids);
	free(times->ms);
	*times = (struct plan_times){0};
}

static int by_length(const void *a, const void *b)
{
	const struct plan_entry *x = a, *y = b;

	if ((x->ms < 0) != (y->ms < 0))
		return x->ms < 0 ? -1 : 1;
	if (x->ms >= 0 && (x->ms < y->ms || x->ms > y->ms))
		return x->ms > y->ms ? -1 : 1;
	return x->kernel < y->kernel ? -1 : 1;
}

void plan_make(struct plan *plan, const char *const *ids, size_t count, const struct plan_times *times)
{
	*plan = (struct plan){.at = xcalloc(count, sizeof(*plan->at)), .count = count};
	for (size_t i = 0; i < count; i++)
		plan->at[i] = (struct plan_entry){.kernel = i, .id = ids[i], .ms = plan_times_get(times, ids[i])};
	if (count)
		qsort(plan->at, count, sizeof(*plan->at), by_length);
}

void plan_print(const struct plan *plan, struct buf *out)
{
	for (size_t i = 0; i < plan->count; i++) {
		const struct plan_entry *e = &plan->at[i];

		if (e->ms < 0)
			buf_printf(out, "%3zu  %-16s  not seen yet\n", i + 1, e->id);
		else
			buf_printf(out, "%3zu  %-16s  %.2f s last time\n", i + 1, e->id, e->ms / 1000);
	}
}

void plan_free(struct plan *plan)
{
	free(plan->at);
	*plan = (struct plan){0};
}
