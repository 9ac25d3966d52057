/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/cmd/cmd_min_btf.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/log.h"
#include "host/cmd/command.h"
#include "host/kernels/kernel_list.h"
#include "host/object/object.h"
#include "host/predict/min_btf.h"
#include "host/store/btf_source.h"
#include "host/store/store.h"

enum { OPTION_BTF = 256 };

struct min_btf_options {
	struct command_options common;
	const char *btf; /* types from elsewhere instead of the list's kernels; NULL: none */
};

static const struct argp_option option_table[] = {
        COMMAND_ROW_LIST,
        COMMAND_ROW_KERNEL,
        COMMAND_ROW_IMAGES,
        {"btf", OPTION_BTF, "PATH", 0,
         "types from elsewhere instead: a .btf file, a directory of them, a vmlinux, a .btf.tar.xz", 0},
        {"output", 'o', "PATH", 0, "the file to write; for several kernels a directory, in which each gets RELEASE.btf",
         0},
        {0},
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct min_btf_options *o = state->input;

	switch (key) {
	case OPTION_BTF:
		o->btf = arg;
		return 0;
	default:
		return command_option(key, arg, state, &o->common);
	}
}

static const struct argp argp = {
        .options = option_table,
        .parser = parse_option,
        .args_doc = "OBJECT...",
        .doc = "Write the smallest BTF with which the objects are relocated as they are with each kernel's own: what to ship for kernels that have none (btf_custom_path).",
};

static bool is_directory(const char *path)
{
	struct stat st;

	return (*path && path[strlen(path) - 1] == '/') || (!stat(path, &st) && S_ISDIR(st.st_mode));
}

static int write_one(const struct min_btf_options *o, const struct object_list *objects, const struct arch *arch,
                     const char *release, const char *btf, bool in_directory, struct error *err)
{
	cleanup_min_btf struct min_btf m = {0};
	cleanup_free char *path =
	        in_directory ? xasprintf("%s/%s.btf", o->common.output, release) : xstrdup(o->common.output);
	int rc = min_btf_make(objects, arch, btf, &m, err);

	rc = rc ? rc : io_replace_file(path, m.raw.data, m.raw.len, err);
	if (rc)
		return rc;
	printf("%s: %u of the %u types of %s, %zu bytes\n", path, m.types, m.of_types, release, m.raw.len);
	if (m.has_ids)
		log_warn(
		        "%s: an object asks for the number of a kernel's type (bpf_core_type_id_kernel), which is a different one in this BTF",
		        path);
	return 0;
}

/* Where the types come from, one per file to write: kernels of the store, and files. */
struct sources {
	struct kernel_list list, types;
	struct store_kernel *kernels;
	size_t kernel_count;
	struct btf_source_list files;
};

static void sources_free(struct sources *s)
{
	store_kernels_free(s->kernels, s->kernel_count);
	kernel_list_free(&s->types);
	kernel_list_free(&s->list);
	btf_source_list_free(&s->files);
}

static int find_sources(const struct min_btf_options *o, struct sources *s, struct error *err)
{
	const struct store_options store = {.dir = o->common.images};
	int rc;

	if (o->btf)
		return btf_source_add(&s->files, o->btf, err);
	rc = store_list_open(&store, o->common.list_path, o->common.globs.at, o->common.globs.count, &s->list,
	                     &s->types, err);
	for (size_t i = 0; i < s->types.count; i++)
		btf_source_list_add(&s->files, s->types.rows[i].id, s->types.rows[i].spec);
	if (rc || !s->list.count)
		return rc;
	return store_prepare(&store, &s->list, &s->kernels, &s->kernel_count, err);
}

static int write_all(const struct min_btf_options *o, const struct object_list *objects, const struct sources *s,
                     struct error *err)
{
	bool in_directory = is_directory(o->common.output) || s->kernel_count + s->files.count > 1;
	int rc = in_directory ? io_make_dirs(o->common.output, err) : 0;

	for (size_t i = 0; i < s->kernel_count && !rc; i++) {
		const struct store_kernel *k = &s->kernels[i];

		if (k->skipped)
			continue;
		if (!*k->btf)
			return error_usage(err,
			                   "%s:%u: %s: the kernel has no BTF to take types from; give them with --btf",
			                   s->list.path, k->line, k->id);
		rc = write_one(o, objects, k->arch, k->release, k->btf, in_directory, err);
	}
	for (size_t i = 0; i < s->files.count && !rc; i++)
		rc = write_one(o, objects, NULL, s->files.at[i].id, s->files.at[i].path, in_directory, err);
	return rc;
}

static int min_btf(const struct min_btf_options *o, struct error *err)
{
	cleanup_object_list struct object_list objects = {0};
	struct sources s __attribute__((cleanup(sources_free))) = {0};
	int rc;

	if (!o->common.output)
		return error_usage(err, "min-btf: -o FILE is missing; say where to write the BTF");
	if (o->btf && o->common.globs.count)
		return error_usage(err, "--btf takes the types from a file, --kernel from the store; give one of them");
	rc = object_list_read(o->common.args, o->common.arg_count, &objects, err);
	rc = rc ? rc : find_sources(o, &s, err);
	return rc ? rc : write_all(o, &objects, &s, err);
}

int cmd_min_btf(int argc, char **argv)
{
	struct min_btf_options o = {.common = {COMMAND_DEFAULTS}};
	cleanup_error struct error err = {0};
	int status = EXIT_AS_EXPECTED;

	if (command_parse(&argp, 0, argc, argv, &o))
		return EXIT_USAGE;
	if (min_btf(&o, &err))
		status = command_fail(&err);
	strings_free(&o.common.globs);
	return status;
}
