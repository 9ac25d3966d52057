/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/object/file_closure.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "host/object/elf_needs.h"
#include "host/object/library_path.h"
#include "host/object/object.h"
#include "wire/loader_pack.h"

#define CONF "/etc/ld.so.conf"
#define NO_PARENT SIZE_MAX

struct closure_member {
	struct elf_needs needs;
	char *said;    /* in messages */
	char *origin;  /* directory it is in, what $ORIGIN stands for */
	bool outside;  /* of the other system: what it names by itself may stand beside it, on this one */
	size_t parent; /* the member that needs it, NO_PARENT: none */
};

static char *directory_of(const char *path)
{
	size_t len = (size_t)(io_basename(path) - path);

	return len > 1 ? xstrndup(path, len - 1) : xstrdup("/");
}

/* ---- files ---- */

static const struct sysroot this_system = {.fd = -1};

static int read_from(const struct sysroot *system, const char *path, struct buf *bytes, mode_t *mode, struct error *err)
{
	cleanup_close int fd = sysroot_file(system, path);
	struct stat st;
	int rc;

	if (fd < 0 || fstat(fd, &st))
		return error_usage(err, "%s: %s", path, strerror(fd < 0 ? -fd : errno));
	if (S_ISDIR(st.st_mode))
		return error_usage(err, "%s: is a directory; name a file", path);
	if (!S_ISREG(st.st_mode))
		return error_usage(err, "%s: is not a regular file", path);
	rc = io_read_fd(fd, OBJECT_MAX_BYTES, bytes);
	if (rc == -EFBIG)
		return error_usage(err, "%s: is larger than %u MiB, the most that a guest takes", path,
		                   OBJECT_MAX_BYTES >> 20);
	if (rc)
		return error_usage(err, "%s: %s", path, strerror(-rc));
	*mode = st.st_mode & 0777;
	return 0;
}

int file_closure_read(const char *path, struct buf *bytes, mode_t *mode, struct error *err)
{
	return read_from(&this_system, path, bytes, mode, err);
}

/* A file that is taken along. */
struct closure_file {
	const char *path; /* in the guest */
	const char *said;
	const struct buf *bytes;
	mode_t mode;
	size_t parent;
	bool outside;
};

/* Take it along, and note what it needs when it is an ELF file that can need something. */
static int add_file(struct file_closure *c, const struct closure_file *f, struct error *err)
{
	const char *path = f->path;
	const struct buf *bytes = f->bytes;
	struct loader_pack_file file = {
	        .path = (char *)(uintptr_t)path, .mode = f->mode, .bytes = bytes->data, .size = (uint32_t)bytes->len};
	struct closure_member *m;

	if (strings_has(&c->files, path))
		return 0;
	strings_add(&c->files, path);
	loader_pack_add(&c->pack, &file);
	if (c->pack.len > OBJECT_MAX_BYTES)
		return error_usage(
		        err,
		        "%s: with it, the %zu files that the program needs are larger than %u MiB, the most that a guest takes; strip them, or ship fewer",
		        path, c->files.count, OBJECT_MAX_BYTES >> 20);
	if (!elf_needs_fits(c->arch, bytes->data, bytes->len))
		return 0;
	c->members = xrealloc(c->members, c->member_count + 1, sizeof(*c->members));
	m = &c->members[c->member_count++];
	*m = (struct closure_member){
	        .said = xstrdup(f->said), .origin = directory_of(path), .parent = f->parent, .outside = f->outside};
	if (elf_needs_read(c->arch, bytes->data, bytes->len, &m->needs, err))
		return error_prefix(err, "%s: ", path);
	strings_add(&c->known, io_basename(path));
	if (m->needs.name)
		strings_add_once(&c->known, m->needs.name);
	return 0;
}

/* ---- libraries ---- */

/* Whether the linker would take the file at `path`: it passes over those of another architecture. */
static int try_system(struct file_closure *c, const struct sysroot *system, const char *path, size_t parent,
                      bool *taken, struct error *err)
{
	cleanup_buf struct buf bytes = {0};
	mode_t mode = 0;

	*taken = !read_from(system, path, &bytes, &mode, NULL) && elf_needs_fits(c->arch, bytes.data, bytes.len);
	return *taken ? add_file(c,
	                         &(const struct closure_file){path, io_basename(path), &bytes, mode, parent,
	                                                      system != &c->sysroot},
	                         err)
	              : 0;
}

/* `named` by a file, which may have it beside itself. */
static int try_library(struct file_closure *c, const char *path, size_t parent, bool named, bool *taken,
                       struct error *err)
{
	int rc = try_system(c, &c->sysroot, path, parent, taken, err);

	return rc || *taken || !named || !c->members[parent].outside
	               ? rc
	               : try_system(c, &this_system, path, parent, taken, err);
}

static int search(struct file_closure *c, const struct strings *directories, const char *name, size_t parent,
                  size_t *where, struct error *err)
{
	const bool named = directories != &c->configured;
	int rc = 0;

	for (size_t i = 0; i < directories->count && *where == SIZE_MAX && !rc; i++) {
		cleanup_free char *path = xasprintf("%s/%s", directories->at[i], name);
		bool taken;

		rc = try_library(c, path, parent, named, &taken, err);
		if (taken)
			*where = i;
	}
	return rc;
}

