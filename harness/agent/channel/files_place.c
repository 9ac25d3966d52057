/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/channel/files_place.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "wire/loader_pack.h"

static int place(const struct loader_pack_file *file, const char *root, struct error *err)
{
	cleanup_free char *path = xasprintf("%s%s", root, file->path);
	cleanup_free char *directory = xstrndup(path, (size_t)(io_basename(path) - path));
	cleanup_close int fd = -1;
	int rc = io_make_dirs(directory, err);

	if (rc)
		return rc;
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0700);
	if (fd < 0)
		return error_set(err, errno, "%s: cannot be made in the guest: %s", file->path, strerror(errno));
	rc = io_write_all(fd, file->bytes, file->size);
	if (rc == -ENOSPC || rc == -ENOMEM)
		return error_set(
		        err, -rc,
		        "%s: the guest has too little memory for the program's files; give its kernel memory= in the list of kernels",
		        file->path);
	if (rc || fchmod(fd, file->mode))
		return error_set(err, EIO, "%s: cannot be written in the guest", file->path);
	return 0;
}

int files_place(const void *pack, uint32_t size, const char *root, struct error *err)
{
	struct loader_pack_reader reader = loader_pack_open(pack, size);
	struct loader_pack_file file;
	int rc;

	while ((rc = loader_pack_next(&reader, &file, err)) == 1) {
		rc = place(&file, root, err);
		free(file.path);
		if (rc)
			return rc;
	}
	return rc;
}

int files_place_in_guest(const void *pack, uint32_t size, struct error *err)
{
	static const char *const parts[] = {"bin", "sbin", "lib", "lib64"};

	mkdir("/usr", 0755);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		cleanup_free char *whole = xasprintf("/usr/%s", parts[i]), *link = xasprintf("/%s", parts[i]);

		mkdir(whole, 0755);
		if (symlink(whole + 1, link) && errno != EEXIST)
			return error_set(err, errno, "%s: cannot be made in the guest: %s", link, strerror(errno));
	}
	return files_place(pack, size, "", err);
}
