/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/deeds/loopback.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "agent/deeds/action_deed.h"
#include "base/cleanup.h"

socklen_t loopback_address(sa_family_t family, union loopback_any *out)
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

uint16_t loopback_port(const union loopback_any *a)
{
	return ntohs(a->any.sa_family == AF_INET6 ? a->v6.sin6_port : a->v4.sin_port);
}

uint16_t loopback_own_port(int fd)
{
	union loopback_any a;
	socklen_t len = sizeof(a);

	return getsockname(fd, &a.any, &len) < 0 ? 0 : loopback_port(&a);
}

void loopback_wait_limit(int fd)
{
	struct timeval limit = {.tv_sec = LOOPBACK_ANSWER_SECONDS};
	int type = SOCK_STREAM;
	socklen_t len = sizeof(type);

	getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len);
	if (type == SOCK_DGRAM)
		limit = (struct timeval){.tv_usec = LOOPBACK_ARRIVAL_MS * 1000};
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
}

bool loopback_arrives(struct pollfd *fds, nfds_t count)
{
	for (int i = 0; i < LOOPBACK_ARRIVAL_ROUNDS; i++)
		if (poll(fds, count, LOOPBACK_ARRIVAL_MS / LOOPBACK_ARRIVAL_ROUNDS) > 0)
			return true;
	errno = ETIMEDOUT;
	return false;
}

ssize_t loopback_receive(int fd, void *bytes, size_t capacity)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	return loopback_arrives(&p, 1) ? recv(fd, bytes, capacity, 0) : -1;
}

int loopback_failed(struct action_result *out, const char *call)
{
	if (errno == EAGAIN || errno == EINPROGRESS)
		errno = ETIMEDOUT;
	return action_failed(out, call);
}

static bool network_is_missing(int code)
{
	return code == EAFNOSUPPORT || code == EADDRNOTAVAIL;
}

/* An address that is not known at that moment is all zero. */
static void side_view(struct action_result *out, const struct loopback_ends *ends, bool source, bool destination,
                      uint16_t sport, uint16_t dport)
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
		view_number(v, VIEW_LEN, LOOPBACK_DATAGRAM);
}

void loopback_views(struct action_result *out, const struct loopback_ends *ends)
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

int loopback_server(int type, union loopback_any *address, socklen_t len, struct action_result *out)
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
	loopback_wait_limit(fd);
	return steal_fd(&fd);
}

int loopback_client(int type, const union loopback_any *address, socklen_t len, struct action_result *out)
{
	cleanup_close int fd = socket(address->any.sa_family, type | SOCK_CLOEXEC, 0);

	if (fd >= 0)
		loopback_wait_limit(fd);
	if (fd < 0 || connect(fd, &address->any, len) < 0)
		return loopback_failed(out, fd < 0 ? "socket" : "connect");
	return steal_fd(&fd);
}
