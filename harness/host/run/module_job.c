/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/run/module_job.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/io.h"

#define MODULE_MAX ((size_t)64 << 20)

static bool job_has(const struct job *job, const char *name)
{
	for (uint32_t i = 0; i < job->module_count; i++)
		if (!strcmp(job->modules[i].name, name))
			return true;
	return false;
}

static int add_file(const struct module_set *set, const char *name, struct job *job, struct error *err)
{
	const struct stored_module *m = module_set_find(set, name);
	struct buf bytes = {0};

	if (job_has(job, name))
		return 0;
	if (m && m->state == MODULE_FILE && io_read_file(m->path, MODULE_MAX, &bytes, err))
		return -err->code;
	job->modules = xrealloc(job->modules, job->module_count + 1, sizeof(*job->modules));
	job->modules[job->module_count++] =
	        (struct job_module){.name = xstrdup(name), .bytes = bytes.data, .size = (uint32_t)bytes.len};
	return 0;
}

/* Take what the object names off it, in order. */
static void take_names(struct job_object *o, struct strings *names)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < o->setting_count; i++) {
		if (o->settings[i].key != SETTING_MODULE) {
			o->settings[kept++] = o->settings[i];
			continue;
		}
		strings_add(names, o->settings[i].value);
		free(o->settings[i].name);
		free(o->settings[i].value);
	}
	o->setting_count = kept;
}

static int add_object(const struct module_set *set, struct job_object *o, struct job *job, struct error *err)
{
	cleanup_strings struct strings names = {0}, order = {0};
	int rc = 0;

	take_names(o, &names);
	for (size_t i = 0; i < names.count; i++) {
		const struct stored_module *m = module_set_find(set, names.at[i]);

		if (!m || m->state == MODULE_ABSENT)
			strings_add(&order, names.at[i]);
		else
			module_set_order(set, names.at[i], &order);
	}
	for (size_t i = 0; i < order.count && !rc; i++) {
		job_object_set(o, SETTING_MODULE, "", order.at[i]);
		rc = add_file(set, order.at[i], job, err);
	}
	return rc;
}

int module_job_add(const struct module_set *set, struct job *job, struct error *err)
{
	int rc = 0;

	for (uint32_t i = 0; i < job->object_count && !rc; i++)
		rc = add_object(set, &job->objects[i], job, err);
	return rc;
}

char *module_job_lack(const struct module_set *set, const struct job_setting *settings, size_t count)
{
	cleanup_buf struct buf text = {0};

	for (size_t i = 0; i < count; i++) {
		const struct stored_module *m =
		        settings[i].key == SETTING_MODULE ? module_set_find(set, settings[i].value) : NULL;

		if (m && m->state == MODULE_ABSENT)
			buf_printf(&text, "%smodule %s: %s", text.len ? "; " : "", m->name, m->reason);
	}
	return text.len ? buf_steal(&text) : NULL;
}
