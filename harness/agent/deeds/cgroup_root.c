/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/deeds/cgroup_root.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <unistd.h>

#include "base/cleanup.h"

bool cgroup_root_is_for(const struct bpf_program *prog)
{
	switch (bpf_program__type(prog)) {
	case BPF_PROG_TYPE_CGROUP_SKB:
	case BPF_PROG_TYPE_CGROUP_SOCK:
	case BPF_PROG_TYPE_CGROUP_SOCK_ADDR:
	case BPF_PROG_TYPE_CGROUP_SOCKOPT:
	case BPF_PROG_TYPE_CGROUP_SYSCTL:
	case BPF_PROG_TYPE_CGROUP_DEVICE:
	case BPF_PROG_TYPE_SOCK_OPS:
		return true;
	default:
		return false;
	}
}

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

struct bpf_link *cgroup_root_attach(const struct bpf_program *prog)
{
	cleanup_close int fd = root_open();

	return fd < 0 ? NULL : bpf_program__attach_cgroup(prog, fd);
}
