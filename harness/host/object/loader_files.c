/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/object/loader_files.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "host/lib/sha256.h"
#include "host/lib/text.h"
#include "host/object/carried.h"
#include "host/object/elf_needs.h"
#include "host/object/library_path.h"
#include "wire/loader_pack.h"

#define CONF "/etc/ld.so.conf"
#define NO_PARENT SIZE_MAX

/* A file with an ELF inside, in the order found; index 0 is the program. */
struct member {
	struct elf_needs needs;
	char *origin;  /* directory it is in, what $ORIGIN stands for */
	size_t parent; /* the member that needs it, NO_PARENT: none */
};

struct collector {
	const struct arch *arch;
	struct loader_files *out;
	char *directory; /* the working directory */
	struct member *members;
	size_t member_count;
	struct strings known;      /* names of libraries that are there already */
	struct strings configured; /* directories of ld.so.conf and the standard ones */
};

static bool is_in(const struct strings *list, const char *text)
{
	for (size_t i = 0; i < list->count; i++)
		if (!strcmp(list->at[i], text))
			return true;
	return false;
}

static void add_once(struct strings *list, const char *text)
{
	if (!is_in(list, text))
		strings_add(list, text);
}

static char *directory_of(const char *path)
{
	size_t len = (size_t)(io_basename(path) - path);

	return len > 1 ? xstrndup(path, len - 1) : xstrdup("/");
}

/* ---- files ---- */

static int read_file(const char *path, struct buf *bytes, mode_t *mode, struct error *err)
{
	struct stat st;

	if (stat(path, &st))
		return error_usage(err, "%s: %s", path, strerror(errno));
	if (S_ISDIR(st.st_mode))
		return error_usage(err, "%s: is a directory; name a file", path);
	if (!S_ISREG(st.st_mode))
		return error_usage(err, "%s: is not a regular file", path);
	if (io_read_file(path, OBJECT_MAX_BYTES, bytes, err)) {
		err->status = EXIT_USAGE;
		return -err->code;
	}
	*mode = st.st_mode & 0777;
	return 0;
}

/* Take the file along, and note what it needs when it is an ELF file that can need something. */
static int add_file(struct collector *c, const char *path, const struct buf *bytes, mode_t mode, size_t parent,
                    struct error *err)
{
	struct loader_pack_file file = {
	        .path = (char *)(uintptr_t)path, .mode = mode, .bytes = bytes->data, .size = (uint32_t)bytes->len};
	struct member *m;

	if (is_in(&c->out->files, path))
		return 0;
	strings_add(&c->out->files, path);
	loader_pack_add(&c->out->pack, &file);
	if (c->out->pack.len > OBJECT_MAX_BYTES)
		return error_usage(
		        err,
		        "%s: with it, the %zu files that the program needs are larger than %u MiB, the most that a guest takes; strip them, or ship fewer",
		        path, c->out->files.count, OBJECT_MAX_BYTES >> 20);
	if (!elf_needs_fits(c->arch, bytes->data, bytes->len))
		return 0;
	c->members = xrealloc(c->members, c->member_count + 1, sizeof(*c->members));
	m = &c->members[c->member_count++];
	*m = (struct member){.origin = directory_of(path), .parent = parent};
	if (elf_needs_read(c->arch, bytes->data, bytes->len, &m->needs, err))
		return error_prefix(err, "%s: ", path);
	strings_add(&c->known, io_basename(path));
	if (m->needs.name)
		add_once(&c->known, m->needs.name);
	return 0;
}

/* ---- libraries ---- */

/* Whether the linker would take the file at `path`: it passes over those of another architecture. */
static int try_library(struct collector *c, const char *path, size_t parent, bool *taken, struct error *err)
{
	cleanup_buf struct buf bytes = {0};
	mode_t mode = 0;

	*taken = false;
	if (access(path, R_OK) || read_file(path, &bytes, &mode, NULL) ||
	    !elf_needs_fits(c->arch, bytes.data, bytes.len))
		return 0;
	*taken = true;
	return add_file(c, path, &bytes, mode, parent, err);
}

static int search(struct collector *c, const struct strings *directories, const char *name, size_t parent,
                  size_t *where, struct error *err)
{
	int rc = 0;

	for (size_t i = 0; i < directories->count && *where == SIZE_MAX && !rc; i++) {
		cleanup_free char *path = xasprintf("%s/%s", directories->at[i], name);
		bool taken;

		rc = try_library(c, path, parent, &taken, err);
		if (taken)
			*where = i;
	}
	return rc;
}

/* The directories that the files name, nearest first. A DT_RUNPATH counts for its own file and turns DT_RPATHs off. */
static void named_directories(const struct collector *c, size_t member, struct strings *out)
{
	const struct member *m = &c->members[member];

	if (m->needs.runpath) {
		library_path_split(m->needs.runpath, m->origin, c->directory, out);
		return;
	}
	for (size_t i = member; i != NO_PARENT; i = c->members[i].parent)
		if (c->members[i].needs.rpath && !c->members[i].needs.runpath)
			library_path_split(c->members[i].needs.rpath, c->members[i].origin, c->directory, out);
}

