/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/vm/initramfs.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "host/lib/sha256.h"

/* agent_image.S */
struct agent_image {
	const char *arch, *start, *end;
};
extern const struct agent_image __start_agent_images[], __stop_agent_images[];
/* What makes the linker take one of them out of an archive. */
extern const char agent_images_anchor[];
static const char *const anchor __attribute__((used)) = agent_images_anchor;

static const struct agent_image *find_agent(const struct arch *arch)
{
	for (const struct agent_image *i = __start_agent_images; i < __stop_agent_images; i++)
		if (!strcmp(i->arch, arch->name))
			return i;
	return NULL;
}

bool initramfs_has_agent(const struct arch *arch)
{
	return find_agent(arch) != NULL;
}

static la_ssize_t append(struct archive *a, void *ctx, const void *bytes, size_t len)
{
	(void)a;
	buf_add(ctx, bytes, len);
	return (la_ssize_t)len;
}

static int add_entry(struct archive *a, const char *name, mode_t mode, dev_t device, const void *bytes, size_t len)
{
	struct archive_entry *entry = archive_entry_new();
	int rc;

	archive_entry_set_pathname(entry, name);
	archive_entry_set_mode(entry, mode);
	archive_entry_set_rdev(entry, device);
	archive_entry_set_nlink(entry, 1);
	archive_entry_set_mtime(entry, 0, 0);
	archive_entry_set_size(entry, (la_int64_t)len);
	rc = archive_write_header(a, entry);
	archive_entry_free(entry);
	if (rc == ARCHIVE_OK && len && archive_write_data(a, bytes, len) != (la_ssize_t)len)
		rc = ARCHIVE_FATAL;
	return rc;
}

int initramfs_build(const void *init, size_t len, struct buf *out, struct error *err)
{
	struct archive *a = archive_write_new();
	int rc;

	archive_write_set_format_cpio_newc(a);
	archive_write_add_filter_none(a);
	archive_write_set_bytes_in_last_block(a, 1);
	rc = archive_write_open(a, out, NULL, append, NULL);
	if (rc == ARCHIVE_OK)
		rc = add_entry(a, "dev", S_IFDIR | 0755, 0, NULL, 0);
	if (rc == ARCHIVE_OK)
		rc = add_entry(a, "dev/console", S_IFCHR | 0600, makedev(5, 1), NULL, 0);
	if (rc == ARCHIVE_OK)
		rc = add_entry(a, "init", S_IFREG | 0755, 0, init, len);
	if (rc == ARCHIVE_OK)
		rc = archive_write_close(a);
	if (rc != ARCHIVE_OK)
		error_set(err, EIO, "cannot make the initramfs: %s", archive_error_string(a));
	archive_write_free(a);
	return rc == ARCHIVE_OK ? 0 : -EIO;
}

int initramfs_store(const char *dir, const struct arch *arch, char **path, struct error *err)
{
	const struct agent_image *agent = find_agent(arch);
	cleanup_buf struct buf archive = {0};
	cleanup_free char *hash = NULL, *file = NULL;
	int rc;

	rc = initramfs_build(agent->start, (size_t)(agent->end - agent->start), &archive, err);
	if (rc)
		return rc;
	hash = sha256_bytes(archive.data, archive.len);
	file = xasprintf("%s/initramfs-%.16s.cpio", dir, hash);
	if (access(file, R_OK)) {
		rc = io_make_dirs(dir, err);
		rc = rc ? rc : io_replace_file(file, archive.data, archive.len, err);
	}
	if (!rc)
		*path = steal_ptr(file);
	return rc;
}

int initramfs_prune(const char *dir, uint64_t *bytes, struct error *err)
{
	cleanup_free char *pattern = xasprintf("%s/initramfs-*.cpio", dir);
	glob_t found;
	int rc = 0;

	if (glob(pattern, GLOB_NOSORT, NULL, &found))
		return 0;
	for (size_t i = 0; i < found.gl_pathc && !rc; i++) {
		struct stat st = {0};

		stat(found.gl_pathv[i], &st);
		if (unlink(found.gl_pathv[i]) < 0 && errno != ENOENT)
			rc = error_set(err, errno, "%s: cannot be removed: %s", found.gl_pathv[i], strerror(errno));
		else
			*bytes += (uint64_t)st.st_size;
	}
	globfree(&found);
	return rc;
}