/* The directories that the files name, nearest first. A DT_RUNPATH counts for its own file and turns DT_RPATHs off. */
static void named_directories(const struct file_closure *c, size_t member, struct strings *out)
{
	const struct closure_member *m = &c->members[member];

	if (m->needs.runpath) {
		library_path_split(m->needs.runpath, m->origin, c->directory, out);
		return;
	}
	for (size_t i = member; i != NO_PARENT; i = c->members[i].parent)
		if (c->members[i].needs.rpath && !c->members[i].needs.runpath)
			library_path_split(c->members[i].needs.rpath, c->members[i].origin, c->directory, out);
}

static int find_library(struct file_closure *c, size_t member, const char *name, struct error *err)
{
	const struct closure_member *m = &c->members[member];
	cleanup_free char *said = xstrdup(io_basename(m->needs.name ? m->needs.name : m->said));
	cleanup_strings struct strings named = {0};
	size_t where = SIZE_MAX;
	bool taken = false;
	int rc;

	if (strchr(name, '/')) {
		cleanup_free char *path = *name == '/' ? xstrdup(name) : xasprintf("%s/%s", c->directory, name);

		rc = try_library(c, path, member, true, &taken, err);
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
		        "%s: needs the library %s, which is in none of the directories that the dynamic linker looks in%s%s; install its package%s, or link statically",
		        said, name, c->sysroot.path ? " below " : "", c->sysroot.path ? c->sysroot.path : "",
		        c->sysroot.path ? " there" : "");
	/* The guest has no cache of the linker's: it is told where this one was. */
	if (!rc)
		strings_add_once(&c->searched, c->configured.at[where]);
	return rc;
}

static int find_libraries(struct file_closure *c, size_t member, struct error *err)
{
	int rc = 0;

	for (size_t i = 0; i < c->members[member].needs.needed.count && !rc; i++) {
		/* A copy: what is found makes the list of members move. */
		cleanup_free char *name = xstrdup(c->members[member].needs.needed.at[i]);

		if (!strings_has(&c->known, name))
			rc = find_library(c, member, name, err);
	}
	return rc;
}

static int find_interpreter(struct file_closure *c, size_t member, struct error *err)
{
	const char *path = c->members[member].needs.interpreter;
	cleanup_buf struct buf bytes = {0};
	cleanup_free char *copy = NULL;
	mode_t mode = 0;

	if (!path)
		return 0;
	copy = xstrdup(path);
	if (*copy != '/' || read_from(&c->sysroot, copy, &bytes, &mode, NULL))
		return error_usage(
		        err,
		        "%s: needs the interpreter %s, which does not exist%s%s; install its package, or link statically",
		        c->members[member].said, copy, c->sysroot.path ? " below " : "",
		        c->sysroot.path ? c->sysroot.path : "");
	/* musl's is its C library as well. */
	if (!strncmp(io_basename(copy), "ld-musl", 7))
		strings_add(&c->known, "libc.so");
	return add_file(c, &(const struct closure_file){copy, io_basename(copy), &bytes, mode, member, false}, err);
}

int file_closure_open(struct file_closure *c, const struct arch *arch, const char *sysroot, const char *conf,
                      struct error *err)
{
	int rc;

	*c = (struct file_closure){.arch = arch, .sysroot.fd = -1, .directory = getcwd(NULL, 0)};
	if (!c->directory)
		return error_set(err, errno, "cannot find out the working directory: %s", strerror(errno));
	rc = sysroot_open(&c->sysroot, sysroot, err);
	if (rc)
		return rc;
	library_path_configured(conf ? "" : c->sysroot.path, conf ? conf : CONF, &c->configured);
	library_path_standard(arch, &c->configured);
	return 0;
}

int file_closure_bytes(struct file_closure *c, const char *to, const char *said, const struct buf *bytes, mode_t mode,
                       struct error *err)
{
	return add_file(c, &(const struct closure_file){to, said, bytes, mode, NO_PARENT, false}, err);
}

int file_closure_file(struct file_closure *c, const char *path, const char *to, struct error *err)
{
	cleanup_free char *whole = *path == '/' ? xstrdup(path) : xasprintf("%s/%s", c->directory, path);
	cleanup_free char *inside = sysroot_inside(&c->sysroot, whole);
	cleanup_buf struct buf bytes = {0};
	mode_t mode = 0;
	int rc = inside ? read_from(&c->sysroot, inside, &bytes, &mode, err)
	                : file_closure_read(whole, &bytes, &mode, err);
	const struct closure_file file = {to ? to : inside ? inside : whole, path, &bytes, mode, NO_PARENT, !inside};

	return rc ? rc : add_file(c, &file, err);
}

int file_closure_finish(struct file_closure *c, struct error *err)
{
	int rc = 0;

	for (size_t m = 0; m < c->member_count && !rc; m++)
		rc = find_interpreter(c, m, err);
	for (size_t m = 0; m < c->member_count && !rc; m++)
		rc = find_libraries(c, m, err);
	return rc;
}

void file_closure_free(struct file_closure *c)
{
	for (size_t i = 0; i < c->member_count; i++) {
		elf_needs_free(&c->members[i].needs);
		free(c->members[i].said);
		free(c->members[i].origin);
	}
	free(c->members);
	sysroot_close(&c->sysroot);
	free(c->directory);
	strings_free(&c->files);
	strings_free(&c->searched);
	strings_free(&c->known);
	strings_free(&c->configured);
	buf_free(&c->pack);
	*c = (struct file_closure){0};
}