static int find_library(struct collector *c, size_t member, const char *name, struct error *err)
{
	const char *user =
	        io_basename(c->members[member].needs.name ? c->members[member].needs.name : c->out->files.at[0]);
	cleanup_strings struct strings named = {0};
	cleanup_free char *said = xstrdup(user);
	size_t where = SIZE_MAX;
	bool taken = false;
	int rc;

	if (strchr(name, '/')) {
		cleanup_free char *path = *name == '/' ? xstrdup(name) : xasprintf("%s/%s", c->directory, name);

		rc = try_library(c, path, member, &taken, err);
		if (!rc && !taken)
			return error_usage(err, "%s: needs %s, which does not exist; install it", said, name);
		return rc;
	}
	named_directories(c, member, &named);
	rc = search(c, &named, name, member, &where, err);
	if (rc || where != SIZE_MAX)
		return rc;
	rc = search(c, &c->configured, name, member, &where, err);
	if (!rc && where == SIZE_MAX)
		return error_usage(
		        err,
		        "%s: needs the library %s, which is in none of the directories that the dynamic linker looks in; install its package, or link statically",
		        said, name);
	/* The guest has no cache of the linker's: it is told where this one was. */
	if (!rc)
		add_once(&c->out->searched, c->configured.at[where]);
	return rc;
}

static int find_libraries(struct collector *c, struct error *err)
{
	int rc = 0;

	for (size_t m = 0; m < c->member_count && !rc; m++) {
		for (size_t i = 0; i < c->members[m].needs.needed.count && !rc; i++) {
			/* A copy: what is found makes the list of members move. */
			cleanup_free char *name = xstrdup(c->members[m].needs.needed.at[i]);

			if (!is_in(&c->known, name))
				rc = find_library(c, m, name, err);
		}
	}
	return rc;
}

/* ---- the program ---- */

static int add_interpreter(struct collector *c, const char *program, struct error *err)
{
	const char *path = c->members[0].needs.interpreter;
	cleanup_buf struct buf bytes = {0};
	cleanup_free char *copy = NULL;
	mode_t mode = 0;

	if (!path)
		return 0;
	copy = xstrdup(path);
	if (*copy != '/' || access(copy, R_OK) || read_file(copy, &bytes, &mode, NULL))
		return error_usage(
		        err,
		        "%s: needs the interpreter %s, which does not exist; install its package, or link statically",
		        program, copy);
	/* musl's is its C library as well. */
	if (!strncmp(io_basename(copy), "ld-musl", 7))
		strings_add(&c->known, "libc.so");
	return add_file(c, copy, &bytes, mode, 0, err);
}

static int add_program(struct collector *c, const char *program, struct error *err)
{
	cleanup_free char *path = realpath(program, NULL);
	cleanup_buf struct buf bytes = {0};
	cleanup_elf_needs struct elf_needs needs = {0};
	mode_t mode = 0;
	int rc;

	if (!path)
		return error_usage(err, "%s: %s; give the path of the program that loads the object", program,
		                   strerror(errno));
	rc = read_file(path, &bytes, &mode, err);
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
	c->out->program = xstrdup(path);
	rc = add_file(c, path, &bytes, mode, NO_PARENT, err);
	return rc ? rc : add_interpreter(c, program, err);
}

static int add_extra(struct collector *c, const char *name, struct error *err)
{
	cleanup_free char *path = *name == '/' ? xstrdup(name) : xasprintf("%s/%s", c->directory, name);
	cleanup_buf struct buf bytes = {0};
	mode_t mode = 0;
	int rc = read_file(path, &bytes, &mode, err);

	return rc ? rc : add_file(c, path, &bytes, mode, NO_PARENT, err);
}

int loader_files_collect(const struct loader_request *request, struct loader_files *out, struct error *err)
{
	struct collector c = {.arch = request->arch, .out = out};
	int rc;

	*out = (struct loader_files){0};
	c.directory = getcwd(NULL, 0);
	if (!c.directory)
		return error_set(err, errno, "cannot find out the working directory: %s", strerror(errno));
	library_path_configured(request->conf ? request->conf : CONF, &c.configured);
	library_path_standard(c.arch, &c.configured);
	rc = add_program(&c, request->program, err);
	for (size_t i = 0; i < request->extra_count && !rc; i++)
		rc = add_extra(&c, request->extra[i], err);
	rc = rc ? rc : find_libraries(&c, err);
	for (size_t i = 0; i < c.member_count; i++) {
		elf_needs_free(&c.members[i].needs);
		free(c.members[i].origin);
	}
	free(c.members);
	free(c.directory);
	strings_free(&c.known);
	strings_free(&c.configured);
	return rc;
}

void loader_files_free(struct loader_files *s)
{
	free(s->program);
	strings_free(&s->files);
	strings_free(&s->searched);
	buf_free(&s->pack);
	*s = (struct loader_files){0};
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

static void set_all(struct object *o, const struct loader_request *request, const struct loader_files *s)
{
	cleanup_free char *seconds = xasprintf("%u", request->seconds);
	cleanup_free char *directory = getcwd(NULL, 0);

	set(o, SETTING_LOADER, "", s->program);
	set(o, SETTING_LOADER_ARGUMENT, "0", request->program);
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
	if (request->seconds)
		strings_addf(&words, "--loader-time=%u", request->seconds);
	if (request->argument_count)
		strings_add(&words, "--");
	for (size_t i = 0; i < request->argument_count; i++)
		strings_add(&words, request->arguments[i]);
	return strings_shell(&words);
}

int loader_files_object(const struct loader_request *request, struct object_list *list, struct error *err)
{
	cleanup_loader_files struct loader_files s = {0};
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
	if (o->ini.setting_count)
		return error_usage(
		        err,
		        "%s: settings of maps, variables and programs are for objects that corematrix loads; %s loads its own",
		        o->ini_path, o->name);
	set_all(o, request, &s);
	carried_find(o);
	return 0;
}
