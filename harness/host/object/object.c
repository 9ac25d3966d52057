/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/object/object.h"

#include <errno.h>
#include <libgen.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/elf_file.h"
#include "base/io.h"
#include "host/lib/sha256.h"
#include "host/lib/strings.h"
#include "host/lib/text.h"
#include "host/object/embedded.h"
#include "host/object/event_types.h"
#include "host/object/object_builds.h"
#include "host/object/object_modules.h"
#include "host/object/object_paths.h"
#include "host/object/variant_section.h"

/* A tool that carries objects is larger than any of them, and is only searched, never handed on. */
#define FILE_MAX_BYTES (512u << 20)

/* What a file is, told by its ELF header. */
static int check_header(const struct buf *bytes, const char *path, bool *is_object, struct error *err)
{
	struct elf_file f;

	if (!elf_file_open(&f, bytes->data, bytes->len))
		return error_usage(err, "%s: is not an ELF file; give an object that clang compiled with -target bpf",
		                   path);
	*is_object = elf_file_is_64le(&f) && f.header.e_machine == EM_BPF;
	if (f.header.e_ident[EI_DATA] != ELFDATA2LSB)
		return error_usage(
		        err,
		        "%s: is big-endian; the kernels of the matrix are little-endian: compile with clang -target bpfel",
		        path);
	if (*is_object && f.header.e_type != ET_REL)
		return error_usage(err, "%s: is not a relocatable object (ELF type %u)", path, f.header.e_type);
	if (*is_object && bytes->len > OBJECT_ALONE_MAX_BYTES)
		return error_usage(err, "%s: is larger than %u MiB, the most that a guest takes of one object", path,
		                   OBJECT_ALONE_MAX_BYTES >> 20);
	return 0;
}

/* "dir/a.bpf.o" -> "a"; the ending that is not .bpf.o or .o stays. */
static char *stem(const char *path)
{
	const char *base = io_basename(path);
	size_t len = strlen(base);

	if (len > 6 && !strcmp(base + len - 6, ".bpf.o"))
		len -= 6;
	else if (len > 2 && !strcmp(base + len - 2, ".o"))
		len -= 2;
	return xstrndup(base, len);
}

static bool name_taken(const struct object_list *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++)
		if (!strcmp(list->at[i].name, name))
			return true;
	return false;
}

/* Names go into files, tables and results: one line of valid UTF-8, and no two alike. */
static char *unique_name(const struct object_list *list, const char *wanted)
{
	cleanup_buf struct buf base = {0};
	char *name;

	text_add_line(&base, wanted);
	name = xstrdup(buf_str(&base));
	for (unsigned n = 2; name_taken(list, name); n++) {
		free(name);
		name = xasprintf("%s-%u", buf_str(&base), n);
	}
	return name;
}

/* The path that an ini names, seen from where the ini is. The caller's. */
static char *beside_ini(const char *ini_path, const char *path)
{
	int dir = (int)(io_basename(ini_path) - ini_path);

	return *path == '/' ? xstrdup(path) : xasprintf("%.*s%s", dir, ini_path, path);
}

static int types_read(struct object *o, struct error *err)
{
	cleanup_free char *path = o->ini.types ? beside_ini(o->ini_path, o->ini.types) : NULL;

	if (!path)
		return 0;
	if (event_types_read(path, *o->ini.event ? o->ini.event : "event", &o->types, err))
		return error_prefix(err, "%s: types: ", o->ini_path);
	return 0;
}

int object_read_ini(struct object *o, const char *path, struct error *err)
{
	int rc;

	object_ini_free(&o->ini);
	rc = object_ini_read(path, &o->ini, err);
	if (rc)
		return rc;
	free(o->ini_path);
	o->ini_path = xstrdup(path);
	return types_read(o, err);
}

bool object_is_label(const char *text)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

	return *text && *text != '.' && strlen(text) <= OBJECT_LABEL_MAX && !text[strspn(text, letters)];
}

/* Add the object in `bytes`, which becomes its own; `name` is what its name and its ini's start from. */
static int add_object(struct object_list *list, const char *path, const char *name, struct buf *bytes,
                      struct error *err)
{
	struct object *o;
	int rc;

