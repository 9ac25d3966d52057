/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/run/run_header.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "host/run/linked_libbpf.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/compiler.h"
#include "base/io.h"
#include "host/lib/sha256.h"
#include "host/lib/text.h"
#include "host/run/run_dir.h"

void run_header_fill(struct result *r, int argc, char **argv, const char *qemu, unsigned processors)
{
	cleanup_free char *now = run_dir_now();
	cleanup_free char *uname_text = NULL;
	struct utsname name;

	uname(&name);
	uname_text = xasprintf("%s %s %s", name.sysname, name.release, name.machine);
	text_set(&r->started, now);
	text_set(&r->host.uname, uname_text);
	text_set(&r->host.qemu, qemu);
	text_set(&r->host.corematrix, COREMATRIX_VERSION);
	text_set(&r->host.libbpf, linked_libbpf());
	text_set(&r->host.cc, COMPILER);
	r->host.cpus = processors;
	result_add_word(r, program_invocation_name);
	for (int i = 0; i < argc; i++)
		result_add_word(r, argv[i]);
}

/* build/vmlinux.h's build leaves beside the objects which kernel's types they were compiled against. */
static void note_build(struct result *r, const struct object *o)
{
	cleanup_free char *path = xasprintf("%.*sbuild.txt", (int)(io_basename(o->path) - o->path), o->path);
	cleanup_buf struct buf text = {0};
	char *line, *rest;

	if (io_read_file(path, 4096, &text, NULL))
		return;
	rest = text.data;
	while ((line = strsep(&rest, "\n"))) {
		if (!strncmp(line, "clang: ", 7))
			text_set(&r->host.clang, line + 7);
		if (!strncmp(line, "vmlinux.h: ", 11))
			text_set(&r->host.vmlinux_h, line + 11);
	}
}

static void note_ini(struct result_object *o, const char *path)
{
	cleanup_free char *sha256 = NULL;

	if (!access(path, F_OK) && !sha256_file(path, &sha256, NULL, NULL))
		text_set(&o->ini_sha256, sha256);
}

static void note_files(struct result_object *o, const struct object *from)
{
	const struct arch *arch;

	for (size_t i = 0; (arch = arch_at(i)); i++) {
		struct result_file *f = from->files[i] ? result_add_file(o) : NULL;

		if (!f)
			continue;
		text_set(&f->arch, arch->name);
		text_set(&f->path, from->files[i]->path);
		text_set(&f->sha256, from->files[i]->sha256);
	}
}

void run_header_objects(struct result *r, const struct object_list *objects)
{
	for (size_t i = 0; i < objects->count; i++) {
		struct result_object *o = result_add_object(r);

		text_set(&o->name, objects->at[i].name);
		text_set(&o->path, objects->at[i].path);
		text_set(&o->sha256, objects->at[i].sha256);
		note_files(o, &objects->at[i]);
		note_ini(o, objects->at[i].ini_path);
		text_set(&o->description, objects->at[i].ini.description);
		text_set(&o->mechanism, objects->at[i].ini.mechanism);
		o->control = objects->at[i].ini.control;
	}
	/* of several builds each has one of its own */
	if (!objects->at[0].build)
		note_build(r, &objects->at[0]);
}

static void add_circumstances(struct result_kernel *k, const struct circumstances *asked)
{
	for (int i = 0; i < CIRCUMSTANCE_COUNT; i++) {
		cleanup_free char *word = NULL;

		if (!asked->value[i])
			continue;
		word = circumstance_text((enum circumstance_key)i, asked->value[i]);
		text_set(&result_add_circumstance(k)->asked, word);
	}
}

void run_header_kernel(struct result_kernel *k, const struct kernel_row *row, const struct store_kernel *from)
{
	text_set(&k->id, from->id);
	k->line = from->line;
	text_set(&k->release, from->release);
	text_set(&k->flavour, kernel_row_flavour(row, from->release));
	text_set(&k->arch, from->arch ? from->arch->name : "");
	text_set(&k->package, from->package);
	text_set(&k->version, from->version);
	text_set(&k->image_sha256, from->image_sha256);
	text_set(&k->btf_sha256, from->btf_sha256);
	text_set(&k->directory, from->id);
	/* it is told again when a kernel has arrived */
	if (!k->circumstance_count)
		add_circumstances(k, &row->env);
}

void run_header_kernels(struct result *r, const struct kernel_list *list, const struct store_kernel *kernels)
{
	for (size_t i = 0; i < list->count; i++) {
		struct result_kernel *k = result_add_kernel(r);

		run_header_kernel(k, &list->rows[i], &kernels[i]);
		k->timing = (struct result_timing){-1, -1, -1, -1, -1, -1};
	}
}

void run_header_count(struct result *r)
{
	for (size_t i = 0; i < r->object_count; i++) {
		struct result_object *o = &r->objects[i];

		for (size_t j = 0; j < r->cell_count; j++) {
			const struct result_cell *c = &r->cells[j];

			if (strcmp(c->object, o->name))
				continue;
			if (c->program_count > o->programs)
				o->programs = (unsigned)c->program_count;
			if (c->relocation_count > o->relocations)
				o->relocations = (unsigned)c->relocation_count;
		}
	}
}
