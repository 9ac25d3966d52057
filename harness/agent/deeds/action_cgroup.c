/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "agent/deeds/action_deed.h"
#include "agent/deeds/cgroup_root.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"

/* The cgroup that was made; the subject's end removes it. */
static char *own_cgroup;

/* Move this process there: "0" is whoever writes. */
static int cgroup_enter(const char *cgroup)
{
	cleanup_free char *path = xasprintf("%s/cgroup.procs", cgroup);
	cleanup_close int fd = open(path, O_WRONLY | O_CLOEXEC);

	return fd < 0 || write(fd, "0", 1) != 1 ? -1 : 0;
}

static void cgroup_view(struct action_result *out, const struct stat *st)
{
	const char *path = own_cgroup + strlen(CGROUP_ROOT);
	struct view *v = scene_add(&out->scene);

	view_number(v, VIEW_CGROUP_ID, st->st_ino);
	view_number(v, VIEW_LEVEL, 1);
	view_text(v, VIEW_PATH, own_cgroup);
	view_text(v, VIEW_CGROUP_PATH, path);
	view_text(v, VIEW_CGROUP_NAME, path + 1);
	view_number(v, VIEW_RET, 0);
}

void action_cgroup(const char *directory, struct action_result *out)
{
	struct statfs fs;
	struct stat st;

	(void)directory;
	if (statfs(CGROUP_ROOT, &fs) < 0 || fs.f_type != CGROUP2_SUPER_MAGIC) {
		errno = ENODEV;
		action_failed(out, "statfs");
		out->skipped = true;
		return;
	}
	own_cgroup = xasprintf("%s/cm-cgroup-%d", CGROUP_ROOT, (int)getpid());
	if (mkdir(own_cgroup, 0755) < 0) {
		action_failed(out, "mkdir");
		free(steal_ptr(own_cgroup));
		return;
	}
	if (stat(own_cgroup, &st) < 0 || cgroup_enter(own_cgroup) < 0) {
		action_failed(out, "cgroup.procs");
		action_cgroup_end();
		return;
	}
	cgroup_view(out, &st);
}

int action_cgroup_end(void)
{
	cleanup_free char *cgroup = steal_ptr(own_cgroup);

	if (!cgroup)
		return 0;
	return cgroup_enter(CGROUP_ROOT) < 0 || rmdir(cgroup) < 0;
}
