/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * attachment: what holds one program in place, links, descriptors, and what has to be undone by hand; and the request
 * that the families' functions fulfil. Within this room only.
 */
#ifndef COREMATRIX_AGENT_ATTACH_ATTACHMENT_H
#define COREMATRIX_AGENT_ATTACH_ATTACHMENT_H

#include <stddef.h>

#include <bpf/libbpf.h>

#include "agent/attach/attach.h"

struct attachment {
	struct bpf_link **links;
	size_t link_count;
	int *fds;
	size_t fd_count;
	void (*undo)(const struct attachment *a); /* before links and descriptors go; may be NULL */
	int where, number;                        /* for `undo` */
	const char *name;                         /* the same; borrowed from the place */
};

/* Each takes what it is given over. */
void attachment_hold_link(struct attachment *a, struct bpf_link *link);
void attachment_hold_fd(struct attachment *a, int fd);

/*
 * BPF_LINK_CREATE with the numbers of the kernel's ABI, for attach types that a libbpf may be too old for. `detail` is
 * what follows the flags in union bpf_attr, `size` bytes of it. Returns the link's descriptor or a negative errno.
 */
int attachment_link_create(int prog_fd, int target, unsigned type, unsigned flags, const void *detail, size_t size);

/* A family's function: fills `a`, as attach_program returns. */
typedef int attach_fn(const struct bpf_program *prog, const struct attach_place *place, struct attachment *a,
                      struct error *err);

attach_fn attach_xdp, attach_xdp_in_map, attach_tc, attach_tcx, attach_tc_or_tcx, attach_netkit, attach_route,
        attach_segment, attach_action;
attach_fn attach_cgroup;
attach_fn attach_netns, attach_flow_dissector, attach_packet_socket, attach_netfilter;
attach_fn attach_perf_event;
attach_fn attach_sockmap, attach_by_subject, attach_iterator;
attach_fn attach_uprobe, attach_uretprobe, attach_uprobe_multi, attach_uretprobe_multi, attach_usdt;

/* Whether the object has a map that such an XDP program could be in. */
bool attach_xdp_has_map(const struct bpf_program *prog, const struct bpf_object *obj);

/* Whether a probe in user space is not for libbpf alone to attach, and what makes it run: bits of enum trigger. */
bool attach_user_is_left(const struct bpf_program *prog, const struct attach_place *place);
uint64_t attach_user_drives(const struct bpf_program *prog, const struct attach_place *place);

/* The root of the unified hierarchy, opened; -1 with errno set. */
int attach_cgroup_root(void);

/* Take away what programs of this family leave behind. */
void attach_interface_sweep(void);
void attach_route_sweep(void);
void attach_segment_sweep(void);
void attach_cgroup_sweep(void);
void attach_struct_ops_sweep(void);

/*
 * The interface that the place means, "lo" when it says nothing: its index, within the network namespace that this
 * process is in from then on, until wire_leave_far is given `*own`. The pair of veth is made for it where it is meant.
 */
int attach_interface_find(const struct attach_place *place, int *index, int *own, struct error *err);
void attach_wire_undo(const struct attachment *a);

/* The side of an interface that the place means, in `a`, with the clsact queueing discipline on it. */
attach_fn attach_clsact_prepare;

/* "program cannot be attached STEP: what the kernel says"; `code` is a positive errno. */
int attach_failed(struct error *err, int code, const char *step);

#endif
