/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/lib/unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

static const size_t image_max = 1u << 30, config_max = 16u << 20;
/* Everything a package may unpack to, looked at or not: the largest kernel package seen holds 0.5 GB. */
static const int64_t package_max = (int64_t)16 << 30;

static void archive_release(struct archive **a)
{
	if (*a)
		archive_read_free(*a);
}
#define cleanup_archive __attribute__((cleanup(archive_release)))

/* The filters that libarchive has built in; archive_read_support_filter_all would run external programs for others. */
static void support_filters(struct archive *a)
{
	archive_read_support_filter_gzip(a);
	archive_read_support_filter_bzip2(a);
	archive_read_support_filter_lzma(a);
	archive_read_support_filter_xz(a);
	archive_read_support_filter_lz4(a);
	archive_read_support_filter_zstd(a);
}

static const char *reason(struct archive *a)
{
	const char *text = archive_error_string(a);

	return text ? text : "unknown format";
}

/* Append the data of the entry that `a` stands at. */
static int data_read(struct archive *a, size_t max, struct buf *out, struct error *err)
{
	const size_t chunk = 1 << 20;

	for (;;) {
		char *at = buf_reserve(out, chunk);
		la_ssize_t n = archive_read_data(a, at, chunk);

		if (n <= 0)
			*at = '\0';
		if (n == ARCHIVE_RETRY)
			continue;
		if (n < 0)
			return error_usage(err, "truncated or corrupt: %s", reason(a));
		if (n == 0)
			return 0;
		out->len += (size_t)n;
		out->data[out->len] = '\0';
		if (out->len > max)
			return error_usage(err, "unpacks to more than the allowed %zu bytes", max);
	}
}

int unpack_stream(const void *bytes, size_t len, size_t max, struct buf *out, struct error *err)
{
	cleanup_archive struct archive *a = archive_read_new();
	struct archive_entry *entry;

	support_filters(a);
	archive_read_support_format_raw(a);
	if (archive_read_open_memory(a, bytes, len) != ARCHIVE_OK || archive_read_next_header(a, &entry) != ARCHIVE_OK)
		return error_usage(err, "not a compressed stream: %s", reason(a));
	if (archive_filter_code(a, 0) == ARCHIVE_FILTER_NONE)
		return error_usage(
		        err, "compressed by a method that is not supported; gzip, bzip2, lzma, xz, LZ4 and zstd are");
	return data_read(a, max, out, err);
}

/* As distributions lay them out, `make bindeb-pkg` and `make binrpm-pkg`, and images of kernels. */
static const struct {
	const char *pattern;
	enum unpack_member member;
} members[] = {
        {"boot/vmlinuz-*", UNPACK_IMAGE},
        {"boot/vmlinuz", UNPACK_IMAGE},
        {"data/kernels/*/boot/vmlinuz-*", UNPACK_IMAGE},
        {"lib/modules/*/vmlinuz", UNPACK_IMAGE},
        {"usr/lib/modules/*/vmlinuz", UNPACK_IMAGE},
        {"boot/vmlinux-*", UNPACK_IMAGE},
        {"usr/lib/debug/boot/vmlinux-*", UNPACK_IMAGE},
        {"usr/lib/debug/lib/modules/*/vmlinux", UNPACK_IMAGE},
        {"boot/config-*", UNPACK_CONFIG},
        {"data/kernels/*/boot/config-*", UNPACK_CONFIG},
        {"lib/modules/*/config", UNPACK_CONFIG},
        {"usr/lib/modules/*/config", UNPACK_CONFIG},
        {"usr/lib/modules/*/build/.config", UNPACK_CONFIG},
};

enum unpack_member unpack_member(const char *path)
{
	while (path[0] == '.' && path[1] == '/')
		path += 2;
	while (*path == '/')
		path++;
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		if (!fnmatch(members[i].pattern, path, FNM_PATHNAME))
			return members[i].member;
	return UNPACK_OTHER;
}

/* What is done with the files of a package, in their order. `visit` returns 1 when it has seen enough. */
struct walk {
	int (*visit)(const struct walk *w, struct archive *a, const char *path, struct error *err);
	struct unpack_kernel *kernel;      /* for kernel_visit */
	const struct unpack_choice *files; /* for files_visit */
};

static int kernel_visit(const struct walk *w, struct archive *a, const char *path, struct error *err)
{
	struct unpack_kernel *kernel = w->kernel;
	enum unpack_member member = unpack_member(path);
	struct buf *out = member == UNPACK_IMAGE ? &kernel->image : &kernel->config;
	char **name = member == UNPACK_IMAGE ? &kernel->image_path : &kernel->config_path;

	if (member != UNPACK_OTHER && !*name) {
		*name = xstrdup(path);
		if (data_read(a, member == UNPACK_IMAGE ? image_max : config_max, out, err))
			return error_prefix(err, "%s: ", path);
	}
	return kernel->image_path && kernel->config_path;
}

static int files_visit(const struct walk *w, struct archive *a, const char *path, struct error *err)
{
	const struct unpack_choice *files = w->files;
	cleanup_buf struct buf bytes = {0};
	int rc;

	if (!files->wants(files->ctx, path))
		return 0;
	if (data_read(a, files->max, &bytes, err))
		return error_prefix(err, "%s: ", path);
	rc = files->take(files->ctx, path, &bytes, err);
	return rc < 0 ? error_prefix(err, "%s: ", path) : rc;
}

