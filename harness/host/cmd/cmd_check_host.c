/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/cmd/cmd_check_host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/cmd/command.h"
#include "host/lib/text.h"
#include "host/object/object.h"
#include "host/object/object_variants.h"
#include "host/predict/predict.h"
#include "host/predict/predict_report.h"
#include "host/store/running_kernel.h"

enum { OPTION_ROOT = 256, OPTION_BTF, OPTION_JSON };

struct options {
	char *root;      /* without slashes at its end; "": this system */
	const char *btf; /* in place of the kernel's own */
	bool json;
	struct command_options common; /* its arguments alone */
};

static const struct argp_option option_table[] = {
        {"root", OPTION_ROOT, "DIR", 0,
         "look below DIR: a directory with the /proc, /sys, /boot and /lib of the system, such as /host in a container",
         0},
        {"btf", OPTION_BTF, "FILE", 0,
         "types that the object's loader brings along (libbpf's btf_custom_path), in place of the kernel's own", 0},
        {"json", OPTION_JSON, NULL, 0, "everything, as predict.json has it", 0},
        {0},
};

static void set_root(struct options *o, const char *arg)
{
	size_t len = strlen(arg);

	while (len && arg[len - 1] == '/')
		len--;
	free(o->root);
	o->root = xstrndup(arg, len);
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case OPTION_ROOT:
		set_root(o, arg);
		return 0;
	case OPTION_BTF:
		if (access(arg, R_OK))
			argp_error(state, "--btf %s: cannot be read", arg);
		o->btf = arg;
		return 0;
	case OPTION_JSON:
		o->json = true;
		return 0;
	default:
		return command_option(key, arg, state, &o->common);
	}
}

static const struct argp argp = {
        .options = option_table,
        .parser = parse_option,
        .args_doc = "OBJECT...",
        .doc = "Tell what the running kernel will say to objects, from its types, configuration, functions and loaded modules: for installers, and for agents before they load. Needs no privileges and loads nothing.\vExit status: 0 nothing stands against any object here, 1 one will be refused or read something else than it means, 2 usage, 3 nothing can be said of one.",
};

/* Modules that the objects name, and that are not there: nothing of them is. */
static void add_missing_modules(const struct object_list *objects, struct running_kernel *k)
{
	cleanup_strings struct strings names = {0};

	object_list_modules(objects, &names);
	for (size_t i = 0; i < names.count; i++)
		if (!module_set_find(&k->modules, names.at[i]))
			module_set_put(&k->modules, names.at[i])->state = MODULE_ABSENT;
}

/* ---- output ---- */

static void add_kernel(const struct options *o, const struct running_kernel *k, struct buf *out)
{
	const char *btf = o->btf ? o->btf : k->btf;

	buf_puts(out, "kernel ");
	text_add_line(out, k->release);
	buf_puts(out, *btf ? ": types from " : ": no types (no-kernel-btf)");
	text_add_line(out, btf);
	buf_puts(out, *k->config ? ", configuration from " : ", configuration unknown");
	text_add_line(out, k->config);
	buf_printf(out, ", names of functions %s\n", k->names >= 0 ? "known" : "unknown");
}

static bool stands_against(const struct predict_cell *c)
{
	return c->forecast == FORECAST_REJECTED || c->forecast == FORECAST_WRONG;
}

/* What may be the cause, where its types or functions are missing. */
static void add_modules(const struct options *o, const struct object *object, const struct predict_cell *c,
                        struct buf *out)
{
	cleanup_strings struct strings names = {0};

	if (c->forecast != FORECAST_REJECTED && c->forecast != FORECAST_UNSURE)
		return;
	object_list_modules(&(struct object_list){(struct object *)(uintptr_t)object, 1}, &names);
	for (size_t i = 0; i < names.count; i++)
		if (!running_kernel_has_module(o->root, names.at[i]))
			buf_printf(out, "    module %s, which it names, is not loaded\n", names.at[i]);
}

static void add_object(const struct options *o, const struct object *object, const struct predict_cell *c,
                       struct buf *out)
{
	cleanup_free char *text = predict_cell_text(c);

	text_add_line(out, object->name);
	buf_printf(out, ": %s\n", text);
	if (*c->reason) {
		buf_puts(out, "    ");
		text_add_line(out, c->reason);
		buf_putc(out, '\n');
	}
	add_modules(o, object, c, out);
}

static int say(const struct buf *text)
{
	if (fputs(buf_str(text), stdout) != EOF && fflush(stdout) != EOF)
		return 0;
	perror("corematrix: cannot write to standard output");
	return EXIT_INFRA;
}

static int show(const struct options *o, const struct running_kernel *k, const struct object_list *objects,
                const struct prediction *p)
{
	int status = EXIT_AS_EXPECTED, written;
	cleanup_buf struct buf out = {0};
	json_t *root = NULL;

	if (!o->json)
		add_kernel(o, k, &out);
	for (size_t i = 0; i < objects->count; i++) {
		const struct predict_cell *c = prediction_cell(p, 0, i);
		int its = c->forecast == FORECAST_NONE ? EXIT_INFRA : stands_against(c) ? EXIT_WORSE : 0;

		status = its > status ? its : status;
		if (!o->json)
			add_object(o, &objects->at[i], c, &out);
	}
	if (o->json) {
		cleanup_free char *text = NULL;

		root = predict_report_json(p);
		text = json_dumps(root, JSON_INDENT(1));
		json_decref(root);
		buf_printf(&out, "%s\n", text ? text : "{}");
	}
	written = say(&out);
	return written ? written : status;
}

static int check(const struct options *o, struct error *err)
{
	cleanup_object_list struct object_list objects = {0};
	cleanup_running_kernel struct running_kernel k = {.names = -1};
	const struct prediction *p;
	struct predict_types types;
	struct predict_job *job;
	int status;

	if (object_list_read(o->common.args, o->common.arg_count, &objects, err) ||
	    object_list_vary(&objects, NULL, err) || running_kernel_read(o->root, &k, err))
		return command_fail(err);
	add_missing_modules(&objects, &k);
	types = (struct predict_types){
	        .id = k.release,
	        .path = o->btf ? o->btf : k.btf,
	        .symbols = k.names >= 0 ? k.symbols : NULL,
	        .config = k.config,
	        .release = k.release,
	        .modules = &k.modules,
	        .loaded = true,
	        .external = o->btf != NULL,
	};
	job = predict_start(&objects, &types, 1, err);
	p = job ? predict_finish(job, err) : NULL;
	status = p ? show(o, &k, &objects, p) : command_fail(err);
	predict_free(job);
	return status;
}

int cmd_check_host(int argc, char **argv)
{
	struct options o = {.root = xstrdup("")};
	cleanup_error struct error err = {0};
	int status = command_parse(&argp, 0, argc, argv, &o) ? EXIT_USAGE : check(&o, &err);

	free(o.root);
	return status;
}
