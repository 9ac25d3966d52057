/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/store/entry_build.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/sweep.h"
#include "host/lib/sha256.h"
#include "host/store/extract.h"
#include "host/store/module_take.h"
#include "host/store/store_entry.h"

static const char stale_prefix[] = ".tmp-";

/* An entry while it is built. */
struct build {
	const char *tmp;
	const struct entry_source *source;
	int files[ENTRY_FILE_COUNT];
	struct entry_record record;
};

static void build_free(struct build *b)
{
	for (size_t i = 0; i < ENTRY_FILE_COUNT; i++)
		if (b->files[i] > 0)
			close(b->files[i]);
	entry_record_free(&b->record);
}
#define cleanup_build __attribute__((cleanup(build_free)))

/* ---- its files: opened here, written by a worker, named when it is known whose kernel it is ---- */

static char *unnamed(const struct build *b, size_t file)
{
	return xasprintf("%s/file-%zu", b->tmp, file);
}

static int open_files(struct build *b, struct error *err)
{
	for (size_t i = 0; i < ENTRY_FILE_COUNT; i++) {
		cleanup_free char *path = unnamed(b, i);

		b->files[i] = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		if (b->files[i] < 0)
			return error_set(err, errno, "%s: cannot create: %s", path, strerror(errno));
	}
	return 0;
}

static int name_file(struct build *b, enum entry_file file, struct error *err)
{
	cleanup_free char *from = unnamed(b, file);
	cleanup_free char *to = xasprintf("%s/%s", b->tmp, entry_file_name(&b->record, file));
	struct entry_file_record *r = &b->record.files[file];
	struct stat st;

	if (fstat(b->files[file], &st) || fsync(b->files[file]))
		return error_set(err, errno, "%s: cannot write: %s", to, strerror(errno));
	if (!st.st_size)
		return unlink(from) ? error_set(err, errno, "%s: %s", from, strerror(errno)) : 0;
	if (rename(from, to))
		return error_set(err, errno, "%s: cannot rename: %s", from, strerror(errno));
	r->present = true;
	return sha256_file(to, &r->sha256, &r->size, err);
}

/* The record's files, with their names. */
static int name_files(struct build *b, const struct extracted *kernel, struct error *err)
{
	int rc = 0;

	b->record.release = xstrdup(kernel->release);
	b->record.arch = kernel->arch;
	b->record.kernel_boots = kernel->kernel_boots;
	for (enum entry_file i = 0; i < ENTRY_FILE_COUNT && !rc; i++)
		rc = name_file(b, i, err);
	if (!rc && (!b->record.files[ENTRY_KERNEL].present ||
	            (!kernel->kernel_boots && !b->record.files[ENTRY_PACKED].present)))
		rc = error_set(err, EBADMSG, "the worker that unpacks it wrote no kernel");
	return rc;
}

/* ---- from a package ---- */

/* While the package of that name is there: what it holds is not fetched a second time. */
static int take_modules(const struct build *b, const char *name, const char *path, struct error *err)
{
	const struct kernel_package *package = b->source->package;
	const struct strings *modules = b->source->modules;
	const bool has_all = package->modules[0].name && !package->modules[1].name;

	if (!modules || !modules->count || !has_all || strcmp(package->modules[0].name, name) != 0)
		return 0;
	return module_take(b->tmp, (const char *const[]){path, NULL}, modules, err);
}

/* The configuration is a help, not a need: a mirror without it costs nothing but the help. */
static int fetch_config(struct build *b, struct error *err)
{
	const struct package_ref *package = &b->source->package->config;
	cleanup_free char *path = xasprintf("%s/config-package", b->tmp);
	cleanup_close int fd = -1;
	int rc;

	if (source_fetch(b->source->source, package, path, NULL))
		return 0;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	rc = take_modules(b, package->name, path, err);
	unlink(path);
	if (fd >= 0 &&
	    extract_config(&(const struct extract_from){.fd = fd, .path = path}, b->files[ENTRY_CONFIG], NULL))
		(void)!ftruncate(b->files[ENTRY_CONFIG], 0);
	return rc;
}

