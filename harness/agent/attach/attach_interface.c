/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Classifiers on one of the two sides of an interface, by the clsact queueing discipline or by tcx, and netkit. The
 * loopback is the one that subjects' packets pass, each first as egress, then as ingress.
 */
#include <errno.h>
#include <net/if.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "agent/attach/attachment.h"
#include "agent/attach/wire_make.h"
#include "agent/deeds/wire.h"
#include "base/buf.h"
#include "base/cleanup.h"

/* enum bpf_attach_type, of 6.6 and later */
enum { TCX_INGRESS = 46, TCX_EGRESS = 47 };

#define LOOPBACK "lo"
/* A pair that is made for it, of which the near end is meant; and the far one, in a namespace of its own. */
#define PAIR "veth"
#define PAIR_FAR "veth-far"

static int pair_find(bool far, int *index, int *own, struct error *err)
{
	int near = wire_make(PAIR, err);

	if (near < 0 || !far) {
		*index = near;
		return near < 0 ? near : 0;
	}
	*own = wire_enter_far();
	if (*own < 0)
		return attach_failed(err, -*own, "the far end's network namespace cannot be entered");
	*index = (int)if_nametoindex(WIRE_FAR_NAME);
	return 0;
}

int attach_interface_find(const struct attach_place *place, int *index, int *own, struct error *err)
{
	const char *name = place->to ? place->to : LOOPBACK;

	*own = -1;
	if (!strcmp(name, PAIR) || !strcmp(name, PAIR_FAR))
		return pair_find(!strcmp(name, PAIR_FAR), index, own, err);
	*index = (int)if_nametoindex(name);
	if (*index)
		return 0;
	return error_set(err, ENODEV,
	                 "failed to attach: there is no interface \"%s\" in this guest; give \"%s\", \"%s\" or \"%s\"",
	                 name, LOOPBACK, PAIR, PAIR_FAR);
}

/* Without a word of the ini's, the section's or the program's name tells, as far as they say it. */
static bool is_egress(const struct bpf_program *prog, const struct attach_place *place)
{
	if (place->hook)
		return !strcmp(place->hook, "egress");
	if ((int)bpf_program__expected_attach_type(prog) == TCX_EGRESS)
		return true;
	return strstr(bpf_program__name(prog), "egress") != NULL;
}

static int hook_check(const struct attach_place *place, struct error *err)
{
	if (!place->hook || !strcmp(place->hook, "ingress") || !strcmp(place->hook, "egress"))
		return 0;
	return error_set(err, EINVAL, "failed to attach: hook \"%s\" is neither ingress nor egress", place->hook);
}

void attach_wire_undo(const struct attachment *a)
{
	(void)a;
	wire_unmake();
}

static enum bpf_tc_attach_point point_of(const struct attachment *a)
{
	return a->number ? BPF_TC_EGRESS : BPF_TC_INGRESS;
}

/* The queueing discipline goes with all filters of it: the object is leaving as a whole. */
static void clsact_remove(int index)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = index, .attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS);
	libbpf_print_fn_t print = libbpf_set_print(NULL);

	bpf_tc_hook_destroy(&hook);
	libbpf_set_print(print);
}

static void tc_undo(const struct attachment *a)
{
	clsact_remove(a->where);
	wire_unmake(); /* where one was made */
}

/* libbpf complains of what is there already. */
static int clsact_add(struct attachment *a, struct error *err)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = a->where, .attach_point = point_of(a));
	libbpf_print_fn_t print = libbpf_set_print(NULL);
	int rc = bpf_tc_hook_create(&hook);

	libbpf_set_print(print);
	if (rc < 0 && rc != -EEXIST)
		return attach_failed(err, -rc, "the clsact queueing discipline (module sch_ingress) cannot be added");
	a->undo = tc_undo;
	return 0;
}

