/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * holding: what a process is and has, as descriptors by which maps of local storage are asked for what they keep with
 * it: itself and its children, its sockets, its files with the one that it executes, its cgroup. Nothing lists the
 * entries of such a map. It reads no map.
 */
#ifndef COREMATRIX_AGENT_TRUTH_HOLDING_H
#define COREMATRIX_AGENT_TRUTH_HOLDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <linux/bpf.h>

/* Tells one from another, which a descriptor's number does not. */
struct holding_id {
	uint64_t device, number;
};

struct holding {
	struct holding_id id;
	int fd;
};

struct holding_list {
	struct holding *at;
	size_t count;
};

/* Whether a map of this type keeps values with something else: task, inode, socket, cgroup. */
bool holding_is_kept_by(enum bpf_map_type type);

/* What process `pid` has that maps of the type keep values with. Free with holding_list_free. */
void holding_list_open(enum bpf_map_type type, pid_t pid, struct holding_list *out);
void holding_list_free(struct holding_list *list);

#endif