static int unpack_package_file(struct build *b, const char *path, struct error *err)
{
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	const struct extract_from from = {.fd = fd, .path = path};
	cleanup_extracted struct extracted kernel = {0};
	const struct kernel_package *package = b->source->package;
	struct stat st;
	int rc;

	if (fd < 0)
		return error_set(err, errno, "%s: cannot open: %s", path, strerror(errno));
	rc = take_modules(b, package->image.name, path, err);
	rc = rc ? rc : extract_kernel(&from, b->files, &kernel, err);
	unlink(path);
	if (rc)
		return rc;
	if (strcmp(kernel.release, package->release))
		return error_set(err, EINVAL, "its kernel says release %s, the package's name says %s", kernel.release,
		                 package->release);
	if (package->config.name && !fstat(b->files[ENTRY_CONFIG], &st) && !st.st_size)
		rc = fetch_config(b, err);
	return rc ? rc : name_files(b, &kernel, err);
}

static int build_package(struct build *b, struct error *err)
{
	const struct kernel_package *package = b->source->package;
	cleanup_free char *path = xasprintf("%s/package", b->tmp);
	int rc = source_fetch(b->source->source, &package->image, path, err);

	if (rc)
		return rc;
	b->record.package = xstrdup(package->image.name);
	b->record.version = xstrdup(package->version);
	b->record.package_sha256 = xstrdup(package->image.sha256);
	rc = unpack_package_file(b, path, err);
	if (rc) {
		error_prefix(err, "%s %s: ", package->image.name, package->version);
		if (err)
			err->status = EXIT_INFRA;
	}
	return rc;
}

/* ---- from a file of the user's ---- */

static int build_file(struct build *b, struct error *err)
{
	cleanup_close int fd = open(b->source->path, O_RDONLY | O_CLOEXEC);
	const struct extract_from from = {.fd = fd, .path = b->source->path, .sha256 = b->source->sha256};
	cleanup_extracted struct extracted kernel = {0};
	int rc;

	if (fd < 0)
		return error_set(err, errno, "%s: cannot open: %s", b->source->path, strerror(errno));
	b->record.package = xstrdup("");
	b->record.version = xstrdup("");
	b->record.package_sha256 = xstrdup(b->source->sha256);
	rc = extract_kernel(&from, b->files, &kernel, err);
	return rc ? rc : name_files(b, &kernel, err);
}

/* ---- who builds ---- */

/* Whether the directory that is locked is the one of that name: who had it before may have put it in its place. */
static bool is_at(int fd, const char *path)
{
	struct stat locked, named;

	return !fstat(fd, &locked) && !stat(path, &named) && locked.st_ino == named.st_ino &&
	       locked.st_dev == named.st_dev;
}

