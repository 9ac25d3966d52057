/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/result/result_join.h"

#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/lib/text.h"

/* `*path` is below `directory`. */
static void move_path(char **path, const char *directory)
{
	cleanup_free char *whole = **path ? xasprintf("%s/%s", directory, *path) : NULL;

	if (whole)
		text_set(path, whole);
}

/* ---- what all have in common ---- */

static void join_host(struct result *whole, const struct result_part_of *parts, size_t count)
{
	cleanup_buf struct buf libbpf = {0};

	RESULT_SWAP(&whole->host, &parts[0].r->host);
	for (size_t i = 0; i < count; i++)
		buf_printf(&libbpf, "%s%s", i ? ", " : "", i ? parts[i].r->host.libbpf : whole->host.libbpf);
	text_set(&whole->host.libbpf, buf_str(&libbpf));
	RESULT_SWAP(&whole->part, &parts[0].r->part);
}

static void join_objects(struct result *whole, const struct result_part_of *parts, size_t count)
{
	bool more = true;

	for (size_t o = 0; more; o++) {
		more = false;
		for (size_t i = 0; i < count; i++) {
			if (o >= parts[i].r->object_count)
				continue;
			RESULT_SWAP(result_add_object(whole), &parts[i].r->objects[o]);
			more = true;
		}
	}
}

/* ---- kernels ---- */

static struct result_kernel *find_kernel(struct result *r, const char *id)
{
	for (size_t i = 0; i < r->kernel_count; i++)
		if (!strcmp(r->kernels[i].id, id))
			return &r->kernels[i];
	return NULL;
}

static void join_attempts(struct result_kernel *to, struct result_kernel *from, const char *directory)
{
	for (size_t a = 0; a < from->attempt_count; a++) {
		struct result_attempt *taken = result_add_attempt(to);

		RESULT_SWAP(taken, &from->attempts[a]);
		move_path(&taken->console, directory);
		move_path(&taken->script, directory);
	}
}

static void join_kernel(struct result *whole, struct result_kernel *from, const char *directory)
{
	struct result_kernel *known = find_kernel(whole, from->id);

	if (known) {
		join_attempts(known, from, directory);
		known->infra &= from->infra;
		if (!known->infra)
			text_set(&known->reason, "");
		return;
	}
	known = result_add_kernel(whole);
	RESULT_SWAP(known, from);
	move_path(&known->directory, directory);
	for (size_t a = 0; a < known->attempt_count; a++) {
		move_path(&known->attempts[a].console, directory);
		move_path(&known->attempts[a].script, directory);
	}
}

static void join_skipped(struct result *whole, struct result_skipped *from)
{
	for (size_t i = 0; i < whole->skipped_count; i++)
		if (!strcmp(whole->skipped[i].kernel, from->kernel))
			return;
	RESULT_SWAP(result_add_skipped(whole), from);
}

/* ---- all of one part ---- */

void result_join_part(struct result *whole, const struct result_part_of *part)
{
	struct result *r = part->r;

	for (size_t i = 0; i < r->kernel_count; i++)
		join_kernel(whole, &r->kernels[i], part->directory);
	for (size_t i = 0; i < r->skipped_count; i++)
		join_skipped(whole, &r->skipped[i]);
	for (size_t i = 0; i < r->forecast_count; i++)
		RESULT_SWAP(result_add_forecast(whole), &r->forecasts[i]);
	for (size_t i = 0; i < r->cell_count; i++) {
		struct result_cell *cell = result_add_cell(whole);

		RESULT_SWAP(cell, &r->cells[i]);
		move_path(&cell->log, part->directory);
		move_path(&cell->kernel_log, part->directory);
	}
	whole->complete &= r->complete;
}

void result_join(struct result *whole, const struct result_part_of *parts, size_t count)
{
	if (!count)
		return;
	join_host(whole, parts, count);
	join_objects(whole, parts, count);
	whole->complete = true;
	for (size_t i = 0; i < count; i++)
		result_join_part(whole, &parts[i]);
	result_sort_cells(whole);
}
