/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/vm/snapshot.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <nettle/sha2.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "host/lib/sha256.h"

#define DIRECTORY "snapshots"
#define RECORD "record.json"
#define NOBODY 65534
#define MAX_RECORD 65536
#define SAVED_AT_ONCE 4

/* What tells that a file was not written since: nobody but root can set the time of change. */
struct identity {
	uint64_t device, inode, size, modified_ns, changed_ns;
};

static const char *const file_names[] = {"ram", "state"};

static uint64_t to_ns(const struct timespec *t)
{
	return (uint64_t)t->tv_sec * 1000000000u + (uint64_t)t->tv_nsec;
}

static int identify(const char *path, struct identity *id)
{
	struct stat st;

	if (stat(path, &st))
		return -errno;
	*id = (struct identity){
	        .device = st.st_dev,
	        .inode = st.st_ino,
	        .size = (uint64_t)st.st_size,
	        .modified_ns = to_ns(&st.st_mtim),
	        .changed_ns = to_ns(&st.st_ctim),
	};
	return 0;
}

static void hash_range(struct sha256_ctx *hash, int fd, off_t start, off_t end, int *rc)
{
	enum { CHUNK = 1 << 20 };
	cleanup_free uint8_t *bytes = xcalloc(1, CHUNK);

	while (start < end && !*rc) {
		size_t want = end - start < CHUNK ? (size_t)(end - start) : CHUNK;
		ssize_t n = pread(fd, bytes, want, start);

		if (n <= 0) {
			*rc = -EIO;
			return;
		}
		sha256_update(hash, (size_t)n, bytes);
		start += n;
	}
}

/* Hash of a file's data and of where they are; holes, most of a guest's memory, cost nothing. */
static int hash_sparse(const char *path, char **hex)
{
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	uint8_t digest[SHA256_DIGEST_SIZE];
	struct sha256_ctx hash;
	struct buf text = {0};
	struct stat st;
	off_t at = 0;
	int rc = 0;

	if (fd < 0 || fstat(fd, &st))
		return -errno;
	sha256_init(&hash);
	while (at < st.st_size && !rc) {
		off_t data = lseek(fd, at, SEEK_DATA), hole;

		if (data < 0)
			break;
		hole = lseek(fd, data, SEEK_HOLE);
		sha256_update(&hash, sizeof(data), (const uint8_t *)&data);
		hash_range(&hash, fd, data, hole, &rc);
		at = hole;
	}
	sha256_update(&hash, sizeof(st.st_size), (const uint8_t *)&st.st_size);
	sha256_digest(&hash, sizeof(digest), digest);
	for (size_t i = 0; i < sizeof(digest); i++)
		buf_printf(&text, "%02x", digest[i]);
	*hex = buf_steal(&text);
	return rc;
}

char *snapshot_key(const struct qemu_guest *guest, const char *image_sha256, const char *qemu_version)
{
	struct qemu_guest same = *guest;
	cleanup_strings struct strings argv = {0};
	cleanup_free char *command = NULL, *cpu = arch_host_processor(), *text = NULL;

	/* Paths differ between machines and runs; what they lead to is in the key by hash. */
	same.kernel = image_sha256;
	same.initrd = io_basename(guest->initrd);
	same.job = "";
	same.frames = same.console = "";
	same.ram = "ram";
	same.ram_shared = false;
	same.state = "";
	same.monitor_fd = 0;
	qemu_argv(&same, &argv);
	command = strings_shell(&argv);
	/* QEMU has to open the memory for writing, which another user's does not allow. */
	text = xasprintf("%s\n%s\n%s\n%u\n", qemu_version, cpu, command, (unsigned)geteuid());
	return sha256_bytes(text, strlen(text));
}

static void set_paths(struct snapshot *s)
{
	s->ram = xasprintf("%s/ram", s->directory);
	s->state = xasprintf("%s/state", s->directory);
}

/* ---- the record ---- */

static json_t *encode_identity(const struct identity *id, const char *sha256)
{
	return json_pack("{s:I,s:I,s:I,s:I,s:I,s:s}", "device", (json_int_t)id->device, "inode", (json_int_t)id->inode,
	                 "size", (json_int_t)id->size, "modified_ns", (json_int_t)id->modified_ns, "changed_ns",
	                 (json_int_t)id->changed_ns, "sha256", sha256);
}

static uint64_t number(const json_t *object, const char *key)
{
	return (uint64_t)json_integer_value(json_object_get(object, key));
}

static bool same_identity(const json_t *record, const struct identity *id)
{
	return number(record, "device") == id->device && number(record, "inode") == id->inode &&
	       number(record, "size") == id->size && number(record, "modified_ns") == id->modified_ns &&
	       number(record, "changed_ns") == id->changed_ns;
}

