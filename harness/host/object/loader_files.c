/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/object/loader_files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "host/object/shipped.h"
#include "host/lib/sha256.h"
#include "host/lib/text.h"
#include "host/object/carried.h"
#include "host/object/elf_needs.h"

/* ---- the program ---- */

static int add_program(struct file_closure *c, const char *program, struct error *err)
{
	cleanup_free char *path = realpath(program, NULL);
	cleanup_buf struct buf bytes = {0};
	cleanup_elf_needs struct elf_needs needs = {0};
	mode_t mode = 0;
	int rc;

	if (!path)
		return error_usage(err, "%s: %s; give the path of the program that loads the object", program,
		                   strerror(errno));
	rc = file_closure_read(path, &bytes, &mode, err);
	if (rc)
		return rc;
	if (bytes.len > 2 && !memcmp(bytes.data, "#!", 2))
		return error_usage(
		        err,
		        "%s: is a script; give the ELF program that loads the object: a guest has no script interpreters",
		        program);
	if (elf_needs_read(c->arch, bytes.data, bytes.len, &needs, err))
		return error_prefix(err, "%s: ", program);
	if (!(mode & 0111))
		return error_usage(err, "%s: is not executable; chmod +x it, or give another program", program);
	return file_closure_file(c, path, NULL, err);
}

int loader_files_collect(const struct loader_request *request, struct file_closure *out, struct error *err)
{
	int rc = file_closure_open(out, request->arch, request->sysroot, request->conf, err);

	rc = rc ? rc : add_program(out, request->program, err);
	for (size_t i = 0; i < request->extra_count && !rc; i++)
		rc = shipped_add(out, request->extra[i], err);
	return rc ? rc : file_closure_finish(out, err);
}

/* ---- the object ---- */

static void set(struct object *o, enum setting_key key, const char *name, const char *value)
{
	struct object_ini *ini = &o->ini;

	ini->settings = xrealloc(ini->settings, ini->setting_count + 1, sizeof(*ini->settings));
	ini->settings[ini->setting_count++] =
	        (struct job_setting){.key = (uint8_t)key, .name = xstrdup(name), .value = xstrdup(value)};
}

static void set_searched(struct object *o, const struct strings *directories)
{
	cleanup_buf struct buf path = {0};

	for (size_t i = 0; i < directories->count; i++)
		buf_printf(&path, "%s%s", i ? ":" : "", directories->at[i]);
	if (path.len)
		set(o, SETTING_LOADER_ENVIRONMENT, "LD_LIBRARY_PATH", buf_str(&path));
}

static void set_all(struct object *o, const struct loader_request *request, const struct file_closure *s)
{
	cleanup_free char *seconds = xasprintf("%u", request->seconds);
	cleanup_free char *directory = getcwd(NULL, 0);

	set(o, SETTING_LOADER, "", s->files.at[0]);
	set(o, SETTING_LOADER_ARGUMENT, "0", request->sysroot ? s->files.at[0] : request->program);
	for (size_t i = 0; i < request->argument_count; i++)
		set(o, SETTING_LOADER_ARGUMENT, "", request->arguments[i]);
	set_searched(o, &s->searched);
	if (directory)
		set(o, SETTING_LOADER_DIRECTORY, "", directory);
	if (request->seconds)
		set(o, SETTING_LOADER_SECONDS, "", seconds);
}

/* The options that stand for it, to be pasted into a shell. */
static char *invocation(const struct loader_request *request)
{
	cleanup_strings struct strings words = {0};

	strings_add(&words, "--loader");
	strings_add(&words, request->program);
	for (size_t i = 0; i < request->extra_count; i++) {
		strings_add(&words, "--ship");
		strings_add(&words, request->extra[i]);
	}
	if (request->sysroot) {
		strings_add(&words, "--sysroot");
		strings_add(&words, request->sysroot);
	}
	if (request->seconds)
		strings_addf(&words, "--loader-time=%u", request->seconds);
	if (request->argument_count)
		strings_add(&words, "--");
	for (size_t i = 0; i < request->argument_count; i++)
		strings_add(&words, request->arguments[i]);
	return strings_shell(&words);
}

/* What is said of it, and not of an object that the agent loads itself. */
static bool settings_fit(const struct object_ini *ini)
{
	for (size_t i = 0; i < ini->setting_count; i++) {
		uint8_t key = ini->settings[i].key;

		if (key != SETTING_OUTPUT && key != SETTING_MOMENT && key != SETTING_MODULE)
			return false;
	}
	return true;
}

int loader_files_object(const struct loader_request *request, struct object_list *list, struct error *err)
{
	cleanup_file_closure struct file_closure s = {0};
	cleanup_buf struct buf name = {0};
	struct object *o;
	int rc = loader_files_collect(request, &s, err);

	*list = (struct object_list){0};
	if (rc)
		return rc;
	text_add_line(&name, io_basename(request->program));
	list->at = xcalloc(1, sizeof(*list->at));
	list->count = 1;
	o = &list->at[0];
	*o = (struct object){.name = buf_steal(&name), .path = xstrdup(request->program), .bytes = s.pack};
	s.pack = (struct buf){0};
	o->invocation = invocation(request);
	o->ini_path = xasprintf("%s.ini", request->program);
	o->sha256 = sha256_bytes(o->bytes.data, o->bytes.len);
	rc = object_ini_read(o->ini_path, &o->ini, err);
	if (rc && rc != -ENOENT)
		return rc;
	error_clear(err);
	if (!settings_fit(&o->ini))
		return error_usage(
		        err,
		        "%s: settings of maps, variables and programs are for objects that corematrix loads; %s loads its own",
		        o->ini_path, o->name);
	set_all(o, request, &s);
	carried_find(o);
	return 0;
}
