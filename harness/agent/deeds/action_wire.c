/* SPDX-License-Identifier: BSD-2-Clause */
/* A datagram from one end of a wire to the other, and one along a route, where there are such. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "agent/deeds/action_deed.h"
#include "agent/deeds/loopback.h"
#include "agent/deeds/wire.h"
#include "base/cleanup.h"

/* A socket in the far end's namespace; the caller stays in its own. */
static int far_socket(struct action_result *out)
{
	cleanup_close int own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	cleanup_close int far = open(WIRE_FAR_NETNS, O_RDONLY | O_CLOEXEC);
	cleanup_close int fd = -1;

	if (far < 0) {
		out->skipped = true;
		return action_failed(out, "open");
	}
	if (own < 0 || setns(far, CLONE_NEWNET) < 0)
		return action_failed(out, "setns");
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (setns(own, CLONE_NEWNET) < 0 || fd < 0)
		return action_failed(out, "socket");
	return steal_fd(&fd);
}

static void address_fill(struct sockaddr_in *out, const char *text)
{
	*out = (struct sockaddr_in){.sin_family = AF_INET};
	inet_pton(AF_INET, text, &out->sin_addr);
}

static void wire_view(struct action_result *out, const struct sockaddr_in *from, const struct sockaddr_in *to,
                      size_t len)
{
	struct view *v = scene_add(&out->scene);

	view_number(v, VIEW_FAMILY, AF_INET);
	view_number(v, VIEW_PROTOCOL, IPPROTO_UDP);
	view_number(v, VIEW_SPORT, ntohs(from->sin_port));
	view_number(v, VIEW_DPORT, ntohs(to->sin_port));
	view_address(v, VIEW_SADDR, (const uint8_t *)&from->sin_addr.s_addr, 4);
	view_address(v, VIEW_DADDR, (const uint8_t *)&to->sin_addr.s_addr, 4);
	view_number(v, VIEW_LEN, len);
}

/* The sender's is left to the interface, which a packet that is redirected never comes to. */
static void without_checksum(int fd)
{
	const int yes = 1;

	setsockopt(fd, SOL_SOCKET, SO_NO_CHECK, &yes, sizeof(yes));
}

/* As large as it may be to leave in one piece. */
static size_t datagram_size(int fd)
{
	struct ifreq r = {0};

	snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", WIRE_NEAR_NAME);
	return ioctl(fd, SIOCGIFMTU, &r) == 0 && r.ifr_mtu >= WIRE_WIDE ? WIRE_DATAGRAM_WIDE : LOOPBACK_DATAGRAM;
}

/* The same the other way round, where there are two ways. */
static void answer(int server, int client, const struct sockaddr_in *far, const struct sockaddr_in *near,
                   struct action_result *out)
{
	char bytes[WIRE_DATAGRAM_WIDE] = "hello";
	size_t size = datagram_size(client);

	if (far->sin_addr.s_addr == near->sin_addr.s_addr)
		return;
	wire_view(out, far, near, size);
	loopback_wait_limit(client);
	if (sendto(server, bytes, size, 0, (const struct sockaddr *)near, sizeof(*near)) != (ssize_t)size)
		action_failed(out, "send");
	else if (loopback_receive(client, bytes, sizeof(bytes)) != (ssize_t)size)
		loopback_failed(out, "recv");
}

/* From one to the other, whose addresses are given and whose ports the kernel chooses. */
static void datagram_send(int server, const char *from, const char *to, struct action_result *out)
{
	cleanup_close int client = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	char bytes[WIRE_DATAGRAM_WIDE] = "hello";
	size_t size = datagram_size(client);
	struct sockaddr_in near, far;
	socklen_t len = sizeof(near);

	address_fill(&near, from);
	address_fill(&far, to);
	loopback_wait_limit(server);
	without_checksum(server);
	without_checksum(client);
	if (client < 0 || bind(server, (const struct sockaddr *)&far, sizeof(far)) < 0 ||
	    bind(client, (const struct sockaddr *)&near, sizeof(near)) < 0 ||
	    getsockname(server, (struct sockaddr *)&far, &len) < 0 ||
	    getsockname(client, (struct sockaddr *)&near, &len) < 0) {
		action_failed(out, client < 0 ? "socket" : "bind");
		out->skipped = errno == EADDRNOTAVAIL; /* there is no such route */
		return;
	}
	wire_view(out, &near, &far, size);
	if (sendto(client, bytes, size, 0, (const struct sockaddr *)&far, sizeof(far)) != (ssize_t)size)
		action_failed(out, "send");
	else if (loopback_receive(server, bytes, sizeof(bytes)) == (ssize_t)size)
		answer(server, client, &far, &near, out);
	else if (recv(client, bytes, sizeof(bytes), MSG_DONTWAIT) == (ssize_t)size)
		action_differed(out, "recv", OTHER_ADDRESS); /* it came back */
	else
		loopback_failed(out, "recv");
}

void action_wire(const char *directory, struct action_result *out)
{
	cleanup_close int server = far_socket(out);

	(void)directory;
	if (server >= 0)
		datagram_send(server, WIRE_NEAR_ADDRESS, WIRE_FAR_ADDRESS, out);
}

void action_route(const char *directory, struct action_result *out)
{
	cleanup_close int server = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	(void)directory;
	if (server < 0)
		action_failed(out, "socket");
	else
		datagram_send(server, ROUTE_ADDRESS, ROUTE_ADDRESS, out);
}