/* The directory of a build, locked; -EALREADY when another process has it. */
static int lock_build(const char *tmp, bool wait, int *locked)
{
	cleanup_close int fd = open(tmp, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc;

	if (fd < 0)
		return -errno;
	do
		rc = flock(fd, LOCK_EX | (wait ? 0 : LOCK_NB));
	while (rc && errno == EINTR);
	if (rc && errno == EWOULDBLOCK)
		return -EALREADY;
	/* A file system that locks no directories: builds side by side of one kernel are then both in vain, no more. */
	if (rc && errno != EBADF && errno != EOPNOTSUPP && errno != ENOLCK)
		return -errno;
	if (!is_at(fd, tmp))
		return -ENOENT;
	*locked = steal_fd(&fd);
	return 0;
}

/* What nobody is building. */
static void remove_unclaimed(const char *tmp)
{
	cleanup_close int fd = -1;

	if (!lock_build(tmp, false, &fd))
		io_remove_tree(tmp, NULL);
}

/* ---- into its place ---- */

static int sync_directory(const char *path)
{
	cleanup_close int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 || fsync(fd) ? -errno : 0;
}

/* Put the finished directory in its place; what was there goes the way of temporaries. */
static int entry_place(const char *dir, const char *tmp, const char *name, struct error *err)
{
	cleanup_free char *place = xasprintf("%s/%s", dir, name);

	if (sync_directory(tmp))
		return error_set(err, errno, "%s: %s", tmp, strerror(errno));
	if (renameat2(AT_FDCWD, tmp, AT_FDCWD, place, RENAME_NOREPLACE)) {
		/* Others may be reading what is there: it is whole at every moment. */
		bool swapped = errno == EEXIST && !renameat2(AT_FDCWD, tmp, AT_FDCWD, place, RENAME_EXCHANGE);

		/* a file system without these flags */
		if (!swapped && errno == EINVAL && io_remove_tree(place, err))
			return error_prefix(err, "cannot replace a kernel: ");
		if (!swapped && rename(tmp, place))
			return error_set(err, errno, "%s: cannot rename to %s: %s", tmp, place, strerror(errno));
		if (swapped)
			remove_unclaimed(tmp);
	}
	sync_directory(dir);
	return 0;
}

int entry_build(const char *dir, const char *name, const struct entry_claim *claim, const struct entry_source *source,
                struct error *err)
{
	cleanup_build struct build b = {.tmp = claim->tmp, .source = source};
	int rc = open_files(&b, err);

	if (!rc)
		rc = source->package ? build_package(&b, err) : build_file(&b, err);
	if (!rc)
		rc = entry_record_write(claim->tmp, &b.record, err);
	return rc ? rc : entry_place(dir, claim->tmp, name, err);
}

/* ---- the claim ---- */

/* An empty one: nothing of a build that was killed is taken over. */
static int empty_build(const char *tmp, struct error *err)
{
	cleanup_closedir DIR *d = opendir(tmp);
	const struct dirent *e;
	int rc = 0;

	if (!d)
		return error_set(err, errno, "%s: %s", tmp, strerror(errno));
	while (!rc && (e = readdir(d))) {
		cleanup_free char *path = xasprintf("%s/%s", tmp, e->d_name);

		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			rc = io_remove_tree(path, err);
	}
	return rc;
}

int entry_claim_take(const char *dir, const char *name, bool wait, struct entry_claim *claim, struct error *err)
{
	cleanup_free char *tmp = xasprintf("%s/%s%s", dir, stale_prefix, name);
	int rc;

	*claim = (struct entry_claim){.fd = -1};
	do {
		if (mkdir(tmp, 0777) && errno != EEXIST)
			return error_set(err, errno, "%s: cannot create directory: %s", tmp, strerror(errno));
		rc = lock_build(tmp, wait, &claim->fd);
	} while (rc == -ENOENT);
	if (rc)
		return error_set(err, -rc, "%s: cannot lock: %s", tmp, strerror(-rc));
	claim->tmp = steal_ptr(tmp);
	rc = empty_build(claim->tmp, err);
	if (rc)
		entry_claim_drop(claim);
	return rc;
}

void entry_claim_drop(struct entry_claim *claim)
{
	if (claim->fd >= 0 && is_at(claim->fd, claim->tmp))
		io_remove_tree(claim->tmp, NULL);
	cleanup_close_fd(&claim->fd);
	free(claim->tmp);
	*claim = (struct entry_claim){.fd = -1};
}

void entry_remove_stale(const char *dir)
{
	cleanup_closedir DIR *d = opendir(dir);
	const struct dirent *e;

	while (d && (e = readdir(d))) {
		cleanup_free char *path = xasprintf("%s/%s", dir, e->d_name);

		if (!strncmp(e->d_name, stale_prefix, strlen(stale_prefix)))
			remove_unclaimed(path);
		else if (e->d_name[0] != '.' && e->d_type == DT_DIR)
			sweep_directory(path);
	}
	sweep_directory(dir);
}
