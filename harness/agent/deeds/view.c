/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/deeds/view.h"

#include <stdlib.h>
#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const struct view_key_info infos[VIEW_KEY_COUNT] = {
        [VIEW_INO] = {.words = "inode number", .type = "inode", .member = "i_ino"},
        [VIEW_DEV] = {.words = "device number", .type = "super_block", .member = "s_dev"},
        [VIEW_SIZE] = {.words = "size of the file", .type = "inode", .member = "i_size"},
        [VIEW_MODE] = {.words = "mode of the file", .type = "inode", .member = "i_mode"},
        [VIEW_NLINK] = {.words = "number of links", .type = "inode", .member = "i_nlink"},
        [VIEW_CTIME_SEC] = {.words = "seconds of the change time", .type = "inode", .member = "i_ctime"},
        [VIEW_CTIME_NSEC] = {.words = "nanoseconds of the change time", .type = "inode", .member = "i_ctime"},
        [VIEW_FD] = {.words = "file descriptor"},
        [VIEW_RET] = {.words = "result of the system call"},
        [VIEW_FAMILY] = {.words = "address family", .type = "sock_common", .member = "skc_family"},
        [VIEW_PROTOCOL] = {.words = "protocol", .type = "sock", .member = "sk_protocol"},
        [VIEW_SPORT] = {.words = "source port", .type = "sock_common", .member = "skc_num"},
        [VIEW_DPORT] = {.words = "destination port", .type = "sock_common", .member = "skc_dport"},
        [VIEW_LEN] = {.words = "length"},
        [VIEW_CHILD_PID] = {.words = "process id of the child", .type = "task_struct", .member = "pid"},
        [VIEW_FORKER] = {.words = "process id of the process that forks", .type = "task_struct", .member = "pid"},
        [VIEW_EXIT_CODE] = {.words = "exit code", .type = "task_struct", .member = "exit_code"},
        [VIEW_SIG] = {.words = "signal"},
        [VIEW_TARGET_PID] = {.words = "process that gets the signal"},
        [VIEW_SENDER_PID] = {.words = "process that sends the signal"},
        [VIEW_SI_CODE] = {.words = "code of the signal"},
        [VIEW_ADDR] = {.words = "address", .type = "vm_area_struct", .member = "vm_start", .hex = true},
        [VIEW_END] = {.words = "end address", .type = "vm_area_struct", .member = "vm_end", .hex = true},
        [VIEW_PROT] = {.words = "protection"},
        [VIEW_FLAGS] = {.words = "flags", .hex = true},
        [VIEW_OLD_UID] = {.words = "old user id", .type = "cred", .member = "uid"},
        [VIEW_NEW_UID] = {.words = "new user id", .type = "cred", .member = "uid"},
        [VIEW_OLD_GID] = {.words = "old group id", .type = "cred", .member = "gid"},
        [VIEW_NEW_GID] = {.words = "new group id", .type = "cred", .member = "gid"},
        [VIEW_CAP] = {.words = "capability"},
        [VIEW_CLOCKID] = {.words = "clock"},
        [VIEW_SEC] = {.words = "seconds"},
        [VIEW_NSEC] = {.words = "nanoseconds"},
        [VIEW_EXPIRES] = {.words = "time it expires", .type = "hrtimer", .member = "_softexpires"},
        [VIEW_SLACK] = {.words = "slack of the timer"},
        [VIEW_CGROUP_ID] = {.words = "id of the cgroup", .type = "kernfs_node", .member = "id"},
        [VIEW_LEVEL] = {.words = "level", .type = "cgroup", .member = "level"},
        [VIEW_MAJOR] = {.words = "major number of the disk", .type = "gendisk", .member = "major"},
        [VIEW_MINOR] = {.words = "minor number of the disk", .type = "gendisk", .member = "first_minor"},
        [VIEW_SECTOR] = {.words = "first sector", .type = "bvec_iter", .member = "bi_sector"},
        [VIEW_OPTNAME] = {.words = "name of the option"},
        [VIEW_OPTVAL] = {.words = "value of the option"},
        [VIEW_ARG1] = {.words = "first argument"},
        [VIEW_ARG2] = {.words = "second argument"},
        [VIEW_INDEX] = {.words = "which one it was"},
        [VIEW_PORTID] = {.words = "port id of the netlink socket", .type = "netlink_sock", .member = "portid"},
        [VIEW_MAP_ID] = {.words = "id of the map", .type = "bpf_map", .member = "id"},
        [VIEW_PROG_ID] = {.words = "id of the program", .type = "bpf_prog_aux", .member = "id"},
        [VIEW_LINK_ID] = {.words = "id of the link", .type = "bpf_link", .member = "id"},
        [VIEW_PATH] = {.words = "path", .path = true},
        [VIEW_FORKER_COMM] = {.words = "name of the process that forks", .type = "task_struct", .member = "comm"},
        [VIEW_CHILD_COMM] = {.words = "name of the child", .type = "task_struct", .member = "comm"},
        [VIEW_SOURCE] = {.words = "source of the mount"},
        [VIEW_TARGET] = {.words = "target of the mount", .path = true},
        [VIEW_FSTYPE] = {.words = "type of file system", .type = "file_system_type", .member = "name"},
        [VIEW_CGROUP_PATH] = {.words = "path of the cgroup", .path = true},
        [VIEW_CGROUP_NAME] = {.words = "name of the cgroup", .type = "kernfs_node", .member = "name"},
        [VIEW_HOST] = {.words = "name that is looked up"},
        [VIEW_LINE] = {.words = "line that is read"},
        [VIEW_DISK] = {.words = "name of the disk", .type = "gendisk", .member = "disk_name"},
        [VIEW_SADDR] = {.words = "source address", .type = "sock_common", .member = "skc_rcv_saddr"},
        [VIEW_DADDR] = {.words = "destination address", .type = "sock_common", .member = "skc_daddr"},
};

