/* SPDX-License-Identifier: BSD-2-Clause */
/* Programs for a cgroup: on the root of the unified hierarchy, in which every process of the guest is. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "agent/attach/attachment.h"
#include "base/cleanup.h"

/* A mount of its own, gone from sight at once: where else the hierarchy is mounted does not matter. */
static int root_open(void)
{
	char directory[] = "/tmp/cm-cgroup-XXXXXX";
	int fd = -1, code = 0;

	if (!mkdtemp(directory))
		return -1;
	if (mount("cgroup2", directory, "cgroup2", 0, NULL)) {
		code = errno;
	} else {
		fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		code = errno;
		umount2(directory, MNT_DETACH);
	}
	rmdir(directory);
	errno = code;
	return fd;
}

int attach_cgroup(const struct bpf_program *prog, const struct attach_place *place, struct attachment *a,
                  struct error *err)
{
	cleanup_close int fd = -1;
	struct bpf_link *link;

	if (place->to && strcmp(place->to, "/") != 0)
		return error_set(
		        err, EINVAL,
		        "failed to attach: it is for a cgroup, and \"%s\" is not one here; give \"/\", the root",
		        place->to);
	fd = root_open();
	if (fd < 0)
		return attach_failed(err, errno, "the root of the cgroups cannot be opened");
	link = bpf_program__attach_cgroup(prog, fd);
	if (!link)
		return attach_failed(err, errno, "to the root of the cgroups");
	attachment_hold_link(a, link);
	return 0;
}