	list->at = xrealloc(list->at, list->count + 1, sizeof(*list->at));
	o = &list->at[list->count];
	*o = (struct object){.name = unique_name(list, name), .path = xstrdup(path), .bytes = *bytes};
	list->count++;
	*bytes = (struct buf){0};
	o->ini_path = xasprintf("%.*s%s.ini", (int)(io_basename(path) - path), path, name);
	o->sha256 = sha256_bytes(o->bytes.data, o->bytes.len);
	object_modules_find(o->bytes.data, o->bytes.len, &o->modules);
	rc = object_ini_read(o->ini_path, &o->ini, err);
	if (rc == -ENOENT) {
		error_clear(err);
		return 0;
	}
	return rc ? rc : types_read(o, err);
}

/* The objects that a tool carries: a single one goes by the tool's name, several by TOOL.SOURCE where they tell it. */
static int add_embedded(struct object_list *list, const char *path, const struct buf *file, struct error *err)
{
	cleanup_embedded_list struct embedded_list found = {0};
	cleanup_free char *base = stem(path);
	int rc = embedded_find(file->data, file->len, path, &found, err);
	struct elf_file f;

	if (!rc && !found.count && elf_file_open(&f, file->data, file->len))
		return error_usage(
		        err,
		        "%s: is an ELF file for machine %u that carries no BPF object; give an object that clang compiled with -target bpf, or a tool with a libbpf skeleton in it",
		        path, f.header.e_machine);
	for (size_t i = 0; !rc && i < found.count; i++) {
		const struct embedded *e = &found.at[i];
		cleanup_free char *name = NULL;
		struct buf bytes = {0};

		if (e->size > OBJECT_ALONE_MAX_BYTES)
			return error_usage(err, "%s: the object in it at byte %zu is larger than %u MiB", path,
			                   e->offset, OBJECT_ALONE_MAX_BYTES >> 20);
		buf_add(&bytes, file->data + e->offset, e->size);
		name = found.count > 1 && *e->source ? xasprintf("%s.%s", base, e->source) : xstrdup(base);
		rc = add_object(list, path, name, &bytes, err);
		list->at[list->count - 1].embedded = true;
	}
	return rc;
}

static int read_one(const char *path, struct object_list *list, struct error *err)
{
	cleanup_buf struct buf bytes = {0};
	cleanup_free char *name = stem(path);
	bool is_object = false;
	int rc;

	if (io_read_file(path, FILE_MAX_BYTES, &bytes, err)) {
		err->status = EXIT_USAGE;
		return -err->code;
	}
	rc = check_header(&bytes, path, &is_object, err);
	if (rc)
		return rc;
	if (!is_object)
		return add_embedded(list, path, &bytes, err);
	rc = add_object(list, path, name, &bytes, err);
	return rc ? rc : object_arch_read(path, list->at[list->count - 1].files, err);
}

int object_list_read(char *const *paths, size_t count, struct object_list *list, struct error *err)
{
	cleanup_strings struct strings files = {0};
	int rc;

	*list = (struct object_list){0};
	if (!count)
		return error_usage(err, "no object was given; name at least one .bpf.o (see `corematrix run --help`)");
	rc = object_paths_expand(paths, count, &files, err);
	for (size_t i = 0; !rc && i < files.count; i++)
		rc = read_one(files.at[i], list, err);
	return rc;
}

/* Where the copy of the ini looks for them. */
static int types_unpack(const struct object *o, const char *ini_path, struct error *err)
{
	cleanup_free char *path = beside_ini(ini_path, o->ini.types), *dir = xstrdup(path);
	int rc = io_make_dirs(dirname(dir), err);

	return rc ? rc : io_replace_file(path, o->types.data, o->types.len, err);
}

static int unpack_one(struct object *o, const char *objects, struct error *err)
{
	const char *name = o->guest_name ? o->guest_name : o->name;
	cleanup_free char *dir = o->build ? xasprintf("%s/%s", objects, o->build) : xstrdup(objects);
	cleanup_free char *path = xasprintf("%s/%s.bpf.o", dir, name);
	cleanup_free char *ini_path = xasprintf("%s/%s.ini", dir, name);
	cleanup_buf struct buf ini = {0};
	int rc = io_make_dirs(dir, err);

	rc = rc ? rc : io_replace_file(path, o->bytes.data, o->bytes.len, err);
	rc = rc ? rc : object_arch_write(o->files, dir, name, err);
	if (!rc && !io_read_file(o->ini_path, FILE_MAX_BYTES, &ini, NULL))
		rc = io_replace_file(ini_path, buf_str(&ini), ini.len, err);
	if (!rc && o->ini.types && *o->ini.types != '/')
		rc = types_unpack(o, ini_path, err);
	if (rc)
		return rc;
	free(o->path);
	o->path = steal_ptr(path);
	return 0;
}

