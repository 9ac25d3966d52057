/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/truth/holding.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "agent/deeds/cgroup_root.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"

/* 6.2; older headers lack it */
#define CGRP_STORAGE ((enum bpf_map_type)32)
#define FILE_MAX_BYTES ((size_t)4096)
/* A subject has a handful; what an object under test does to it is not bounded. */
#define FDS_MAX 64

static void add(struct holding_list *list, struct holding_id id, int fd)
{
	if (fd < 0)
		return;
	list->at = xrealloc(list->at, list->count + 1, sizeof(*list->at));
	list->at[list->count++] = (struct holding){id, fd};
}

static void add_file(struct holding_list *list, int fd)
{
	struct stat st;

	if (fd < 0)
		return;
	if (fstat(fd, &st) < 0)
		close(fd);
	else
		add(list, (struct holding_id){st.st_dev, st.st_ino}, fd);
}

static void add_task(struct holding_list *list, pid_t pid)
{
	add(list, (struct holding_id){0, (uint64_t)pid}, (int)syscall(SYS_pidfd_open, pid, 0));
}

static void tasks_find(pid_t pid, struct holding_list *out)
{
	cleanup_free char *path = xasprintf("/proc/%d/task/%d/children", (int)pid, (int)pid);
	cleanup_buf struct buf text = {0};
	char *at, *end;

	add_task(out, pid);
	if (io_read_file(path, FILE_MAX_BYTES, &text, NULL) < 0)
		return; /* CONFIG_PROC_CHILDREN is not set */
	buf_str(&text);
	for (at = text.data; out->count < FDS_MAX; at = end) {
		pid_t child = (pid_t)strtol(at, &end, 10);

		if (end == at)
			return;
		add_task(out, child);
	}
}

/* Files or sockets that it has open, each by a descriptor of our own: to open them anew would be another deed. */
static void fds_find(pid_t pid, bool sockets, struct holding_list *out)
{
	cleanup_free char *path = xasprintf("/proc/%d/fd", (int)pid);
	cleanup_close int process = (int)syscall(SYS_pidfd_open, pid, 0);
	DIR *dir = process < 0 ? NULL : opendir(path);
	const struct dirent *entry;

	while (dir && (entry = readdir(dir)) && out->count < FDS_MAX) {
		int fd = *entry->d_name == '.' ? -1 : (int)syscall(SYS_pidfd_getfd, process, atoi(entry->d_name), 0);
		struct stat st;

		if (fd < 0)
			continue;
		if (fstat(fd, &st) < 0 || S_ISSOCK(st.st_mode) != sockets)
			close(fd);
		else
			add_file(out, fd);
	}
	if (dir)
		closedir(dir);
}

static void inodes_find(pid_t pid, struct holding_list *out)
{
	cleanup_free char *exe = xasprintf("/proc/%d/exe", (int)pid);

	add_file(out, open(exe, O_PATH | O_CLOEXEC));
	fds_find(pid, false, out);
}

static void sockets_find(pid_t pid, struct holding_list *out)
{
	fds_find(pid, true, out);
}

static void cgroups_find(pid_t pid, struct holding_list *out)
{
	cleanup_free char *path = xasprintf("/proc/%d/cgroup", (int)pid), *cgroup = NULL;
	cleanup_buf struct buf text = {0};
	const char *line;

	if (io_read_file(path, FILE_MAX_BYTES, &text, NULL) < 0 || !(line = strstr(buf_str(&text), "0::/")))
		return;
	line += strlen("0::");
	cgroup = xasprintf("%s%.*s", CGROUP_ROOT, (int)strcspn(line, "\n"), line);
	add_file(out, open(cgroup, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

static const struct {
	enum bpf_map_type type;
	void (*find)(pid_t pid, struct holding_list *out);
} kinds[] = {
        {BPF_MAP_TYPE_TASK_STORAGE, tasks_find},
        {BPF_MAP_TYPE_INODE_STORAGE, inodes_find},
        {BPF_MAP_TYPE_SK_STORAGE, sockets_find},
        {CGRP_STORAGE, cgroups_find},
};

bool holding_is_kept_by(enum bpf_map_type type)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].type == type)
			return true;
	return false;
}

void holding_list_open(enum bpf_map_type type, pid_t pid, struct holding_list *out)
{
	*out = (struct holding_list){0};
	for (size_t i = 0; pid && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].type == type)
			kinds[i].find(pid, out);
}

void holding_list_free(struct holding_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		close(list->at[i].fd);
	free(list->at);
	*list = (struct holding_list){0};
}
