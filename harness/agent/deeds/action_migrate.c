/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A connection that waits to be accepted by one of two listeners that share a port, and whose listener is closed: a BPF
 * program of the group may give it to the other one.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <poll.h>
#include <unistd.h>

#include "agent/deeds/action_deed.h"
#include "agent/deeds/loopback.h"
#include "base/cleanup.h"

static int listener_open(union loopback_any *address, socklen_t len, struct action_result *out)
{
	cleanup_close int fd = socket(address->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	const int on = 1;

	if (fd < 0)
		return action_failed(out, "socket");
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) < 0)
		return action_failed(out, "setsockopt");
	if (bind(fd, &address->any, len) < 0)
		return action_failed(out, "bind");
	if (getsockname(fd, &address->any, &len) < 0)
		return action_failed(out, "getsockname");
	if (listen(fd, 1) < 0)
		return action_failed(out, "listen");
	return steal_fd(&fd);
}

/* Which of the two has a connection; -1 with errno set. */
static int holder_find(const int *listeners)
{
	struct pollfd p[] = {{.fd = listeners[0], .events = POLLIN}, {.fd = listeners[1], .events = POLLIN}};

	if (!loopback_arrives(p, 2))
		return -1;
	return p[0].revents ? 0 : 1;
}

static void migrate(int *listeners, const union loopback_any *address, socklen_t len, struct action_result *out)
{
	cleanup_close int client = loopback_client(SOCK_STREAM, address, len, out);
	cleanup_close int server = -1;
	int holder;

	if (client < 0)
		return;
	loopback_views(
	        out, &(struct loopback_ends){address, loopback_own_port(client), loopback_port(address), IPPROTO_TCP});
	holder = holder_find(listeners);
	if (holder >= 0) {
		cleanup_close_fd(&listeners[holder]);
		listeners[holder] = -1; /* which poll passes over */
		holder = holder_find(listeners);
	}
	server = holder < 0 ? -1 : accept4(listeners[holder], NULL, NULL, SOCK_CLOEXEC);
	if (server < 0)
		action_failed(out, "accept");
}

void action_migrate(const char *directory, struct action_result *out)
{
	union loopback_any address;
	socklen_t len = loopback_address(AF_INET, &address);
	int listeners[2] = {-1, -1};

	(void)directory;
	listeners[0] = listener_open(&address, len, out);
	listeners[1] = listeners[0] < 0 ? -1 : listener_open(&address, len, out);
	if (listeners[1] >= 0 && action_group_prepare(listeners[0], listeners[1], out) == 0)
		migrate(listeners, &address, len, out);
	cleanup_close_fd(&listeners[0]);
	cleanup_close_fd(&listeners[1]);
}
