/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/run/run_plan.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/lib/text.h"

void run_plan_make(const struct kernel_list *list, const struct store_kernel *kernels, const char *images,
                   struct plan *plan)
{
	cleanup_free const char **ids = xcalloc(list->count, sizeof(*ids));
	struct plan_times times;
	size_t kept = 0;

	for (size_t i = 0; i < list->count; i++)
		ids[i] = list->rows[i].id;
	plan_times_read(images, &times);
	plan_make(plan, ids, list->count, &times);
	plan_times_free(&times);
	for (size_t i = 0; kernels && i < plan->count; i++)
		if (!kernels[plan->at[i].kernel].skipped)
			plan->at[kept++] = plan->at[i];
	plan->count = kernels ? kept : plan->count;
}

int run_plan_take_part(struct kernel_list *list, unsigned part, unsigned parts, const char *images, struct error *err)
{
	cleanup_free char **ids = NULL;
	struct plan plan;
	int rc = 0;

	if (!parts)
		return 0;
	run_plan_make(list, NULL, images, &plan);
	plan_cut(&plan, part, parts);
	ids = xcalloc(plan.count, sizeof(*ids));
	for (size_t i = 0; i < plan.count; i++)
		ids[i] = (char *)plan.at[i].id;
	if (!plan.count)
		rc = error_usage(err, "--part %u/%u: the list has only %zu kernels", part, parts, list->count);
	else
		rc = kernel_list_select(list, ids, plan.count, err);
	plan_free(&plan);
	return rc;
}

char *run_plan_text(const struct kernel_list *list, const struct object_list *objects, const char *images)
{
	struct buf text = {0};
	struct plan plan;

	run_plan_make(list, NULL, images, &plan);
	buf_printf(&text, "%zu kernels, ", plan.count);
	text_count(&text, objects->count, "object");
	buf_puts(&text, " each:");
	for (size_t i = 0; i < objects->count; i++)
		buf_printf(&text, " %s", objects->at[i].name);
	buf_putc(&text, '\n');
	plan_print(&plan, &text);
	plan_free(&plan);
	return buf_steal(&text);
}

void run_plan_keep_times(const struct result *r, const char *images)
{
	struct plan_times times;

	plan_times_read(images, &times);
	for (size_t i = 0; i < r->kernel_count; i++)
		if (r->kernels[i].timing.total_ms > 0 && !r->kernels[i].infra)
			plan_times_set(&times, r->kernels[i].id, r->kernels[i].timing.total_ms);
	plan_times_write(images, &times, NULL); /* costs the next run its order, no more */
	plan_times_free(&times);
}