static const struct view_claim claims[] = {
        {"filename", VIEW_PATH, ANY_FAMILY, false},
        {"fname", VIEW_PATH, ANY_FAMILY, false},
        {"file_name", VIEW_PATH, ANY_FAMILY, false},
        {"path", VIEW_PATH, ANY_FAMILY, false},
        {"pathname", VIEW_PATH, ANY_FAMILY, false},
        {"ino", VIEW_INO, ANY_FAMILY, false},
        {"inode", VIEW_INO, ANY_FAMILY, false},
        {"i_ino", VIEW_INO, ANY_FAMILY, false},
        {"dev", VIEW_DEV, ANY_FAMILY, false},
        {"s_dev", VIEW_DEV, ANY_FAMILY, false},
        {"i_size", VIEW_SIZE, ANY_FAMILY, false},
        {"file_size", VIEW_SIZE, ANY_FAMILY, false},
        {"size", VIEW_SIZE, ANY_FAMILY, false},
        {"mode", VIEW_MODE, ANY_FAMILY, false},
        {"i_mode", VIEW_MODE, ANY_FAMILY, false},
        {"nlink", VIEW_NLINK, ANY_FAMILY, false},
        {"i_nlink", VIEW_NLINK, ANY_FAMILY, false},
        {"ctime", VIEW_CTIME_SEC, ANY_FAMILY, false},
        {"ctime_sec", VIEW_CTIME_SEC, ANY_FAMILY, false},
        {"ctime.tv_sec", VIEW_CTIME_SEC, ANY_FAMILY, false},
        {"i_ctime_sec", VIEW_CTIME_SEC, ANY_FAMILY, false},
        {"ctime_ns", VIEW_CTIME_SEC, ANY_FAMILY, false},
        {"ctime_nsec", VIEW_CTIME_NSEC, ANY_FAMILY, false},
        {"ctime.tv_nsec", VIEW_CTIME_NSEC, ANY_FAMILY, false},
        {"i_ctime_nsec", VIEW_CTIME_NSEC, ANY_FAMILY, false},
        {"fd", VIEW_FD, ANY_FAMILY, false},
        {"ret", VIEW_RET, ANY_FAMILY, false},
        {"retval", VIEW_RET, ANY_FAMILY, false},
        {"family", VIEW_FAMILY, ANY_FAMILY, false},
        {"af", VIEW_FAMILY, ANY_FAMILY, false},
        {"protocol", VIEW_PROTOCOL, ANY_FAMILY, false},
        {"proto", VIEW_PROTOCOL, ANY_FAMILY, false},
        {"sport", VIEW_SPORT, ANY_FAMILY, false},
        {"lport", VIEW_SPORT, ANY_FAMILY, false},
        {"dport", VIEW_DPORT, ANY_FAMILY, false},
        {"rport", VIEW_DPORT, ANY_FAMILY, false},
        {"saddr", VIEW_SADDR, ANY_FAMILY, false},
        {"laddr", VIEW_SADDR, ANY_FAMILY, false},
        {"saddr_v4", VIEW_SADDR, ONLY_V4, false},
        {"saddr4", VIEW_SADDR, ONLY_V4, false},
        {"saddr_v6", VIEW_SADDR, ONLY_V6, false},
        {"saddr6", VIEW_SADDR, ONLY_V6, false},
        {"daddr", VIEW_DADDR, ANY_FAMILY, false},
        {"raddr", VIEW_DADDR, ANY_FAMILY, false},
        {"daddr_v4", VIEW_DADDR, ONLY_V4, false},
        {"daddr4", VIEW_DADDR, ONLY_V4, false},
        {"daddr_v6", VIEW_DADDR, ONLY_V6, false},
        {"daddr6", VIEW_DADDR, ONLY_V6, false},
        {"len", VIEW_LEN, ANY_FAMILY, false},
        {"length", VIEW_LEN, ANY_FAMILY, false},
        {"child_pid", VIEW_CHILD_PID, ANY_FAMILY, false},
        {"child_tid", VIEW_CHILD_PID, ANY_FAMILY, false},
        {"child_tgid", VIEW_CHILD_PID, ANY_FAMILY, false},
        {"parent_pid", VIEW_FORKER, ANY_FAMILY, true},
        {"parent_tgid", VIEW_FORKER, ANY_FAMILY, true},
        {"child_ppid", VIEW_FORKER, ANY_FAMILY, true},
        {"parent_comm", VIEW_FORKER_COMM, ANY_FAMILY, true},
        {"child_comm", VIEW_CHILD_COMM, ANY_FAMILY, true},
        {"exit_code", VIEW_EXIT_CODE, ANY_FAMILY, false},
        {"exit_status", VIEW_EXIT_CODE, ANY_FAMILY, false},
        {"sig", VIEW_SIG, ANY_FAMILY, false},
        {"signal", VIEW_SIG, ANY_FAMILY, false},
        {"signo", VIEW_SIG, ANY_FAMILY, false},
        {"target_pid", VIEW_TARGET_PID, ANY_FAMILY, false},
        {"target_tgid", VIEW_TARGET_PID, ANY_FAMILY, false},
        {"tpid", VIEW_TARGET_PID, ANY_FAMILY, false},
        {"sender_pid", VIEW_SENDER_PID, ANY_FAMILY, false},
        {"sender_tgid", VIEW_SENDER_PID, ANY_FAMILY, false},
        {"si_pid", VIEW_SENDER_PID, ANY_FAMILY, false},
        {"si_code", VIEW_SI_CODE, ANY_FAMILY, false},
        {"addr", VIEW_ADDR, ANY_FAMILY, false},
        {"start_addr", VIEW_ADDR, ANY_FAMILY, false},
        {"vm_start", VIEW_ADDR, ANY_FAMILY, false},
        {"end", VIEW_END, ANY_FAMILY, false},
        {"end_addr", VIEW_END, ANY_FAMILY, false},
        {"vm_end", VIEW_END, ANY_FAMILY, false},
        {"prot", VIEW_PROT, ANY_FAMILY, false},
        {"flags", VIEW_FLAGS, ANY_FAMILY, false},
        {"source", VIEW_SOURCE, ANY_FAMILY, false},
        {"src", VIEW_SOURCE, ANY_FAMILY, false},
        {"dev_name", VIEW_SOURCE, ANY_FAMILY, false},
        {"target", VIEW_TARGET, ANY_FAMILY, false},
        {"dest", VIEW_TARGET, ANY_FAMILY, false},
        {"dir_name", VIEW_TARGET, ANY_FAMILY, false},
        {"mountpoint", VIEW_TARGET, ANY_FAMILY, false},
        {"fstype", VIEW_FSTYPE, ANY_FAMILY, false},
        {"fs_type", VIEW_FSTYPE, ANY_FAMILY, false},
        {"fs", VIEW_FSTYPE, ANY_FAMILY, false},
        {"old_uid", VIEW_OLD_UID, ANY_FAMILY, false},
        {"new_uid", VIEW_NEW_UID, ANY_FAMILY, false},
        {"old_gid", VIEW_OLD_GID, ANY_FAMILY, false},
        {"new_gid", VIEW_NEW_GID, ANY_FAMILY, false},
        {"cap", VIEW_CAP, ANY_FAMILY, false},
        {"capability", VIEW_CAP, ANY_FAMILY, false},
        {"clockid", VIEW_CLOCKID, ANY_FAMILY, false},
        {"clock_id", VIEW_CLOCKID, ANY_FAMILY, false},
        {"sec", VIEW_SEC, ANY_FAMILY, false},
        {"tv_sec", VIEW_SEC, ANY_FAMILY, false},
        {"nsec", VIEW_NSEC, ANY_FAMILY, false},
        {"tv_nsec", VIEW_NSEC, ANY_FAMILY, false},
        {"expires", VIEW_EXPIRES, ANY_FAMILY, false},
        {"softexpires", VIEW_EXPIRES, ANY_FAMILY, false},
        {"dst_id", VIEW_CGROUP_ID, ANY_FAMILY, false},
        {"cgrp_id", VIEW_CGROUP_ID, ANY_FAMILY, false},
        {"cgroup_ino", VIEW_CGROUP_ID, ANY_FAMILY, false},
        {"level", VIEW_LEVEL, ANY_FAMILY, false},
        {"dst_level", VIEW_LEVEL, ANY_FAMILY, false},
        {"cgroup_path", VIEW_CGROUP_PATH, ANY_FAMILY, false},
        {"dst_path", VIEW_CGROUP_PATH, ANY_FAMILY, false},
        {"cgroup_name", VIEW_CGROUP_NAME, ANY_FAMILY, false},
        {"major", VIEW_MAJOR, ANY_FAMILY, false},
        {"minor", VIEW_MINOR, ANY_FAMILY, false},
        {"first_minor", VIEW_MINOR, ANY_FAMILY, false},
        {"sector", VIEW_SECTOR, ANY_FAMILY, false},
        {"optname", VIEW_OPTNAME, ANY_FAMILY, false},
        {"optval", VIEW_OPTVAL, ANY_FAMILY, false},
        {"arg1", VIEW_ARG1, ANY_FAMILY, false},
        {"arg2", VIEW_ARG2, ANY_FAMILY, false},
        {"index", VIEW_INDEX, ANY_FAMILY, false},
        {"portid", VIEW_PORTID, ANY_FAMILY, false},
        {"map_id", VIEW_MAP_ID, ANY_FAMILY, false},
        {"prog_id", VIEW_PROG_ID, ANY_FAMILY, false},
        {"link_id", VIEW_LINK_ID, ANY_FAMILY, false},
        {"host", VIEW_HOST, ANY_FAMILY, false},
        {"hostname", VIEW_HOST, ANY_FAMILY, false},
        {"line", VIEW_LINE, ANY_FAMILY, false},
        {"disk", VIEW_DISK, ANY_FAMILY, false},
        {"disk_name", VIEW_DISK, ANY_FAMILY, false},
};