static int clsact_attach(const struct bpf_program *prog, const struct attach_place *place, struct attachment *a,
                         struct error *err)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = a->where, .attach_point = point_of(a));
	LIBBPF_OPTS(bpf_tc_opts, opts, .prog_fd = bpf_program__fd(prog));
	int rc = clsact_add(a, err);

	if (rc < 0)
		return rc;
	if (place->priority)
		opts.priority = (uint32_t)strtoul(place->priority, NULL, 0);
	rc = bpf_tc_attach(&hook, &opts);
	return rc < 0 ? attach_failed(err, -rc, "as a filter (module cls_bpf) of clsact") : 0;
}

static int tcx_link(const struct bpf_program *prog, struct attachment *a, struct error *err)
{
	int fd = attachment_link_create(bpf_program__fd(prog), a->where, a->number ? TCX_EGRESS : TCX_INGRESS, 0, NULL,
	                                0);

	if (fd == -EINVAL)
		return error_set(err, EOPNOTSUPP,
		                 "failed to attach: the kernel does not know tcx, which came with 6.6");
	if (fd < 0)
		return attach_failed(err, -fd, "by tcx");
	attachment_hold_fd(a, fd);
	a->undo = a->undo ? a->undo : attach_wire_undo;
	return 0;
}

static int side_find(const struct bpf_program *prog, const struct attach_place *place, struct attachment *a, int *own,
                     struct error *err)
{
	int rc = hook_check(place, err);

	a->number = is_egress(prog, place);
	return rc < 0 ? rc : attach_interface_find(place, &a->where, own, err);
}

int attach_clsact_prepare(const struct bpf_program *prog, const struct attach_place *place, struct attachment *a,
                          struct error *err)
{
	cleanup_far int own = -1;
	int rc = side_find(prog, place, a, &own, err);

	return rc < 0 ? rc : clsact_add(a, err);
}

int attach_tcx(const struct bpf_program *prog, const struct attach_place *place, struct attachment *a,
               struct error *err)
{
	cleanup_far int own = -1;
	int rc = side_find(prog, place, a, &own, err);

	return rc < 0 ? rc : tcx_link(prog, a, err);
}

/*
 * A section of libbpf's that means tcx where the kernel knows it, and was written for clsact; without a side in it, for
 * clsact alone, which is a module that not every kernel's package still has.
 */
int attach_tc_or_tcx(const struct bpf_program *prog, const struct attach_place *place, struct attachment *a,
                     struct error *err)
{
	bool prefers_tcx = bpf_program__expected_attach_type(prog) != 0;
	cleanup_error struct error second = {0};
	cleanup_far int own = -1;
	int rc = side_find(prog, place, a, &own, err);

	if (rc < 0)
		return rc;
	if (prefers_tcx && tcx_link(prog, a, &second) == 0)
		return 0;
	rc = clsact_attach(prog, place, a, err);
	if (rc == 0 || prefers_tcx)
		return rc;
	if (tcx_link(prog, a, &second) < 0)
		return rc;
	error_clear(err);
	return 0;
}

void attach_interface_sweep(void)
{
	clsact_remove((int)if_nametoindex(LOOPBACK));
	wire_unmake();
}

/* enum bpf_attach_type, of 6.7 and later */
enum { NETKIT_PRIMARY = 54, NETKIT_PEER = 55 };

/* Of a pair of netkit interfaces that is made for it: at the near end, which is the primary one, or at its peer. */
int attach_netkit(const struct bpf_program *prog, const struct attach_place *place, struct attachment *a,
                  struct error *err)
{
	unsigned type = bpf_program__expected_attach_type(prog);
	int index, fd;

	(void)place;
	index = wire_make("netkit", err);
	if (index == -EOPNOTSUPP) {
		error_clear(err);
		return error_set(err, EOPNOTSUPP,
		                 "failed to attach: the kernel does not know netkit, which came with 6.7");
	}
	if (index < 0)
		return index;
	a->undo = attach_wire_undo;
	fd = attachment_link_create(bpf_program__fd(prog), index, type, 0, NULL, 0);
	if (fd < 0)
		return attach_failed(err, -fd, "to a netkit interface");
	attachment_hold_fd(a, fd);
	return 0;
}
