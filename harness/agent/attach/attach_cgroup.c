/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Programs for a cgroup: on the root of the unified hierarchy, in which every process of the guest is, or on one that
 * is made for it, which this process enters, and whatever subjects it starts are in.
 */
#include <errno.h>
#include <fcntl.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/attach/attachment.h"
#include "base/cleanup.h"

/* A mount of its own, gone from sight at once: where else the hierarchy is mounted does not matter. */
int attach_cgroup_root(void)
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

/* The calling process goes into the cgroup that `directory` is. */
static int enter(int directory)
{
	cleanup_close int fd = openat(directory, "cgroup.procs", O_WRONLY | O_CLOEXEC);

	return fd < 0 || write(fd, "0", 1) != 1 ? -errno : 0;
}

static void own_undo(const struct attachment *a)
{
	enter(a->fds[0]);
	unlinkat(a->fds[0], a->name, AT_REMOVEDIR);
}

/* "/NAME" below the root, made and entered. Returns its descriptor or a negative errno. */
static int own_open(int root, const char *name)
{
	cleanup_close int fd = -1;
	int rc;

	if (mkdirat(root, name, 0755) < 0 && errno != EEXIST)
		return -errno;
	fd = openat(root, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	rc = enter(fd);
	return rc < 0 ? rc : steal_fd(&fd);
}

static int place_check(const char *to, struct error *err)
{
	if (!to || !strcmp(to, "/") || (to[0] == '/' && to[1] != '.' && !strchr(to + 1, '/')))
		return 0;
	return error_set(
	        err, EINVAL,
	        "failed to attach: \"%s\" is not a cgroup here; give \"/\", the root, or \"/NAME\", which is made for it",
	        to);
}

int attach_cgroup(const struct bpf_program *prog, const struct attach_place *place, struct attachment *a,
                  struct error *err)
{
	bool own = place->to && place->to[1];
	cleanup_close int root = -1, fd = -1;
	struct bpf_link *link;
	int rc = place_check(place->to, err);

	if (rc < 0)
		return rc;
	root = attach_cgroup_root();
	if (root < 0)
		return attach_failed(err, errno, "the root of the cgroups cannot be opened");
	if (own) {
		fd = own_open(root, place->to + 1);
		if (fd < 0)
			return attach_failed(err, -fd, "a cgroup cannot be made for it");
	}
	link = bpf_program__attach_cgroup(prog, own ? fd : root);
	rc = errno;
	if (own) {
		a->name = place->to + 1;
		attachment_hold_fd(a, steal_fd(&root));
		a->undo = own_undo;
	}
	if (!link)
		return attach_failed(err, rc, own ? "to a cgroup of its own" : "to the root of the cgroups");
	attachment_hold_link(a, link);
	return 0;
}

/* Below the root there are none but those that were made for programs, and those of subjects, who are gone. */
void attach_cgroup_sweep(void)
{
	cleanup_close int root = attach_cgroup_root();
	DIR *directory = root < 0 ? NULL : fdopendir(root);
	const struct dirent *entry;

	if (!directory)
		return;
	while ((entry = readdir(directory)))
		if (entry->d_type == DT_DIR && *entry->d_name != '.')
			unlinkat(root, entry->d_name, AT_REMOVEDIR);
	(void)steal_fd(&root);
	closedir(directory);
}
