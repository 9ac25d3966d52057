/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Programs at a segment of IPv6 (seg6local, End.BPF): the far end of the pair of veth is one, which packets of the near
 * end's pass on their way back to it.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/lwtunnel.h>
#include <linux/seg6_local.h>
#include <net/if.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "agent/attach/attachment.h"
#include "agent/attach/netlink.h"
#include "agent/attach/wire_make.h"
#include "agent/deeds/wire.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"

#define PREFIX_BITS 64
#define CONF "/proc/sys/net/ipv6/conf/"

/* As `ip addr add ADDRESS/64 dev NAME nodad`. */
static int address_add(const char *name, const char *address)
{
	const struct ifaddrmsg head = {.ifa_family = AF_INET6,
	                               .ifa_prefixlen = PREFIX_BITS,
	                               .ifa_flags = IFA_F_NODAD,
	                               .ifa_index = if_nametoindex(name)};
	struct netlink_request r;
	struct in6_addr bytes;

	inet_pton(AF_INET6, address, &bytes);
	netlink_begin(&r, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, &head, sizeof(head));
	netlink_add(&r, IFA_LOCAL, &bytes, sizeof(bytes));
	netlink_add(&r, IFA_ADDRESS, &bytes, sizeof(bytes));
	return netlink_send(&r);
}

static const struct rtmsg route_head = {.rtm_family = AF_INET6,
                                        .rtm_dst_len = 128,
                                        .rtm_table = RT_TABLE_MAIN,
                                        .rtm_protocol = RTPROT_BOOT,
                                        .rtm_scope = RT_SCOPE_UNIVERSE,
                                        .rtm_type = RTN_UNICAST};

static void route_begin(struct netlink_request *r, const char *name)
{
	uint32_t index = if_nametoindex(name);
	struct in6_addr segment;

	inet_pton(AF_INET6, SEGMENT_ADDRESS, &segment);
	netlink_begin(r, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, &route_head, sizeof(route_head));
	netlink_add(r, RTA_DST, &segment, sizeof(segment));
	netlink_add(r, RTA_OIF, &index, sizeof(index));
}

/* As `ip -6 route add SEGMENT via FAR dev NEAR`. */
static int near_route(void)
{
	struct netlink_request r;
	struct in6_addr far;

	inet_pton(AF_INET6, SEGMENT_FAR_ADDRESS, &far);
	route_begin(&r, WIRE_NEAR_NAME);
	netlink_add(&r, RTA_GATEWAY, &far, sizeof(far));
	return netlink_send(&r);
}

/* As `ip -6 route add SEGMENT encap seg6local action End.BPF endpoint … dev FAR`. */
static int far_route(const struct bpf_program *prog)
{
	const uint32_t action = SEG6_LOCAL_ACTION_END_BPF, fd = (uint32_t)bpf_program__fd(prog);
	const uint16_t tunnel = LWTUNNEL_ENCAP_SEG6_LOCAL;
	struct rtattr *encap, *own;
	struct netlink_request r;

	route_begin(&r, WIRE_FAR_NAME);
	encap = netlink_add(&r, RTA_ENCAP, NULL, 0);
	netlink_add(&r, SEG6_LOCAL_ACTION, &action, sizeof(action));
	own = netlink_add(&r, SEG6_LOCAL_BPF | NLA_F_NESTED, NULL, 0);
	netlink_add(&r, SEG6_LOCAL_BPF_PROG, &fd, sizeof(fd));
	netlink_text(&r, SEG6_LOCAL_BPF_PROG_NAME, "corematrix");
	netlink_nest_end(&r, own);
	netlink_nest_end(&r, encap);
	netlink_add(&r, RTA_ENCAP_TYPE, &tunnel, sizeof(tunnel));
	return netlink_send(&r);
}

/* Of the network namespace that this process is in. */
static int conf_set(const char *name, const char *file, const char *value)
{
	cleanup_free char *path = xasprintf(CONF "%s/%s", name, file);
	cleanup_close int fd = open(path, O_WRONLY | O_CLOEXEC);

	return fd < 0 ? -errno : io_write_all(fd, value, strlen(value));
}

static int segments_allow(const char *name)
{
	int rc = conf_set("all", "seg6_enabled", "1");

	return rc < 0 ? rc : conf_set(name, "seg6_enabled", "1");
}

static int far_prepare(const struct bpf_program *prog)
{
	cleanup_far int own = wire_enter_far();
	int rc = own < 0 ? own : conf_set("all", "forwarding", "1");

	rc = rc < 0 ? rc : segments_allow(WIRE_FAR_NAME);
	rc = rc < 0 ? rc : address_add(WIRE_FAR_NAME, SEGMENT_FAR_ADDRESS);
	return rc < 0 ? rc : far_route(prog);
}

void attach_segment_sweep(void)
{
	conf_set("all", "seg6_enabled", "0");
}

static void segment_undo(const struct attachment *a)
{
	(void)a;
	attach_segment_sweep();
	wire_unmake();
}

int attach_segment(const struct bpf_program *prog, const struct attach_place *place, struct attachment *a,
                   struct error *err)
{
	int rc = wire_make("veth", err);

	(void)place;
	if (rc < 0)
		return rc;
	a->undo = segment_undo;
	rc = far_prepare(prog);
	if (rc < 0)
		return attach_failed(err, -rc, "the far end of a pair, as a segment of IPv6");
	rc = segments_allow(WIRE_NEAR_NAME);
	rc = rc < 0 ? rc : address_add(WIRE_NEAR_NAME, SEGMENT_NEAR_ADDRESS);
	rc = rc < 0 ? rc : near_route();
	return rc < 0 ? attach_failed(err, -rc, "the near end of a pair, which leads to a segment of IPv6") : 0;
}
