/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cgroup_root: the cgroup that every process of the guest is in, for programs that are attached to one. It
 * makes no cgroup and moves no process.
 */
#ifndef COREMATRIX_AGENT_DEEDS_CGROUP_ROOT_H
#define COREMATRIX_AGENT_DEEDS_CGROUP_ROOT_H

#include <stdbool.h>

#include <bpf/libbpf.h>

/* Where main mounts the unified hierarchy. */
#define CGROUP_ROOT "/sys/fs/cgroup"

/* True for a program of a type that is attached to a cgroup. */
bool cgroup_root_is_for(const struct bpf_program *prog);

/* Attach `prog` to the root of the cgroup2 hierarchy. As bpf_program__attach: NULL with errno set on failure. */
struct bpf_link *cgroup_root_attach(const struct bpf_program *prog);

#endif
