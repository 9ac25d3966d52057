/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/object.h"

#include <elf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "host/sha256.h"

static int check_elf(const struct object *o, struct error *err)
{
	const Elf64_Ehdr *header = (const Elf64_Ehdr *)o->bytes.data;

	if (o->bytes.len < sizeof(*header) || memcmp(header->e_ident, ELFMAG, SELFMAG))
		return error_usage(err, "%s: is not an ELF file; give an object that clang compiled with -target bpf",
		                   o->path);
	if (header->e_ident[EI_DATA] != ELFDATA2LSB)
		return error_usage(err,
		                   "%s: is big-endian; the kernels of the matrix are little-endian: compile with "
		                   "clang -target bpfel",
		                   o->path);
	if (header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_machine != EM_BPF)
		return error_usage(
		        err, "%s: is an ELF file for machine %u, not for BPF (%u); compile with clang -target bpf",
		        o->path, header->e_machine, EM_BPF);
	if (header->e_type != ET_REL)
		return error_usage(err, "%s: is not a relocatable object (ELF type %u)", o->path, header->e_type);
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

static char *unique_name(const struct object_list *list, const char *path)
{
	char *base = stem(path), *name = xstrdup(base);

	for (unsigned n = 2; name_taken(list, name); n++) {
		free(name);
		name = xasprintf("%s-%u", base, n);
	}
	free(base);
	return name;
}

static int read_one(const char *path, struct object_list *list, struct error *err)
{
	cleanup_free char *base = stem(path);
	struct object *o;
	int rc;

	list->at = xrealloc(list->at, list->count + 1, sizeof(*list->at));
	o = &list->at[list->count];
	*o = (struct object){.name = unique_name(list, path), .path = xstrdup(path)};
	list->count++;
	o->ini_path = xasprintf("%.*s%s.ini", (int)(io_basename(path) - path), path, base);
	if (io_read_file(path, OBJECT_MAX_BYTES, &o->bytes, err)) {
		err->status = EXIT_USAGE;
		return -err->code;
	}
	rc = check_elf(o, err);
	if (rc)
		return rc;
	o->sha256 = sha256_bytes(o->bytes.data, o->bytes.len);
	rc = object_ini_read(o->ini_path, &o->ini, err);
	if (rc == -ENOENT) {
		error_clear(err);
		return 0;
	}
	return rc;
}

int object_list_read(char *const *paths, size_t count, struct object_list *list, struct error *err)
{
	*list = (struct object_list){0};
	if (!count)
		return error_usage(err, "no object was given; name at least one .bpf.o (see `corematrix run --help`)");
	for (size_t i = 0; i < count; i++) {
		int rc = read_one(paths[i], list, err);

		if (rc)
			return rc;
	}
	return 0;
}

struct job_object object_to_job(const struct object *o)
{
	struct job_object job = {.name = xstrdup(o->name), .size = (uint32_t)o->bytes.len};

	job.bytes = xcalloc(1, o->bytes.len);
	memcpy(job.bytes, o->bytes.data, o->bytes.len);
	if (*o->ini.event)
		job_object_set(&job, SETTING_EVENT, "", o->ini.event);
	job_object_set(&job, SETTING_SOURCE, "", event_source_name(o->ini.source));
	for (unsigned g = 0; g < WORKLOAD_GROUP_COUNT; g++)
		if (o->ini.workloads & 1u << g)
			job_object_set(&job, SETTING_WORKLOAD, "", workload_group_name((enum workload_group)g));
	return job;
}

void object_list_free(struct object_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		struct object *o = &list->at[i];

		free(o->name);
		free(o->path);
		free(o->ini_path);
		free(o->sha256);
		buf_free(&o->bytes);
		object_ini_free(&o->ini);
	}
	free(list->at);
	*list = (struct object_list){0};
}
