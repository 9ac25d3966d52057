/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/store/store_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/log.h"

static int take(int fd, int operation, const char *dir, const char *path, struct error *err)
{
	int rc = flock(fd, operation | LOCK_NB);

	if (rc && errno == EWOULDBLOCK) {
		log_info("waiting for another run that is working on %s", dir);
		do
			rc = flock(fd, operation);
		while (rc && errno == EINTR);
	}
	if (rc)
		return error_set(err, errno, "%s: cannot lock: %s", path, strerror(errno));
	return 0;
}

static int lock_file(const char *dir, const char *name, int operation, int *fd, struct error *err)
{
	cleanup_free char *path = xasprintf("%s/%s", dir, name);
	int rc = io_make_dirs(dir, err);

	*fd = -1;
	if (rc)
		return rc;
	*fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (*fd < 0 && (errno == EACCES || errno == EROFS))
		*fd = open(path, O_RDONLY | O_CLOEXEC);
	if (*fd < 0 && (errno == EACCES || errno == EROFS || errno == ENOENT))
		return 0;
	if (*fd < 0)
		return error_set(err, errno, "%s: cannot open: %s", path, strerror(errno));
	rc = take(*fd, operation, dir, path, err);
	if (rc)
		close(steal_fd(fd));
	return rc;
}

int store_dir_lock(const char *dir, int *fd, struct error *err)
{
	return lock_file(dir, ".lock", LOCK_EX, fd, err);
}

int store_dir_use(const char *dir, bool alone, int *fd, struct error *err)
{
	return lock_file(dir, ".use", alone ? LOCK_EX : LOCK_SH, fd, err);
}

int store_dir_read_lock_file(const char *dir, struct kernel_lock *lock, struct error *err)
{
	cleanup_free char *path = xasprintf("%s/kernels.lock", dir);

	return kernel_lock_read(path, lock, err);
}

int store_dir_write_lock_file(const char *dir, const struct kernel_lock *lock, struct error *err)
{
	cleanup_free char *path = xasprintf("%s/kernels.lock", dir);
	cleanup_buf struct buf now = {0}, before = {0};

	/* A file of nothing but its header would look like the mark of a store that is filled. */
	if (!lock->count && access(path, F_OK))
		return 0;
	kernel_lock_write(lock, &now);
	if (!io_read_file(path, (size_t)64 << 20, &before, NULL) && before.len == now.len &&
	    !memcmp(before.data, now.data, now.len))
		return 0;
	return io_replace_file(path, now.data, now.len, err);
}

int store_dir_size(const char *dir, uint64_t *bytes, struct error *err)
{
	cleanup_free char *copy = xstrdup(dir);
	FTS *tree = fts_open((char *const[]){copy, NULL}, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	const FTSENT *e;

	*bytes = 0;
	if (!tree)
		return error_set(err, errno, "%s: %s", dir, strerror(errno));
	while ((e = fts_read(tree)))
		if (e->fts_info == FTS_F)
			*bytes += (uint64_t)e->fts_statp->st_blocks * 512;
	fts_close(tree);
	return 0;
}
