/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Programs for what passes a route (lightweight tunnels): at a route of its own to an address that is local, so that
 * one packet comes by as it leaves and as it arrives. And actions of TC, behind a filter that every packet matches.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/lwtunnel.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/tc_act/tc_bpf.h>
#include <net/if.h>
#include <stdint.h>
#include <string.h>

#include "agent/attach/attachment.h"
#include "agent/attach/netlink.h"
#include "agent/deeds/wire.h"

/* ---- routes ---- */

static unsigned side_of(const struct bpf_program *prog)
{
	switch (bpf_program__type(prog)) {
	case BPF_PROG_TYPE_LWT_IN:
		return LWT_BPF_IN;
	case BPF_PROG_TYPE_LWT_OUT:
		return LWT_BPF_OUT;
	default:
		return LWT_BPF_XMIT;
	}
}

/* As `ip route add local ADDRESS dev lo encap bpf SIDE …`; without a program, its removal. */
static int route_change(unsigned type, unsigned flags, const struct bpf_program *prog)
{
	const struct rtmsg route = {.rtm_family = AF_INET,
	                            .rtm_dst_len = 32,
	                            .rtm_table = RT_TABLE_LOCAL,
	                            .rtm_protocol = RTPROT_BOOT,
	                            .rtm_scope = RT_SCOPE_HOST,
	                            .rtm_type = RTN_LOCAL};
	const uint16_t tunnel = LWTUNNEL_ENCAP_BPF;
	uint32_t loopback = if_nametoindex("lo"), fd;
	struct rtattr *encap, *side;
	struct netlink_request r;
	struct in_addr address;

	inet_pton(AF_INET, ROUTE_ADDRESS, &address);
	netlink_begin(&r, type, flags, &route, sizeof(route));
	netlink_add(&r, RTA_DST, &address, sizeof(address));
	netlink_add(&r, RTA_OIF, &loopback, sizeof(loopback));
	if (prog) {
		fd = (uint32_t)bpf_program__fd(prog);
		encap = netlink_add(&r, RTA_ENCAP, NULL, 0);
		side = netlink_add(&r, side_of(prog) | NLA_F_NESTED, NULL, 0);
		netlink_add(&r, LWT_BPF_PROG_FD, &fd, sizeof(fd));
		netlink_text(&r, LWT_BPF_PROG_NAME, "corematrix");
		netlink_nest_end(&r, side);
		netlink_nest_end(&r, encap);
		netlink_add(&r, RTA_ENCAP_TYPE, &tunnel, sizeof(tunnel));
	}
	return netlink_send(&r);
}

static void route_undo(const struct attachment *a)
{
	(void)a;
	route_change(RTM_DELROUTE, 0, NULL);
}

int attach_route(const struct bpf_program *prog, const struct attach_place *place, struct attachment *a,
                 struct error *err)
{
	int rc = route_change(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, prog);

	(void)place;
	if (rc == -EEXIST)
		return error_set(
		        err, EBUSY,
		        "failed to attach: the route has a program of this object already; leave one of the two out");
	if (rc < 0)
		return attach_failed(err, -rc, "to a route");
	a->undo = route_undo;
	return 0;
}

void attach_route_sweep(void)
{
	route_change(RTM_DELROUTE, 0, NULL);
}

/* ---- actions ---- */

/* As `tc filter add dev DEV ingress matchall action bpf …`. */
static int action_add(int index, const struct bpf_program *prog, bool egress)
{
	const struct tcmsg filter = {
	        .tcm_family = AF_UNSPEC,
	        .tcm_ifindex = index,
	        .tcm_parent = TC_H_MAKE(TC_H_CLSACT, egress ? TC_H_MIN_EGRESS : TC_H_MIN_INGRESS),
	        .tcm_info = TC_H_MAKE(1u << 16, htons(ETH_P_ALL)),
	};
	const struct tc_act_bpf parameters = {.action = TC_ACT_PIPE};
	uint32_t fd = (uint32_t)bpf_program__fd(prog);
	struct rtattr *options, *actions, *first, *own;
	struct netlink_request r;

	netlink_begin(&r, RTM_NEWTFILTER, NLM_F_CREATE | NLM_F_EXCL, &filter, sizeof(filter));
	netlink_text(&r, TCA_KIND, "matchall");
	options = netlink_add(&r, TCA_OPTIONS, NULL, 0);
	actions = netlink_add(&r, TCA_MATCHALL_ACT, NULL, 0);
	first = netlink_add(&r, 1, NULL, 0);
	netlink_text(&r, TCA_ACT_KIND, "bpf");
	own = netlink_add(&r, TCA_ACT_OPTIONS | NLA_F_NESTED, NULL, 0);
	netlink_add(&r, TCA_ACT_BPF_FD, &fd, sizeof(fd));
	netlink_text(&r, TCA_ACT_BPF_NAME, "corematrix");
	netlink_add(&r, TCA_ACT_BPF_PARMS, &parameters, sizeof(parameters));
	netlink_nest_end(&r, own);
	netlink_nest_end(&r, first);
	netlink_nest_end(&r, actions);
	netlink_nest_end(&r, options);
	return netlink_send(&r);
}

int attach_action(const struct bpf_program *prog, const struct attach_place *place, struct attachment *a,
                  struct error *err)
{
	int rc = attach_clsact_prepare(prog, place, a, err);

	if (rc < 0)
		return rc;
	rc = action_add(a->where, prog, a->number != 0);
	return rc < 0 ? attach_failed(err, -rc, "as an action (modules cls_matchall, act_bpf) of a filter of clsact")
	              : 0;
}
