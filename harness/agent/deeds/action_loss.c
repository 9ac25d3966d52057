/* SPDX-License-Identifier: BSD-2-Clause */
/* A network where things go wrong: nobody listens, data gets lost and is sent again, a connection is cut off. */
#include <errno.h>
#include <linux/filter.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "agent/deeds/action_deed.h"
#include "agent/deeds/loopback.h"
#include "base/cleanup.h"
#include "base/clock.h"

/* A kernel sends again after a fifth of a second at the earliest (TCP_RTO_MIN). */
#define AGAIN_MS 3000
#define LOOK_NS 10000000

/* A socket at a port that nobody else has, and that is closed again: nobody listens there. */
static void closed_port(int type, union loopback_any *address, socklen_t len, struct action_result *out)
{
	cleanup_close int fd = loopback_server(type, address, len, out);

	(void)fd;
}

static void nobody_listens(struct action_result *out)
{
	union loopback_any address;
	socklen_t len = loopback_address(AF_INET, &address);
	cleanup_close int stream = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	cleanup_close int datagram = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	closed_port(SOCK_STREAM, &address, len, out);
	if (stream >= 0 && connect(stream, &address.any, len) == 0)
		return; /* somebody took the port */
	loopback_address(AF_INET, &address);
	closed_port(SOCK_DGRAM, &address, len, out);
	if (datagram < 0 || connect(datagram, &address.any, len) < 0 || send(datagram, "", 1, 0) < 0)
		return;
	send(datagram, "", 1, 0); /* which says that the first one was refused */
}

/* Whatever comes to the socket is lost before it is looked at. */
static int lose_all(int fd, bool lose)
{
	struct sock_filter drop = {BPF_RET | BPF_K, 0, 0, 0};
	const struct sock_fprog program = {1, &drop};
	int none = 0;

	return lose ? setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program))
	            : setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &none, sizeof(none));
}

static bool sent_again(int fd)
{
	struct tcp_info info = {0};
	socklen_t len = sizeof(info);

	return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0 && info.tcpi_total_retrans;
}

static int data_lost(int client, int server, struct action_result *out)
{
	const struct timespec pause = {.tv_nsec = LOOK_NS};
	int64_t deadline = clock_ms() + AGAIN_MS;
	char byte;

	if (lose_all(server, true) < 0)
		return action_failed(out, "setsockopt");
	if (send(client, "x", 1, MSG_NOSIGNAL) != 1)
		return action_failed(out, "send");
	while (!sent_again(client) && clock_ms() < deadline)
		nanosleep(&pause, NULL);
	if (lose_all(server, false) < 0)
		return action_failed(out, "setsockopt");
	loopback_wait_limit(server);
	return recv(server, &byte, 1, 0) == 1 ? 0 : loopback_failed(out, "recv");
}

static void connection_lossy(struct action_result *out)
{
	const struct linger cut = {.l_onoff = 1, .l_linger = 0};
	union loopback_any address;
	socklen_t len = loopback_address(AF_INET, &address);
	cleanup_close int listener = loopback_server(SOCK_STREAM, &address, len, out);
	cleanup_close int client = -1;
	cleanup_close int server = -1;

	if (listener < 0)
		return;
	if (listen(listener, 1) < 0) {
		action_failed(out, "listen");
		return;
	}
	client = loopback_client(SOCK_STREAM, &address, len, out);
	if (client < 0)
		return;
	server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	if (server < 0)
		action_failed(out, "accept");
	else if (data_lost(client, server, out) == 0)
		setsockopt(client, SOL_SOCKET, SO_LINGER, &cut, sizeof(cut)); /* its end is a reset */
}

/* ---- in a network of its own ---- */

/* Larger than what the interface carries: it goes in pieces, which are put together again. */
#define SMALL_MTU 1500
#define LARGE_DATAGRAM 4000
/* More than a receiver has room for that takes nothing. */
#define MANY 64

static int loopback_shrink(void)
{
	cleanup_close int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq request = {.ifr_name = "lo"};

	request.ifr_mtu = SMALL_MTU;
	if (fd < 0 || ioctl(fd, SIOCSIFMTU, &request) < 0)
		return -1;
	return action_loopback_up(NULL);
}

static void pieces_send(sa_family_t family, struct action_result *out)
{
	static const char bytes[LARGE_DATAGRAM];
	union loopback_any address;
	socklen_t len = loopback_address(family, &address);
	cleanup_close int server = loopback_server(SOCK_DGRAM, &address, len, out);
	cleanup_close int client = server < 0 ? -1 : loopback_client(SOCK_DGRAM, &address, len, out);
	char got[LARGE_DATAGRAM];
	int little = 1;

	if (client < 0 || send(client, bytes, sizeof(bytes), 0) < 0 || recv(server, got, sizeof(got), MSG_DONTWAIT) < 0)
		return;
	setsockopt(server, SOL_SOCKET, SO_RCVBUF, &little, sizeof(little));
	for (int i = 0; i < MANY; i++)
		send(client, bytes, LOOPBACK_DATAGRAM, MSG_DONTWAIT);
}

static void own_network(struct action_result *out)
{
	pid_t pid = fork();

	if (pid == 0) {
		if (unshare(CLONE_NEWNET) < 0 || loopback_shrink() < 0)
			_exit(0); /* who has no namespaces has none of this */
		pieces_send(AF_INET, out);
		pieces_send(AF_INET6, out);
		_exit(0);
	}
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	if (pid < 0)
		action_failed(out, "fork");
}

static void unix_talk(struct action_result *out)
{
	int ends[2];
	char byte;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0) {
		action_failed(out, "socketpair");
		return;
	}
	if (send(ends[0], "u", 1, 0) != 1 || recv(ends[1], &byte, 1, 0) != 1)
		action_failed(out, "send");
	close(ends[0]);
	close(ends[1]);
}

void action_loss(const char *directory, struct action_result *out)
{
	(void)directory;
	nobody_listens(out);
	if (!out->failure)
		connection_lossy(out);
	if (!out->failure)
		own_network(out);
	if (!out->failure)
		unix_talk(out);
}
