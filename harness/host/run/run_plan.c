/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/run/run_plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/lib/text.h"

void run_plan_make(const struct kernel_list *list, const char *images, struct plan *plan)
{
	cleanup_free const char **ids = xcalloc(list->count, sizeof(*ids));
	struct plan_times times;

	for (size_t i = 0; i < list->count; i++)
		ids[i] = list->rows[i].id;
	plan_times_read(images, &times);
	plan_make(plan, ids, list->count, &times);
	plan_times_free(&times);
}

/* Names of objects stand among the ids of kernels in the file of times. */
static char *object_key(const char *object)
{
	return xasprintf("object %s", object);
}

void run_plan_costs(const struct kernel_list *list, const struct object_list *objects, const char *images,
                    struct share_costs *costs)
{
	cleanup_free double *kernel_ms = xcalloc(list->count, sizeof(*kernel_ms));
	cleanup_free double *object_ms = xcalloc(objects->count, sizeof(*object_ms));
	struct plan_times times;

	plan_times_read(images, &times);
	for (size_t i = 0; i < list->count; i++)
		kernel_ms[i] = plan_times_get(&times, list->rows[i].id);
	for (size_t i = 0; i < objects->count; i++) {
		cleanup_free char *key = object_key(objects->at[i].name);

		object_ms[i] = plan_times_get(&times, key);
	}
	share_costs_make(costs, kernel_ms, list->count, object_ms, objects->count);
	plan_times_free(&times);
}

/* With as many guests as here, and as larger machines have. */
static void add_ends(const struct plan *plan, const struct share_costs *costs, unsigned guests, struct buf *text)
{
	cleanup_free size_t *kernels = xcalloc(plan->count, sizeof(*kernels));
	const unsigned more[] = {guests, 16, 64};

	for (size_t i = 0; i < plan->count; i++) {
		kernels[i] = plan->at[i].kernel;
		if (plan->at[i].ms < 0)
			return;
	}
	buf_puts(text, "expected to end after");
	for (size_t i = 0; i < sizeof(more) / sizeof(*more); i++)
		if (!i || more[i] > guests)
			buf_printf(text, "%s %.1f s with %u%s", i ? "," : "",
			           share_end(costs, kernels, plan->count, more[i]) / 1000, more[i],
			           i             ? ""
			           : guests == 1 ? " guest"
			                         : " guests side by side");
	buf_putc(text, '\n');
}

char *run_plan_text(const struct kernel_list *list, const struct object_list *objects, const char *images,
                    unsigned guests)
{
	struct share_costs costs;
	struct buf text = {0};
	struct plan plan;

	run_plan_make(list, images, &plan);
	run_plan_costs(list, objects, images, &costs);
	buf_printf(&text, "%zu kernels, ", plan.count);
	text_count(&text, objects->count, "object");
	buf_puts(&text, " each:");
	for (size_t i = 0; i < objects->count; i++)
		buf_printf(&text, " %s", objects->at[i].name);
	buf_putc(&text, '\n');
	plan_print(&plan, &text);
	add_ends(&plan, &costs, guests, &text);
	share_costs_free(&costs);
	plan_free(&plan);
	return buf_steal(&text);
}

/* All guests that measured something; what saving one took is paid once. */
static double measuring_ms(const struct result_kernel *k)
{
	double ms = 0;

	for (size_t i = 0; i < k->attempt_count; i++)
		ms += strcmp(k->attempts[i].start, RESULT_START_SAVE) ? k->attempts[i].total_ms : 0;
	return ms;
}

static void keep_object(const struct result *r, const char *object, struct plan_times *times)
{
	cleanup_free char *key = object_key(object);
	double ms = 0;
	size_t count = 0;

	for (size_t i = 0; i < r->cell_count; i++) {
		const struct result_cell *c = &r->cells[i];

		if (strcmp(c->object, object) || c->verdict == VERDICT_INFRA || c->ms <= 0)
			continue;
		ms += c->ms;
		count++;
	}
	if (count)
		plan_times_set(times, key, ms / (double)count);
}

/* A kernel of which less than all was measured took less than it takes. */
static bool reuses(const struct result *r, const char *kernel)
{
	for (size_t i = 0; i < r->cell_count; i++)
		if (*r->cells[i].measured && !strcmp(r->cells[i].kernel, kernel))
			return true;
	return false;
}

void run_plan_keep_times(const struct result *r, const char *images, unsigned repeat)
{
	struct plan_times times;

	plan_times_read(images, &times);
	for (size_t i = 0; i < r->kernel_count; i++)
		if (r->kernels[i].timing.total_ms > 0 && !r->kernels[i].infra && !reuses(r, r->kernels[i].id))
			plan_times_set(&times, r->kernels[i].id, measuring_ms(&r->kernels[i]) / repeat);
	for (size_t i = 0; i < r->object_count; i++)
		keep_object(r, r->objects[i].name, &times);
	plan_times_write(images, &times, NULL); /* costs the next run its order, and nothing else */
	plan_times_free(&times);
}
