/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/object/object_paths.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <glob.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/elf_file.h"
#include "base/text_end.h"
#include "host/object/object_arch.h"

static bool open_elf(const char *path, struct elf_file *f)
{
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	return fd >= 0 && elf_file_open_fd(f, fd);
}

static bool is_bpf_elf(const char *path)
{
	struct elf_file f;

	return open_elf(path, &f) && f.header.e_ident[EI_DATA] == ELFDATA2LSB && f.header.e_machine == EM_BPF;
}

static bool is_regular_file(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISREG(st.st_mode);
}

static bool is_directory(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

/* In a directory nobody chose each file, so what is not a BPF object is skipped unless its name says that it is one. */
static bool is_wanted(const char *path)
{
	if (!text_ends_with(path, ".o") || !is_regular_file(path) || object_arch_is_part(path))
		return false;
	return text_ends_with(path, ".bpf.o") || is_bpf_elf(path);
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static int add_directory(const char *dir, struct strings *paths, struct error *err)
{
	char *const roots[] = {(char *)dir, NULL};
	FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_NOSTAT, by_name);
	size_t before = paths->count;
	FTSENT *entry;
	int rc = 0;

	if (!walk)
		return error_set(err, errno, "%s: cannot read this directory: %s", dir, strerror(errno));
	while (!rc && (errno = 0, entry = fts_read(walk))) {
		if (entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR)
			rc = error_usage(err, "%s: cannot read this directory: %s", entry->fts_path,
			                 strerror(entry->fts_errno));
		else if (entry->fts_info != FTS_D && entry->fts_info != FTS_DP && is_wanted(entry->fts_path))
			strings_add(paths, entry->fts_path);
	}
	fts_close(walk);
	if (!rc && paths->count == before)
		return error_usage(err, "%s: neither a .bpf.o nor another BPF object is below this directory", dir);
	return rc;
}

static int add_path(const char *path, struct strings *paths, struct error *err)
{
	if (is_directory(path))
		return add_directory(path, paths, err);
	strings_add(paths, path);
	return 0;
}

/* A pattern over a directory means the objects there, not the ini files beside them; a tool that carries objects is one
 * too. */
static bool is_meant(const char *path)
{
	struct elf_file f;

	if (is_directory(path) || is_wanted(path))
		return true;
	return is_regular_file(path) && !object_arch_is_part(path) && open_elf(path, &f);
}

static int add_pattern(const char *pattern, struct strings *paths, struct error *err)
{
	glob_t found;
	size_t before = paths->count;
	int rc = glob(pattern, 0, NULL, &found);

	if (rc == GLOB_NOMATCH)
		return error_usage(err, "%s: no file matches this pattern", pattern);
	if (rc)
		return error_set(err, EIO, "%s: cannot expand this pattern", pattern);
	for (size_t i = 0; !rc && i < found.gl_pathc; i++)
		if (is_meant(found.gl_pathv[i]))
			rc = add_path(found.gl_pathv[i], paths, err);
	globfree(&found);
	if (!rc && paths->count == before)
		return error_usage(err, "%s: nothing that this pattern matches is a BPF object", pattern);
	return rc;
}

/* A shell that expands a pattern names an object's files for architectures beside it. One named alone is an object. */
static void drop_parts(struct strings *paths)
{
	struct strings kept = {0};

	for (size_t i = 0; i < paths->count; i++) {
		cleanup_free char *usual = object_arch_whole(paths->at[i]);

		if (!usual || !strings_has(paths, usual))
			strings_add(&kept, paths->at[i]);
	}
	strings_free(paths);
	*paths = kept;
}

int object_paths_expand(char *const *args, size_t count, struct strings *paths, struct error *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < count; i++) {
		if (strpbrk(args[i], "*?[") && access(args[i], F_OK))
			rc = add_pattern(args[i], paths, err);
		else
			rc = add_path(args[i], paths, err);
	}
	drop_parts(paths);
	return rc;
}
