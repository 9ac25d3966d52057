/* SPDX-License-Identifier: BSD-2-Clause */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/deeds/action_deed.h"
#include "base/cleanup.h"

/* Nothing else here has this size. */
#define DATAGRAM_SIZE 123

/* Sockets stay open until the subject's end, for what a map keeps with them can be looked up only as long. */
static struct {
	int client, server, listener;
} kept = {-1, -1, -1};

/* What does not arrive in this time was dropped: nothing else on the loopback takes any. */
#define ARRIVAL_SECONDS 2

union any_address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static socklen_t loopback_address(sa_family_t family, union any_address *out)
{
	memset(out, 0, sizeof(*out));
	out->any.sa_family = family;
	if (family == AF_INET6) {
		out->v6.sin6_addr = in6addr_loopback;
		return sizeof(out->v6);
	}
	out->v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return sizeof(out->v4);
}

static uint16_t port_of(const union any_address *a)
{
	return ntohs(a->any.sa_family == AF_INET6 ? a->v6.sin6_port : a->v4.sin_port);
}

/* The port that the kernel chose, 0 on failure. */
static uint16_t own_port(int fd)
{
	union any_address a;
	socklen_t len = sizeof(a);

	return getsockname(fd, &a.any, &len) < 0 ? 0 : port_of(&a);
}

/* What waits longer fails, as if the network had lost it. */
static void wait_limit(int fd)
{
	const struct timeval limit = {.tv_sec = ARRIVAL_SECONDS};

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
}

/* Of a call that may have waited in vain. */
static int arrival_failed(struct action_result *out, const char *call)
{
	if (errno == EAGAIN || errno == EINPROGRESS)
		errno = ETIMEDOUT;
	return action_failed(out, call);
}

static int talk(int client, int server, struct action_result *out)
{
	char byte[5] = "hello";

	if (write(client, byte, sizeof(byte)) != sizeof(byte))
		return arrival_failed(out, "write to server");
	if (read(server, byte, sizeof(byte)) != sizeof(byte))
		return arrival_failed(out, "read from client");
	if (write(server, byte, sizeof(byte)) != sizeof(byte))
		return arrival_failed(out, "write to client");
	if (read(client, byte, sizeof(byte)) != sizeof(byte))
		return arrival_failed(out, "read from server");
	return 0;
}

static bool network_is_missing(int code)
{
	return code == EAFNOSUPPORT || code == EADDRNOTAVAIL;
}

/* Both ends of a conversation: the same address, two ports. */
struct ends {
	const union any_address *address;
	uint16_t client, server;
	int protocol;
};

/* An address that is not known at that moment is all zero. */
static void side_view(struct action_result *out, const struct ends *ends, bool source, bool destination, uint16_t sport,
                      uint16_t dport)
{
	bool v6 = ends->address->any.sa_family == AF_INET6;
	const uint8_t *bytes =
	        v6 ? ends->address->v6.sin6_addr.s6_addr : (const uint8_t *)&ends->address->v4.sin_addr.s_addr;
	struct view *v = scene_add(&out->scene);

	view_number(v, VIEW_FAMILY, ends->address->any.sa_family);
	view_number(v, VIEW_PROTOCOL, (uint64_t)ends->protocol);
	view_number(v, VIEW_SPORT, sport);
	view_number(v, VIEW_DPORT, dport);
	view_address(v, VIEW_SADDR, source ? bytes : NULL, v6 ? 16 : 4);
	view_address(v, VIEW_DADDR, destination ? bytes : NULL, v6 ? 16 : 4);
	if (ends->protocol == IPPROTO_UDP)
		view_number(v, VIEW_LEN, DATAGRAM_SIZE);
}

static void ends_views(struct action_result *out, const struct ends *ends)
{
	side_view(out, ends, true, true, ends->client, ends->server);
	side_view(out, ends, true, true, ends->server, ends->client);
	/* the client before the kernel chose its port, and before it chose its address */
	side_view(out, ends, true, true, 0, ends->server);
	side_view(out, ends, false, true, 0, ends->server);
	/* the socket that is bound and has no peer */
	side_view(out, ends, true, false, ends->server, 0);
	side_view(out, ends, true, false, 0, 0);
}