static int members_walk(struct archive *a, const struct walk *w, struct error *err)
{
	for (;;) {
		struct archive_entry *entry;
		int rc = archive_read_next_header(a, &entry);
		const char *path;

		if (rc == ARCHIVE_EOF)
			return 0;
		if (rc != ARCHIVE_OK && rc != ARCHIVE_WARN)
			return error_usage(err, "truncated or corrupt: %s", reason(a));
		if (archive_filter_bytes(a, 0) > package_max)
			return error_usage(err, "unpacks to more than the allowed %" PRId64 " bytes", package_max);
		path = archive_entry_pathname(entry);
		if (!path || archive_entry_filetype(entry) != AE_IFREG || !archive_entry_size(entry))
			continue;
		rc = w->visit(w, a, path, err);
		if (rc)
			return rc < 0 ? rc : 0;
	}
}

/* The data.tar inside a .deb is read through the ar archive around it, a block at a time. */
struct nested {
	struct archive *outer;
	char block[1 << 16];
};

static la_ssize_t nested_read(struct archive *a, void *ctx, const void **bytes)
{
	struct nested *n = ctx;
	la_ssize_t got = archive_read_data(n->outer, n->block, sizeof(n->block));

	*bytes = n->block;
	if (got < 0)
		archive_set_error(a, EIO, "%s", reason(n->outer));
	return got;
}

static int deb_walk(struct archive *outer, const struct walk *w, struct error *err)
{
	cleanup_archive struct archive *a = archive_read_new();
	cleanup_free struct nested *nested = xcalloc(1, sizeof(*nested));

	nested->outer = outer;
	support_filters(a);
	archive_read_support_format_tar(a);
	if (archive_read_open(a, nested, NULL, nested_read, NULL) != ARCHIVE_OK)
		return error_usage(err, "its data.tar cannot be read: %s", reason(a));
	return members_walk(a, w, err);
}

/* deb(5): an ar archive whose member data.tar, with or without a suffix, is the file tree. */
static int ar_walk(struct archive *a, const struct walk *w, struct error *err)
{
	struct archive_entry *entry;
	int rc;

	while ((rc = archive_read_next_header(a, &entry)) == ARCHIVE_OK || rc == ARCHIVE_WARN) {
		const char *path = archive_entry_pathname(entry);

		if (path && !strncmp(path, "data.tar", 8))
			return deb_walk(a, w, err);
	}
	if (rc == ARCHIVE_EOF)
		return error_usage(err, "an ar archive without data.tar; expected a .deb package");
	return error_usage(err, "truncated or corrupt: %s", reason(a));
}

static const char ar_magic[] = "!<arch>\n";
static const unsigned char rpm_magic[] = {0xed, 0xab, 0xee, 0xdb};

static bool starts_with(const void *bytes, size_t len, const void *magic, size_t magic_len)
{
	return len >= magic_len && !memcmp(bytes, magic, magic_len);
}

bool unpack_is_package(const void *bytes, size_t len)
{
	cleanup_archive struct archive *a = archive_read_new();
	struct archive_entry *entry;

	if (starts_with(bytes, len, ar_magic, 8) || starts_with(bytes, len, rpm_magic, 4))
		return true;
	support_filters(a);
	archive_read_support_format_cpio(a);
	archive_read_support_format_tar(a);
	return archive_read_open_memory(a, bytes, len) == ARCHIVE_OK &&
	       archive_read_next_header(a, &entry) >= ARCHIVE_WARN;
}

static int package_walk(int fd, const char *path, const struct walk *w, struct error *err)
{
	cleanup_archive struct archive *a = archive_read_new();
	char magic[8] = {0};
	int rc;

	if (pread(fd, magic, sizeof(magic), 0) != sizeof(magic) || lseek(fd, 0, SEEK_SET))
		return error_usage(err, "%s: too short for a package", path);
	support_filters(a);
	archive_read_support_filter_rpm(a);
	archive_read_support_format_ar(a);
	archive_read_support_format_cpio(a);
	archive_read_support_format_tar(a);
	if (archive_read_open_fd(a, fd, 1 << 16) != ARCHIVE_OK)
		return error_usage(err, "%s: not a package that can be read: %s", path, reason(a));
	rc = starts_with(magic, sizeof(magic), ar_magic, 8) ? ar_walk(a, w, err) : members_walk(a, w, err);
	return rc ? error_prefix(err, "%s: ", path) : 0;
}

int unpack_package(int fd, const char *path, struct unpack_kernel *kernel, struct error *err)
{
	*kernel = (struct unpack_kernel){0};
	return package_walk(fd, path, &(const struct walk){.visit = kernel_visit, .kernel = kernel}, err);
}

int unpack_files(int fd, const char *path, const struct unpack_choice *choice, struct error *err)
{
	return package_walk(fd, path, &(const struct walk){.visit = files_visit, .files = choice}, err);
}

void unpack_kernel_free(struct unpack_kernel *kernel)
{
	buf_free(&kernel->image);
	buf_free(&kernel->config);
	free(kernel->image_path);
	free(kernel->config_path);
	*kernel = (struct unpack_kernel){0};
}
