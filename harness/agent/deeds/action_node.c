/* SPDX-License-Identifier: BSD-2-Clause */
/* What programs for a cgroup watch over beside sockets: a device's node, and a sysctl. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "agent/deeds/action_deed.h"
#include "base/buf.h"
#include "base/cleanup.h"

/* That of /dev/null. */
enum { MAJOR = 1, MINOR = 3 };

void action_device(const char *directory, struct action_result *out)
{
	cleanup_free char *path = xasprintf("%s/cm-device-%d", directory, (int)getpid());
	struct view *v = scene_add(&out->scene);
	cleanup_close int fd = -1;

	view_number(v, VIEW_MAJOR, MAJOR);
	view_number(v, VIEW_MINOR, MINOR);
	view_text(v, VIEW_PATH, path);
	if (mknod(path, S_IFCHR | 0600, makedev(MAJOR, MINOR)) < 0) {
		action_failed(out, "mknod");
		return;
	}
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		action_failed(out, "open");
	unlink(path);
}

/* One that anybody's kernel has, and that nothing here depends on. */
#define SYSCTL "/proc/sys/vm/swappiness"

/* What it holds; -1 on failure. */
static int sysctl_read(char *value, size_t room, struct action_result *out)
{
	cleanup_close int fd = open(SYSCTL, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return action_failed(out, "open");
	n = read(fd, value, room - 1);
	if (n < 0)
		return action_failed(out, "read");
	value[n] = '\0';
	return 0;
}

static int sysctl_write(const char *value, struct action_result *out)
{
	cleanup_close int fd = open(SYSCTL, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return action_failed(out, "open");
	if (write(fd, value, strlen(value)) < 0)
		return action_failed(out, "write");
	return 0;
}

void action_sysctl(const char *directory, struct action_result *out)
{
	struct view *v = scene_add(&out->scene);
	char before[32], after[32];

	(void)directory;
	view_text(v, VIEW_PATH, SYSCTL);
	if (sysctl_read(before, sizeof(before), out) < 0 || sysctl_write(before, out) < 0 ||
	    sysctl_read(after, sizeof(after), out) < 0)
		return;
	if (strcmp(before, after) != 0)
		action_differed(out, "write", OTHER_VALUE);
}