int object_list_unpack(struct object_list *list, const char *dir, struct error *err)
{
	cleanup_free char *objects = xasprintf("%s/objects", dir);
	int rc = 0;

	for (size_t i = 0; !rc && i < list->count; i++) {
		if (list->at[i].embedded || list->at[i].adopted)
			rc = unpack_one(&list->at[i], objects, err);
	}
	return rc;
}

void object_list_modules(const struct object_list *list, struct strings *names)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct object *o = &list->at[i];

		for (size_t k = 0; k < o->ini.setting_count; k++)
			if (o->ini.settings[k].key == SETTING_MODULE)
				strings_add_once(names, o->ini.settings[k].value);
		for (size_t k = 0; k < o->modules.count; k++)
			strings_add_once(names, o->modules.at[k]);
		for (size_t a = 0; a < ARCH_MAX; a++)
			for (size_t k = 0; o->files[a] && k < o->files[a]->modules.count; k++)
				strings_add_once(names, o->files[a]->modules.at[k]);
	}
}

/* The name of the section stands in the strings of its BTF. */
bool object_wants_config(const struct object *object, const struct arch *arch)
{
	static const char name[] = ".kconfig";
	const struct buf *bytes = object_given(object, arch).bytes;

	return bytes->len && memmem(bytes->data, bytes->len, name, sizeof(name));
}

void object_list_mark(struct object_list *list, const char *suffix)
{
	for (size_t i = 0; i < list->count; i++) {
		struct object *o = &list->at[i];

		cleanup_free char *name = o->name;

		if (!o->guest_name)
			o->guest_name = xstrdup(name);
		o->name = xasprintf("%s@%s", name, suffix);
	}
}

char *object_words(const struct object *o)
{
	cleanup_free char *build = o->build ? xasprintf("%s=%s", o->build, o->path) : NULL;
	cleanup_free char *quoted = shell_quote(build ? build : o->path);
	cleanup_free char *path = o->invocation ? xstrdup(o->invocation)
	                          : build       ? xasprintf(OBJECT_BUILDS_OPTION " %s", quoted)
	                                        : steal_ptr(quoted);

	if (!o->varied)
		return steal_ptr(path);
	return xasprintf("--variant %s %s", o->ini.variant ? o->ini.variant : VARIANT_PLAIN, path);
}

struct job_object object_to_job(const struct object *o, const struct arch *arch)
{
	struct object_given given = object_given(o, arch);
	struct job_object job = {.name = xstrdup(o->guest_name ? o->guest_name : o->name),
	                         .size = (uint32_t)given.bytes->len};

	job.bytes = xcalloc(1, given.bytes->len);
	memcpy(job.bytes, given.bytes->data, given.bytes->len);
	job.types_size = (uint32_t)o->types.len;
	job.types = xcalloc(1, o->types.len + 1);
	if (o->types.len)
		memcpy(job.types, o->types.data, o->types.len);
	if (*o->ini.event)
		job_object_set(&job, SETTING_EVENT, "", o->ini.event);
	job_object_set(&job, SETTING_SOURCE, "", event_source_name(o->ini.source));
	for (unsigned g = 0; g < WORKLOAD_GROUP_COUNT; g++)
		if (o->ini.workloads & WORKLOAD_BIT(g))
			job_object_set(&job, SETTING_WORKLOAD, "", workload_group_name((enum workload_group)g));
	for (size_t i = 0; i < o->ini.setting_count; i++)
		job_object_set(&job, (enum setting_key)o->ini.settings[i].key, o->ini.settings[i].name,
		               o->ini.settings[i].value);
	for (size_t i = 0; i < given.modules->count; i++)
		job_object_set(&job, SETTING_MODULE, "", given.modules->at[i]);
	return job;
}

static void object_free(struct object *o)
{
	free(o->name);
	free(o->guest_name);
	free(o->path);
	free(o->invocation);
	free(o->build);
	free(o->ini_path);
	free(o->sha256);
	buf_free(&o->bytes);
	buf_free(&o->types);
	object_arch_free(o->files);
	object_ini_free(&o->ini);
	strings_free(&o->modules);
	if (o->carried)
		object_list_free(o->carried);
	free(o->carried);
	strings_free(&o->user_files);
}

void object_list_keep(struct object_list *list, const bool *keep)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->count; i++) {
		if (keep[i])
			list->at[kept++] = list->at[i];
		else
			object_free(&list->at[i]);
	}
	list->count = kept;
}

void object_list_free(struct object_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		object_free(&list->at[i]);
	free(list->at);
	*list = (struct object_list){0};
}
