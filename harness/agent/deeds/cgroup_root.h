/* SPDX-License-Identifier: BSD-2-Clause */
/* cgroup_root: the cgroup that every process of the guest is in, unless it has moved. */
#ifndef COREMATRIX_AGENT_DEEDS_CGROUP_ROOT_H
#define COREMATRIX_AGENT_DEEDS_CGROUP_ROOT_H

/* Where main mounts the unified hierarchy. */
#define CGROUP_ROOT "/sys/fs/cgroup"

#endif
