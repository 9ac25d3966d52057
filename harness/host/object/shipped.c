/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/object/shipped.h"

#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/elf_file.h"
#include "base/io.h"
#include "wire/user_target.h"

/* caller_image.S */
extern const char caller_image_start[], caller_image_end[];

#define SHELL_PATH "/usr/bin/" SHELL_NAME
/* What a shell is given to do, by a user whom it takes for one at a terminal. */
#define SHELL_INPUT "echo corematrix\n"
static const char *const shell_command[] = {SHELL_PATH, "--norc", "--noprofile", "-i"};

/* ---- what objects are for ---- */

static void take_target(struct object *o, const char *section, const char *to)
{
	cleanup_user_target struct user_target t = {0};

	if (user_target_read(section, to, &t) && t.home != HOME_SELF)
		strings_add_once(&o->user_files, t.binary);
}

static void take_sections(struct object *o)
{
	Elf64_Shdr names, section;
	struct elf_file f;

	if (!elf_file_open(&f, o->bytes.data, o->bytes.len) || !elf_file_is_64le(&f) ||
	    !elf_file_section(&f, f.names, &names))
		return;
	for (uint64_t i = 0; i < f.section_count && elf_file_section(&f, i, &section); i++) {
		const char *name =
		        section.sh_type == SHT_PROGBITS ? elf_file_string(&f, &names, section.sh_name) : NULL;

		if (name)
			take_target(o, name, NULL);
	}
}

/* Only probes in user space have a colon in what they are attached to, and the binary always comes first. */
static void take_settings(struct object *o)
{
	for (size_t i = 0; i < o->ini.setting_count; i++) {
		const struct job_setting *s = &o->ini.settings[i];

		if (s->key == SETTING_PROGRAM_ATTACH_TO && strchr(s->value, ':'))
			take_target(o, "uprobe", s->value);
	}
}

static bool has_setting(const struct object *o, enum setting_key key)
{
	for (size_t i = 0; i < o->ini.setting_count; i++)
		if (o->ini.settings[i].key == key)
			return true;
	return false;
}

static bool wants_library(const struct object *o)
{
	return o->ini.workloads & WORKLOAD_BIT(WORKLOAD_LIBRARY);
}

bool shipped_fits(const struct arch *arch)
{
	return arch == arch_default();
}

bool shipped_is_for(const struct object *o)
{
	return o->user_files.count || wants_library(o) || has_setting(o, SETTING_COMMAND);
}

static enum user_home home_of(const char *binary)
{
	cleanup_free char *section = xasprintf("uprobe/%s:", binary);
	cleanup_user_target struct user_target t = {0};

	return user_target_read(section, NULL, &t) ? t.home : HOME_OTHER;
}

static bool is_for(const struct object *o, enum user_home home)
{
	for (size_t i = 0; i < o->user_files.count; i++)
		if (home_of(o->user_files.at[i]) == home)
			return true;
	return home == HOME_LIBC && wants_library(o);
}

/* ---- the command that an object's programs see ---- */

static void set(struct object *o, enum setting_key key, const char *value)
{
	struct object_ini *ini = &o->ini;

	ini->settings = xrealloc(ini->settings, ini->setting_count + 1, sizeof(*ini->settings));
	ini->settings[ini->setting_count++] =
	        (struct job_setting){.key = (uint8_t)key, .name = xstrdup(""), .value = xstrdup(value)};
}

/* The path of a program in the guest that the object is for; NULL: there is none, or it is a library. */
static const char *program_of(const struct object *o, const struct file_closure *c)
{
	for (size_t i = 0; i < o->user_files.count; i++)
		for (size_t k = 0; k < c->files.count; k++)
			if (!strcmp(io_basename(o->user_files.at[i]), io_basename(c->files.at[k])) &&
			    !strstr(io_basename(c->files.at[k]), ".so"))
				return c->files.at[k];
	return NULL;
}

static void command_choose(struct object *o, const struct file_closure *c)
{
	const char *program = has_setting(o, SETTING_COMMAND) ? NULL : program_of(o, c);

	if (!program)
		return;
	set(o, SETTING_COMMAND, program);
	if (strcmp(io_basename(program), SHELL_NAME) != 0)
		return;
	for (size_t i = 1; i < sizeof(shell_command) / sizeof(shell_command[0]); i++)
		set(o, SETTING_COMMAND, shell_command[i]);
	if (!has_setting(o, SETTING_COMMAND_INPUT))
		set(o, SETTING_COMMAND_INPUT, SHELL_INPUT);
}

static void libraries_tell(struct object *o, const struct file_closure *c)
{
	cleanup_buf struct buf path = {0};

	for (size_t i = 0; i < c->searched.count; i++)
		buf_printf(&path, "%s%s", i ? ":" : "", c->searched.at[i]);
	if (path.len && has_setting(o, SETTING_COMMAND))
		set(o, SETTING_COMMAND_LIBRARIES, buf_str(&path));
}

/* ---- files ---- */

int shipped_add(struct file_closure *c, const char *named, struct error *err)
{
	const char *equals = strstr(named, "=/");
	cleanup_free char *path = equals ? xstrndup(named, (size_t)(equals - named)) : xstrdup(named);

	return file_closure_file(c, path, equals ? equals + 1 : NULL, err);
}

static int add_caller(struct file_closure *c, struct error *err)
{
	cleanup_buf struct buf bytes = {0};

	buf_add(&bytes, caller_image_start, (size_t)(caller_image_end - caller_image_start));
	return file_closure_bytes(c, CALLER_PATH, "the program that calls libc", &bytes, 0755, err);
}

static bool some_are_for(const struct object_list *objects, enum user_home home)
{
	for (size_t i = 0; i < objects->count; i++)
		if (is_for(&objects->at[i], home))
			return true;
	return false;
}

static bool is_shipped(const struct file_closure *c, const char *base)
{
	for (size_t i = 0; i < c->files.count; i++)
		if (!strcmp(io_basename(c->files.at[i]), base))
			return true;
	return false;
}

static int add_all(struct file_closure *c, const struct object_list *objects, const struct strings *named,
                   struct error *err)
{
	cleanup_free char *shell = xasprintf("%s" SHELL_PATH, c->sysroot.path ? c->sysroot.path : "");
	int rc = 0;

	for (size_t i = 0; i < named->count && !rc; i++)
		rc = shipped_add(c, named->at[i], err);
	/* one that is not installed is told in the guest, to whom it matters */
	if (!rc && some_are_for(objects, HOME_SHELL) && !is_shipped(c, SHELL_NAME) && !access(shell, R_OK))
		rc = file_closure_file(c, shell, SHELL_PATH, err);
	if (!rc && some_are_for(objects, HOME_LIBC))
		rc = add_caller(c, err);
	return rc ? rc : file_closure_finish(c, err);
}

int shipped_collect(const struct arch *arch, const char *sysroot, struct object_list *objects,
                    const struct strings *named, struct buf *pack, struct error *err)
{
	cleanup_file_closure struct file_closure c = {0};
	int rc = file_closure_open(&c, arch, sysroot, NULL, err);

	for (size_t i = 0; i < objects->count; i++) {
		take_sections(&objects->at[i]);
		take_settings(&objects->at[i]);
	}
	rc = rc ? rc : add_all(&c, objects, named, err);
	for (size_t i = 0; i < objects->count && !rc; i++) {
		command_choose(&objects->at[i], &c);
		libraries_tell(&objects->at[i], &c);
	}
	*pack = c.pack;
	c.pack = (struct buf){0};
	return rc;
}