/* A socket bound to a port of the loopback that the kernel chooses; `address` gets the port. -1 on failure. */
static int server_open(int type, union any_address *address, socklen_t len, struct action_result *out)
{
	cleanup_close int fd = socket(address->any.sa_family, type | SOCK_CLOEXEC, 0);
	socklen_t got = sizeof(*address);

	if (fd < 0 || bind(fd, &address->any, len) < 0) {
		action_failed(out, fd < 0 ? "socket" : "bind");
		out->skipped = network_is_missing(out->failure);
		return -1;
	}
	if (getsockname(fd, &address->any, &got) < 0)
		return action_failed(out, "getsockname");
	wait_limit(fd);
	return steal_fd(&fd);
}

static int client_open(int type, const union any_address *address, socklen_t len, struct action_result *out)
{
	cleanup_close int fd = socket(address->any.sa_family, type | SOCK_CLOEXEC, 0);

	if (fd >= 0)
		wait_limit(fd);
	if (fd < 0 || connect(fd, &address->any, len) < 0)
		return arrival_failed(out, fd < 0 ? "socket" : "connect");
	return steal_fd(&fd);
}

static void tcp_perform(sa_family_t family, struct action_result *out)
{
	union any_address address;
	socklen_t len = loopback_address(family, &address);
	cleanup_close int listener = server_open(SOCK_STREAM, &address, len, out);
	cleanup_close int client = -1;
	cleanup_close int server = -1;

	if (listener < 0)
		return;
	if (listen(listener, 1) < 0) {
		action_failed(out, "listen");
		return;
	}
	client = client_open(SOCK_STREAM, &address, len, out);
	if (client < 0)
		return;
	ends_views(out, &(struct ends){&address, own_port(client), port_of(&address), IPPROTO_TCP});
	server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	if (server < 0) {
		arrival_failed(out, "accept");
		return;
	}
	wait_limit(server);
	if (talk(client, server, out) < 0)
		return;
	kept.client = steal_fd(&client);
	kept.server = steal_fd(&server);
	kept.listener = steal_fd(&listener);
}

static void udp_perform(sa_family_t family, struct action_result *out)
{
	union any_address address;
	socklen_t len = loopback_address(family, &address);
	cleanup_close int server = server_open(SOCK_DGRAM, &address, len, out);
	cleanup_close int client = -1;
	char bytes[DATAGRAM_SIZE] = "hello";

	if (server < 0)
		return;
	client = client_open(SOCK_DGRAM, &address, len, out);
	if (client < 0)
		return;
	ends_views(out, &(struct ends){&address, own_port(client), port_of(&address), IPPROTO_UDP});
	if (send(client, bytes, sizeof(bytes), 0) != sizeof(bytes))
		action_failed(out, "send");
	else if (recv(server, bytes, sizeof(bytes), 0) != sizeof(bytes))
		arrival_failed(out, "recv");
	kept.client = steal_fd(&client);
	kept.server = steal_fd(&server);
}

/* The client first, so that it is the one that waits out the connection's end. */
int action_net_end(void)
{
	close(kept.client);
	close(kept.server);
	close(kept.listener);
	return 0;
}

void action_tcp4(const char *directory, struct action_result *out)
{
	(void)directory;
	tcp_perform(AF_INET, out);
}

void action_tcp6(const char *directory, struct action_result *out)
{
	(void)directory;
	tcp_perform(AF_INET6, out);
}

void action_udp4(const char *directory, struct action_result *out)
{
	(void)directory;
	udp_perform(AF_INET, out);
}

void action_udp6(const char *directory, struct action_result *out)
{
	(void)directory;
	udp_perform(AF_INET6, out);
}

int action_loopback_up(struct error *err)
{
	cleanup_close int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq request = {.ifr_name = "lo"};

	if (fd < 0 && errno == EAFNOSUPPORT)
		return 0; /* the subjects that need it find that out */
	if (fd < 0 || ioctl(fd, SIOCGIFFLAGS, &request) < 0)
		return error_set(err, errno, "cannot ask for the loopback interface: %s", strerror(errno));
	if (request.ifr_flags & IFF_UP)
		return 0;
	request.ifr_flags = (short)(request.ifr_flags | IFF_UP | IFF_RUNNING);
	if (ioctl(fd, SIOCSIFFLAGS, &request) < 0)
		return error_set(err, errno, "cannot bring the loopback interface up: %s", strerror(errno));
	return 0;
}