static int write_record(const char *directory, struct error *err)
{
	cleanup_free char *path = xasprintf("%s/" RECORD, directory);
	json_t *record = json_object();
	char *text;
	int rc = 0;

	for (size_t i = 0; i < 2 && !rc; i++) {
		cleanup_free char *file = xasprintf("%s/%s", directory, file_names[i]);
		cleanup_free char *hash = NULL;
		struct identity id;

		rc = identify(file, &id);
		rc = rc ? rc : hash_sparse(file, &hash);
		if (rc)
			error_set(err, -rc, "%s: cannot read: %s", file, strerror(-rc));
		else
			json_object_set_new(record, file_names[i], encode_identity(&id, hash));
	}
	text = rc ? NULL : json_dumps(record, JSON_INDENT(1) | JSON_SORT_KEYS);
	json_decref(record);
	rc = rc ? rc : io_replace_file(path, text, strlen(text), err);
	free(text);
	return rc;
}

/* Restored by hand or from a cache, the files have other identities: then their hashes decide, once. */
static int check_file(const char *directory, const char *name, const json_t *record, bool *moved, struct error *err)
{
	cleanup_free char *file = xasprintf("%s/%s", directory, name);
	cleanup_free char *hash = NULL;
	const char *expected = json_string_value(json_object_get(record, "sha256"));
	struct identity id;

	if (!expected || identify(file, &id) || id.size != number(record, "size"))
		return error_set(err, EBADMSG, "%s: truncated or missing", file);
	if (same_identity(record, &id))
		return 0;
	*moved = true;
	if (hash_sparse(file, &hash) || strcmp(hash, expected))
		return error_set(err, EBADMSG, "%s: not what was saved", file);
	return 0;
}

static int check(const char *directory, struct error *err)
{
	cleanup_free char *path = xasprintf("%s/" RECORD, directory);
	cleanup_buf struct buf text = {0};
	json_t *record = NULL;
	bool moved = false;
	int rc = 0;

	if (!io_read_file(path, MAX_RECORD, &text, NULL))
		record = json_loadb(buf_str(&text), text.len, 0, NULL);
	if (!record)
		return error_set(err, EBADMSG, "%s: no record of a saved guest", path);
	for (size_t i = 0; i < 2 && !rc; i++)
		rc = check_file(directory, file_names[i], json_object_get(record, file_names[i]), &moved, err);
	json_decref(record);
	if (!rc && moved)
		rc = write_record(directory, err);
	return rc;
}

/* ---- life ---- */

/* A directory for what is on its way in or out: one process, too, may save two guests of one kernel at once. */
static int make_temporary(const char *root, const char *name, char **path, struct error *err)
{
	int rc = io_make_dirs(root, err);

	for (unsigned i = 0; !rc; i++) {
		*path = xasprintf("%s/.tmp-%d-%u-%s", root, (int)getpid(), i, name);
		if (!mkdir(*path, 0777))
			return 0;
		if (errno != EEXIST)
			return error_set(err, errno, "%s: cannot create: %s", *path, strerror(errno));
		free(steal_ptr(*path));
	}
	return rc;
}

/*
 * Remove a snapshot from its place, in one step for other runs. What is already gone was removed by another: -ENOENT.
 */
static int remove_whole(const char *directory)
{
	const char *name = io_basename(directory);
	cleanup_free char *root = xstrndup(directory, (size_t)(name - directory - 1)), *aside = NULL;
	int rc = make_temporary(root, name, &aside, NULL);

	if (!rc && rename(directory, aside))
		rc = -errno;
	if (aside)
		io_remove_tree(aside, NULL);
	return rc;
}

int snapshot_find(const char *images, const char *key, struct snapshot *s, struct error *err)
{
	int rc;

	*s = (struct snapshot){.directory = xasprintf("%s/" DIRECTORY "/%.32s", images, key)};
	set_paths(s);
	if (access(s->directory, F_OK)) {
		snapshot_free(s);
		return -ENOENT;
	}
	rc = check(s->directory, err);
	if (rc) {
		if (remove_whole(s->directory) == -ENOENT) {
			error_clear(err);
			rc = -ENOENT;
		}
		snapshot_free(s);
		return rc;
	}
	/* Its time of use, for snapshot_trim. */
	utimensat(AT_FDCWD, s->directory, NULL, 0);
	return 0;
}

/*
 * A full disk would show itself as a bus error in the middle of a guest's life, since its memory is a mapped file: so
 * there has to be room for this guest and those that are saved beside it.
 */
static int require_room(const char *directory, unsigned memory_mb, struct error *err)
{
	uint64_t needed = (uint64_t)memory_mb * SAVED_AT_ONCE << 20;
	struct statvfs fs;

	if (statvfs(directory, &fs) || (uint64_t)fs.f_bavail * fs.f_frsize >= needed)
		return 0;
	return error_set(err, ENOSPC, "%s: %.0f MB free, %.0f MB needed to save guests", directory,
	                 (double)fs.f_bavail * (double)fs.f_frsize / 1e6, (double)needed / 1e6);
}

