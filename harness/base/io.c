/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/io.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"

int io_write_all(int fd, const void *bytes, size_t len)
{
	const char *p = bytes;

	while (len) {
		ssize_t n = write(fd, p, len);

		if (n < 0) {
			if (errno == EINTR)
				continue;
			return -errno;
		}
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

/* Of a file whose size is not known, as in /proc: most are small, and a small buffer costs no pages to map. */
#define FIRST_READ 4000u
#define LARGEST_READ 65536u

int io_read_fd(int fd, size_t max, struct buf *out)
{
	size_t total = 0, chunk = FIRST_READ;
	struct stat st;

	if (fstat(fd, &st))
		return -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	if (st.st_size > 0) {
		if ((uintmax_t)st.st_size > max)
			return -EFBIG;
		chunk = (size_t)st.st_size + 1;
	}
	for (;;) {
		char *at = buf_reserve(out, chunk);
		ssize_t n = read(fd, at, chunk);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		total += (size_t)n;
		if (total > max)
			return -EFBIG;
		out->len += (size_t)n;
		out->data[out->len] = '\0';
		if ((size_t)n < chunk && st.st_size > 0)
			chunk = 1; /* the end, most likely */
		else if ((size_t)n == chunk && chunk < LARGEST_READ)
			chunk *= 2;
	}
	buf_reserve(out, 0)[0] = '\0';
	return 0;
}

int io_read_file(const char *path, size_t max, struct buf *out, struct error *err)
{
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	int rc;

	if (fd < 0)
		return error_set(err, errno, "%s: cannot open: %s", path, strerror(errno));
	rc = io_read_fd(fd, max, out);
	if (rc == -EISDIR)
		return error_set(err, EISDIR, "%s: is a directory", path);
	if (rc == -EFBIG && !fstat(fd, &st) && (uintmax_t)st.st_size > max)
		return error_set(err, EFBIG, "%s: %jd bytes, more than the %zu allowed", path, (intmax_t)st.st_size,
		                 max);
	if (rc == -EFBIG)
		return error_set(err, EFBIG, "%s: more than the %zu bytes allowed", path, max);
	return rc ? error_set(err, -rc, "%s: cannot read: %s", path, strerror(-rc)) : 0;
}

int io_replace_file(const char *path, const void *bytes, size_t len, struct error *err)
{
	cleanup_free char *tmp = xasprintf("%s.tmp.%d", path, (int)getpid());
	int fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	int rc;

	if (fd < 0)
		return error_set(err, errno, "%s: cannot create: %s", path, strerror(errno));
	rc = io_write_all(fd, bytes, len);
	if (!rc && fsync(fd))
		rc = -errno;
	if (close(fd) && !rc)
		rc = -errno;
	if (!rc && rename(tmp, path))
		rc = -errno;
	if (rc) {
		unlink(tmp);
		return error_set(err, -rc, "%s: cannot write: %s", path, strerror(-rc));
	}
	return 0;
}

int io_make_dirs(const char *path, struct error *err)
{
	cleanup_free char *copy = xstrdup(path);
	struct stat st;

	if (!*path)
		return error_set(err, ENOENT, "cannot create a directory without a name");
	for (char *p = copy + 1;; p++) {
		char kept = *p;

		if (kept != '/' && kept != '\0')
			continue;
		*p = '\0';
		if (mkdir(copy, 0777) && errno != EEXIST)
			return error_set(err, errno, "%s: cannot create directory: %s", copy, strerror(errno));
		if (!stat(copy, &st) && !S_ISDIR(st.st_mode))
			return error_set(err, ENOTDIR, "%s: cannot create directory: there is a file of that name",
			                 copy);
		*p = kept;
		if (!kept)
			return 0;
	}
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

int io_remove_tree(const char *path, struct error *err)
{
	if (nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS) && errno != ENOENT)
		return error_set(err, errno, "%s: cannot remove: %s", path, strerror(errno));
	return 0;
}

const char *io_basename(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

bool io_is_plain_name(const char *name)
{
	if (!isalnum((unsigned char)*name))
		return false;
	for (; *name; name++)
		if (!isalnum((unsigned char)*name) && !strchr("._+~-", *name))
			return false;
	return true;
}
