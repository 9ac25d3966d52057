/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * loopback: sockets on the loopback as deeds use them, and the views of both ends of a conversation there. What is
 * dropped on its way is a call that fails with ETIMEDOUT, not one that hangs.
 */
#ifndef COREMATRIX_AGENT_DEEDS_LOOPBACK_H
#define COREMATRIX_AGENT_DEEDS_LOOPBACK_H

#include <netinet/in.h>
#include <stdint.h>
#include <poll.h>
#include <stdbool.h>
#include <sys/socket.h>

#include "agent/deeds/action.h"

/*
 * What does not arrive in this time was dropped: the sender's own call delivers it, before it returns. A connection's
 * packets answer each other, which may take its turn.
 */
#define LOOPBACK_ARRIVAL_MS 250
/* So often a guest whose host lets it stand still for that long has its turn in between. */
#define LOOPBACK_ARRIVAL_ROUNDS 25
#define LOOPBACK_ANSWER_SECONDS 1

/* What a datagram carries, in bytes; nothing else here has this size. */
#define LOOPBACK_DATAGRAM 123

union loopback_any {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/* The loopback's address without a port; returns its length. */
socklen_t loopback_address(sa_family_t family, union loopback_any *out);

uint16_t loopback_port(const union loopback_any *a);
/* The port that the kernel chose, 0 on failure. */
uint16_t loopback_own_port(int fd);

/* What waits longer fails, as if the network had lost it. */
void loopback_wait_limit(int fd);
/*
 * Wait until something arrives at one of the sockets, whose `events` say POLLIN: at most LOOPBACK_ARRIVAL_MS, and not
 * less than LOOPBACK_ARRIVAL_ROUNDS turns of this process, for a thread of the kernel may have to carry it. Returns
 * true with `revents`; or false with errno ETIMEDOUT.
 */
bool loopback_arrives(struct pollfd *fds, nfds_t count);
/* recv() of what arrives so at one; -1 with errno, ETIMEDOUT for nothing. */
ssize_t loopback_receive(int fd, void *bytes, size_t capacity);
/* As action_failed, of a call that may have waited in vain. */
int loopback_failed(struct action_result *out, const char *call);

/* A socket bound to the port of `address`, or, for 0, to one that the kernel chooses and `address` gets. -1 on failure,
 * with `out` filled, here and below. */
int loopback_server(int type, union loopback_any *address, socklen_t len, struct action_result *out);
int loopback_client(int type, const union loopback_any *address, socklen_t len, struct action_result *out);

/* Both ends of a conversation: the same address, two ports. */
struct loopback_ends {
	const union loopback_any *address;
	uint16_t client, server;
	int protocol;
};

/* Add the views of either end, at all moments. */
void loopback_views(struct action_result *out, const struct loopback_ends *ends);

#endif