int snapshot_begin(const char *images, const char *key, unsigned memory_mb, struct snapshot *s, struct error *err)
{
	cleanup_free char *root = xasprintf("%s/" DIRECTORY, images), *name = xstrndup(key, 32);
	cleanup_close int fd = -1;
	int rc;

	*s = (struct snapshot){.place = xasprintf("%s/%s", root, name)};
	rc = make_temporary(root, name, &s->directory, err);
	if (rc) {
		snapshot_free(s);
		return rc;
	}
	set_paths(s);
	rc = require_room(s->directory, memory_mb, err);
	if (rc) {
		snapshot_discard(s);
		return rc;
	}
	fd = open(s->ram, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || ftruncate(fd, (off_t)memory_mb << 20) || (geteuid() == 0 && fchown(fd, NOBODY, NOBODY))) {
		rc = error_set(err, errno, "%s: cannot create: %s", s->ram, strerror(errno));
		snapshot_discard(s);
		return rc;
	}
	return 0;
}

int snapshot_open(const char *images, const struct qemu_guest *guest, const char *image_sha256,
                  const char *qemu_version, struct snapshot *s, bool *found, char **note, struct error *err)
{
	cleanup_free char *key = snapshot_key(guest, image_sha256, qemu_version);
	cleanup_error struct error why = {0};
	int rc = snapshot_find(images, key, s, &why);

	*found = !rc;
	*note = rc == -EBADMSG ? xstrdup(why.text) : NULL;
	return rc ? snapshot_begin(images, key, guest->memory_mb, s, err) : 0;
}

int snapshot_commit(struct snapshot *s, struct error *err)
{
	int rc = write_record(s->directory, err);

	if (!rc && rename(s->directory, s->place)) {
		/* Somebody was faster: that guest is as good, and may be in use. */
		if (errno == EEXIST || errno == ENOTEMPTY)
			io_remove_tree(s->directory, NULL);
		else
			rc = error_set(err, errno, "%s: cannot move into place: %s", s->place, strerror(errno));
	}
	if (rc) {
		snapshot_discard(s);
		return rc;
	}
	free(s->directory);
	free(s->ram);
	free(s->state);
	s->directory = steal_ptr(s->place);
	set_paths(s);
	return 0;
}

void snapshot_discard(struct snapshot *s)
{
	if (s->place)
		io_remove_tree(s->directory, NULL);
	else
		remove_whole(s->directory);
	snapshot_free(s);
}

void snapshot_free(struct snapshot *s)
{
	free(s->directory);
	free(s->place);
	free(s->ram);
	free(s->state);
	*s = (struct snapshot){0};
}

/* ---- room ---- */

struct kept {
	char *path;
	uint64_t bytes, used_ns;
};

static uint64_t disk_bytes(const char *directory)
{
	uint64_t total = 0;

	for (size_t i = 0; i < 2; i++) {
		cleanup_free char *file = xasprintf("%s/%s", directory, file_names[i]);
		struct stat st;

		if (!stat(file, &st))
			total += (uint64_t)st.st_blocks * 512;
	}
	return total;
}

static bool left_behind(const char *name)
{
	int pid;

	return sscanf(name, ".tmp-%d-", &pid) == 1 && kill(pid, 0) && errno == ESRCH;
}

static int by_use(const void *a, const void *b)
{
	const struct kept *x = a, *y = b;

	return (x->used_ns > y->used_ns) - (x->used_ns < y->used_ns);
}

int snapshot_trim(const char *images, uint64_t max_bytes, uint64_t *left, struct error *err)
{
	cleanup_free char *root = xasprintf("%s/" DIRECTORY, images);
	cleanup_closedir DIR *dir = opendir(root);
	struct kept *kept = NULL;
	size_t count = 0;
	uint64_t total = 0;

	*left = 0;
	if (!dir)
		return errno == ENOENT ? 0 : error_set(err, errno, "%s: %s", root, strerror(errno));
	for (struct dirent *e; (e = readdir(dir));) {
		cleanup_free char *path = xasprintf("%s/%s", root, e->d_name);
		struct stat st;

		if (left_behind(e->d_name))
			io_remove_tree(path, NULL);
		if (e->d_name[0] == '.' || stat(path, &st))
			continue;
		kept = xrealloc(kept, count + 1, sizeof(*kept));
		kept[count] = (struct kept){.bytes = disk_bytes(path), .used_ns = to_ns(&st.st_mtim)};
		total += kept[count].bytes;
		kept[count++].path = steal_ptr(path);
	}
	if (count)
		qsort(kept, count, sizeof(*kept), by_use);
	for (size_t i = 0; i < count; i++) {
		if (total > max_bytes && !remove_whole(kept[i].path))
			total -= kept[i].bytes;
		free(kept[i].path);
	}
	free(kept);
	*left = total;
	return 0;
}
