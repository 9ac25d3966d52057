/* SPDX-License-Identifier: BSD-2-Clause */
/* A datagram by way of a segment of IPv6, where there is one: from the near end of a wire to the far one, and back. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/seg6.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/deeds/action_deed.h"
#include "agent/deeds/loopback.h"
#include "agent/deeds/wire.h"
#include "base/cleanup.h"

#define ROUTING_TYPE_SEGMENTS 4

/* The last segment comes first; the length is in units of 8 bytes, without the first. */
struct by_way_of {
	struct ipv6_sr_hdr head;
	struct in6_addr segments[2];
};

static int route_set(int fd)
{
	struct by_way_of way = {.head = {.hdrlen = 2 * sizeof(struct in6_addr) / 8,
	                                 .type = ROUTING_TYPE_SEGMENTS,
	                                 .segments_left = 1,
	                                 .first_segment = 1}};

	inet_pton(AF_INET6, SEGMENT_NEAR_ADDRESS, &way.segments[0]);
	inet_pton(AF_INET6, SEGMENT_ADDRESS, &way.segments[1]);
	return setsockopt(fd, IPPROTO_IPV6, IPV6_RTHDR, &way, sizeof(way));
}

/* At the near end's address and a port that the kernel chooses, which `address` gets. */
static int end_open(struct sockaddr_in6 *address, struct action_result *out)
{
	cleanup_close int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	socklen_t len = sizeof(*address);

	*address = (struct sockaddr_in6){.sin6_family = AF_INET6};
	inet_pton(AF_INET6, SEGMENT_NEAR_ADDRESS, &address->sin6_addr);
	if (fd < 0)
		return action_failed(out, "socket");
	if (bind(fd, (const struct sockaddr *)address, sizeof(*address)) < 0 ||
	    getsockname(fd, (struct sockaddr *)address, &len) < 0) {
		action_failed(out, "bind");
		out->skipped = errno == EADDRNOTAVAIL; /* there is no such wire */
		return -1;
	}
	loopback_wait_limit(fd);
	return steal_fd(&fd);
}

static void segment_view(struct action_result *out, const struct sockaddr_in6 *from, const struct sockaddr_in6 *to)
{
	struct view *v = scene_add(&out->scene);

	view_number(v, VIEW_FAMILY, AF_INET6);
	view_number(v, VIEW_PROTOCOL, IPPROTO_UDP);
	view_number(v, VIEW_SPORT, ntohs(from->sin6_port));
	view_number(v, VIEW_DPORT, ntohs(to->sin6_port));
	view_address(v, VIEW_SADDR, from->sin6_addr.s6_addr, 16);
	view_address(v, VIEW_DADDR, to->sin6_addr.s6_addr, 16);
	view_number(v, VIEW_LEN, LOOPBACK_DATAGRAM);
}

void action_segment(const char *directory, struct action_result *out)
{
	struct sockaddr_in6 from, to;
	cleanup_close int server = end_open(&to, out);
	cleanup_close int client = server < 0 ? -1 : end_open(&from, out);
	char bytes[LOOPBACK_DATAGRAM] = "hello";

	(void)directory;
	if (client < 0)
		return;
	if (route_set(client) < 0) {
		action_failed(out, "setsockopt");
		return;
	}
	segment_view(out, &from, &to);
	if (sendto(client, bytes, sizeof(bytes), 0, (const struct sockaddr *)&to, sizeof(to)) != sizeof(bytes))
		action_failed(out, "send");
	else if (loopback_receive(server, bytes, sizeof(bytes)) != sizeof(bytes))
		loopback_failed(out, "recv");
}