struct view *scene_add(struct scene *scene)
{
	if (scene->count == SCENE_VIEWS_MAX)
		abort();
	scene->views[scene->count] = (struct view){0};
	return &scene->views[scene->count++];
}

void view_number(struct view *v, enum view_key key, uint64_t number)
{
	v->numbers[key] = number;
	v->known |= 1ull << key;
}

void view_text(struct view *v, enum view_key key, const char *text)
{
	size_t len = strlen(text);

	if (len >= VIEW_TEXT_SIZE) {
		v->known &= ~(1ull << key);
		return;
	}
	memcpy(v->texts[key - VIEW_PATH], text, len + 1);
	v->known |= 1ull << key;
}

void view_address(struct view *v, enum view_key key, const uint8_t *bytes, size_t len)
{
	uint8_t *slot = v->addresses[key - VIEW_SADDR];

	memset(slot, 0, sizeof(v->addresses[0]));
	if (bytes)
		memcpy(slot, bytes, len);
	v->known |= 1ull << key;
}

const struct view_key_info *view_key_info(int key)
{
	return &infos[key];
}

const struct view_claim *view_claims(size_t *count)
{
	*count = COUNT(claims);
	return claims;
}

/* `*len` becomes less when `tail` ends the name. */
static void tail_drop(const char *name, size_t *len, const char *tail)
{
	size_t n = strlen(tail);

	if (*len > n && !memcmp(name + *len - n, tail, n))
		*len -= n;
}

/* What is left of a name without how `struct in6_addr` is spelled after a member of that type, and "_helper". */
static size_t name_length(const char *field)
{
	size_t len = strlen(field);

	tail_drop(field, &len, ".in6_u.u6_addr8");
	tail_drop(field, &len, "_helper");
	return len;
}

static bool name_is(const char *field, size_t len, const char *name)
{
	return *name == *field && strlen(name) == len && !memcmp(name, field, len);
}

const struct view_claim *view_claim_find(const char *field, bool beside_child)
{
	size_t len = name_length(field);

	for (size_t i = 0; i < COUNT(claims); i++)
		if (name_is(field, len, claims[i].name))
			return claims[i].beside_child && !beside_child ? NULL : &claims[i];
	return NULL;
}

bool view_names_child(const char *field)
{
	size_t len = name_length(field);

	for (size_t i = 0; i < COUNT(claims); i++)
		if (claims[i].key == VIEW_CHILD_PID && name_is(field, len, claims[i].name))
			return true;
	return false;
}
