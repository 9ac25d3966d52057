/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/run/run_prediction.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/lib/text.h"

struct predict_types run_prediction_types(const struct store_kernel *kernel, const struct external_btf *external,
                                          const struct module_set *modules)
{
	return (struct predict_types){
	        .id = kernel->id,
	        .arch = kernel->arch,
	        .path = *external->path ? external->path : kernel->btf,
	        .symbols = kernel->symbols,
	        .config = kernel->config,
	        .release = kernel->release,
	        .modules = modules,
	        .external = *external->path,
	};
}

struct predict_job *run_prediction_start(const struct run_prediction *what, struct error *err)
{
	size_t count = what->count, alone = what->types->count;
	cleanup_free struct predict_types *types = xcalloc(count + alone, sizeof(*types));

	for (size_t i = 0; i < count; i++) {
		types[i] = run_prediction_types(&what->kernels[i], &what->external[i], &what->modules[i]);
		types[i].later = what->there && !what->there[i];
	}
	for (size_t i = 0; i < alone; i++)
		types[count + i] = (struct predict_types){
		        .id = what->types->rows[i].id,
		        .path = what->types->rows[i].spec,
		};
	return predict_start(what->objects, types, count + alone, err);
}

void run_prediction_warn(const struct prediction *p, size_t count, const struct watch *watch)
{
	for (size_t o = 0; o < ARCH_MAX * p->object_count; o++)
		if (p->objects[o].failed)
			watch_say(watch, WATCH_WARNING, "%s: nothing is predicted: %s", p->objects[o].name,
			          p->objects[o].reason);
	for (size_t k = 0; k < count; k++)
		if (p->kernels[k].failed)
			watch_say(watch, WATCH_WARNING, "%s: nothing is predicted: %s", p->kernels[k].id,
			          p->kernels[k].reason);
}

void run_prediction_add(const struct prediction *p, size_t count, struct result *r)
{
	for (size_t k = count; k < p->kernel_count; k++)
		for (size_t o = 0; o < p->object_count; o++) {
			const struct predict_cell *c = prediction_cell(p, k, o);
			cleanup_free char *text = predict_cell_text(c);
			struct result_forecast *f = result_add_forecast(r);

			text_set(&f->kernel, p->kernels[k].id);
			text_set(&f->object, p->objects[o].name);
			text_set(&f->predicted, text);
			text_set(&f->reason, c->reason);
		}
}
