/* SPDX-License-Identifier: BSD-2-Clause */
/* A datagram by sendto and recvfrom, from a socket without a peer, and the calls that ask for names. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "agent/deeds/action_deed.h"
#include "agent/deeds/loopback.h"
#include "base/cleanup.h"
#include "base/clock.h"

/* The port that programs can know of; where it is taken, it is another. */
#define PORT 4242
/* How often a port is looked for whose neighbour is free too. */
#define TRIES 32

/* The one that is meant, and the neighbour, at the next port, that a datagram arrives at when its address is rewritten.
 */
struct servers {
	int meant, neighbour;
};

static void servers_close(struct servers *s)
{
	cleanup_close_fd(&s->meant);
	cleanup_close_fd(&s->neighbour);
}

static void port_set(union loopback_any *a, uint16_t port)
{
	if (a->any.sa_family == AF_INET6)
		a->v6.sin6_port = htons(port);
	else
		a->v4.sin_port = htons(port);
}

static int servers_open(struct servers *s, union loopback_any *address, socklen_t len, struct action_result *out)
{
	for (unsigned i = 0; i < TRIES; i++) {
		union loopback_any next = *address;

		port_set(address, i ? 0 : PORT);
		s->meant = loopback_server(SOCK_DGRAM, address, len, out);
		if (s->meant < 0 && !i && out->failure == EADDRINUSE)
			continue;
		if (s->meant < 0)
			return -1;
		port_set(&next, (uint16_t)(loopback_port(address) + 1));
		s->neighbour = loopback_port(&next) ? loopback_server(SOCK_DGRAM, &next, len, out) : -1;
		if (s->neighbour >= 0) {
			out->failure = 0;
			return 0;
		}
		if (out->failure && out->failure != EADDRINUSE)
			return -1;
		servers_close(s);
		*s = (struct servers){-1, -1};
	}
	return -1;
}

/* Where it arrived; -1 when nowhere. */
static int arrival(const struct servers *s)
{
	struct pollfd p[] = {{.fd = s->meant, .events = POLLIN}, {.fd = s->neighbour, .events = POLLIN}};

	if (!loopback_arrives(p, 2))
		return -1;
	return p[0].revents ? s->meant : s->neighbour;
}

/* What a name-asking call says, against the port that it should. */
static int name_check(int rc, const union loopback_any *said, uint16_t port, const char *call,
                      struct action_result *out)
{
	if (rc < 0)
		return action_failed(out, call);
	if (loopback_port(said) != port)
		action_differed(out, call, OTHER_ADDRESS);
	return 0;
}

static int message_receive(const struct servers *s, uint16_t sender, struct action_result *out)
{
	char bytes[LOOPBACK_DATAGRAM];
	union loopback_any from = {.v6 = {0}};
	socklen_t len = sizeof(from);
	int fd = arrival(s);

	if (fd < 0)
		return action_failed(out, "recv");
	if (fd == s->neighbour)
		action_differed(out, "send", OTHER_ADDRESS);
	if (recvfrom(fd, bytes, sizeof(bytes), 0, &from.any, &len) != sizeof(bytes))
		return action_failed(out, "recv");
	return name_check(0, &from, sender, "recv", out);
}

static void message_perform(sa_family_t family, struct action_result *out)
{
	__attribute__((cleanup(servers_close))) struct servers s = {-1, -1};
	cleanup_close int client = -1;
	char bytes[LOOPBACK_DATAGRAM] = "hello";
	union loopback_any address, said;
	socklen_t len = loopback_address(family, &address), got = sizeof(said);
	uint16_t own;

	if (servers_open(&s, &address, len, out) < 0)
		return;
	client = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (client < 0) {
		action_failed(out, "socket");
		return;
	}
	/* its port is chosen now, so that it is known whatever becomes of the rest */
	if (sendto(client, bytes, sizeof(bytes), 0, &address.any, len) != sizeof(bytes)) {
		action_failed(out, "send");
		return;
	}
	own = loopback_own_port(client);
	loopback_views(out, &(struct loopback_ends){&address, own, loopback_port(&address), IPPROTO_UDP});
	if (message_receive(&s, own, out) < 0)
		return;
	if (connect(client, &address.any, len) < 0) {
		action_failed(out, "connect");
		return;
	}
	name_check(getpeername(client, &said.any, &got), &said, loopback_port(&address), "getpeername", out);
}

void action_message4(const char *directory, struct action_result *out)
{
	(void)directory;
	message_perform(AF_INET, out);
}

void action_message6(const char *directory, struct action_result *out)
{
	(void)directory;
	message_perform(AF_INET6, out);
}
