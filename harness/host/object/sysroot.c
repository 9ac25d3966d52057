/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/object/sysroot.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/openat2.h>

#include "base/cleanup.h"
#include "base/io.h"

int sysroot_open(struct sysroot *s, const char *path, struct error *err)
{
	*s = (struct sysroot){.fd = -1};
	if (!path)
		return 0;
	s->path = realpath(path, NULL);
	if (s->path)
		s->fd = open(s->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (s->fd < 0)
		return error_usage(err, "--sysroot %s: %s; give the directory that the other system is in", path,
		                   strerror(errno));
	if (!strcmp(s->path, "/"))
		*s->path = '\0';
	return 0;
}

void sysroot_close(struct sysroot *s)
{
	free(s->path);
	if (s->path && s->fd >= 0)
		close(s->fd);
	*s = (struct sysroot){.fd = -1};
}

int sysroot_file(const struct sysroot *s, const char *path)
{
	const struct open_how how = {.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK, .resolve = RESOLVE_IN_ROOT};
	long fd;

	if (!s->path)
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	else
		fd = syscall(SYS_openat2, s->fd, path, &how, sizeof(how));
	return fd < 0 ? -errno : (int)fd;
}

/* Its own last component may be a link, and has the name that it is known by. */
char *sysroot_inside(const struct sysroot *s, const char *path)
{
	cleanup_free char *above = xstrndup(path, (size_t)(io_basename(path) - path));
	cleanup_free char *directory = s->path ? realpath(above, NULL) : NULL;
	size_t len = directory ? strlen(s->path) : 0;

	if (!directory || strncmp(directory, s->path, len) != 0 || (directory[len] && directory[len] != '/'))
		return NULL;
	return xasprintf("%s/%s", strcmp(directory + len, "/") ? directory + len : "", io_basename(path));
}
