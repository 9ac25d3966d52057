/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/deeds/action_deed.h"
#include "agent/deeds/loopback.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"

/* Sockets stay open until the subject's end, for what a map keeps with them can be looked up only as long. */
static struct {
	int client, server, listener;
} kept = {-1, -1, -1};

/* What either end says. */
#define TALK_SIZE 5

#define WORDS "hello"

static void check_words(const char *bytes, const char *call, struct action_result *out)
{
	if (memcmp(bytes, WORDS, strlen(WORDS)))
		action_differed(out, call, OTHER_BYTES);
}

static int received(ssize_t got, size_t wanted, const char *call, struct action_result *out)
{
	return got < 0 ? loopback_failed(out, call) : action_returned(out, call, got, wanted);
}

static int say(int from, int to, struct action_result *out)
{
	char bytes[sizeof(WORDS) - 1];

	if (received(write(from, WORDS, sizeof(bytes)), sizeof(bytes), "write", out) < 0 ||
	    received(read(to, bytes, sizeof(bytes)), sizeof(bytes), "read", out) < 0)
		return -1;
	check_words(bytes, "read", out);
	return 0;
}

static int talk(int client, int server, struct action_result *out)
{
	return say(client, server, out) < 0 ? -1 : say(server, client, out);
}

/* What is done beside talking: to each socket that a connection begins with, and to both ends of it. Returns 0, or -1
 * with `out` filled. */
struct extra {
	int (*prepare)(int fd, struct action_result *out);
	int (*established)(int client, int server, struct action_result *out);
};

static void tcp_perform(sa_family_t family, const struct extra *extra, struct action_result *out)
{
	union loopback_any address;
	socklen_t len = loopback_address(family, &address);
	cleanup_close int listener = loopback_server(SOCK_STREAM, &address, len, out);
	cleanup_close int client = -1;
	cleanup_close int server = -1;

	if (listener < 0 || (extra->prepare && extra->prepare(listener, out) < 0))
		return;
	if (listen(listener, 1) < 0) {
		action_failed(out, "listen");
		return;
	}
	client = loopback_client(SOCK_STREAM, &address, len, out);
	if (client < 0)
		return;
	loopback_views(out, &(struct loopback_ends){&address, loopback_own_port(client), loopback_port(&address),
	                                            IPPROTO_TCP});
	server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	if (server < 0) {
		loopback_failed(out, "accept");
		return;
	}
	loopback_wait_limit(server);
	if ((extra->established && extra->established(client, server, out) < 0) || talk(client, server, out) < 0)
		return;
	kept.client = steal_fd(&client);
	kept.server = steal_fd(&server);
	kept.listener = steal_fd(&listener);
}

static void udp_perform(sa_family_t family, struct action_result *out)
{
	union loopback_any address;
	socklen_t len = loopback_address(family, &address);
	cleanup_close int server = loopback_server(SOCK_DGRAM, &address, len, out);
	cleanup_close int client = -1;
	char bytes[LOOPBACK_DATAGRAM] = WORDS;

	if (server < 0)
		return;
	client = loopback_client(SOCK_DGRAM, &address, len, out);
	if (client < 0)
		return;
	loopback_views(out, &(struct loopback_ends){&address, loopback_own_port(client), loopback_port(&address),
	                                            IPPROTO_UDP});
	if (action_returned(out, "send", send(client, bytes, sizeof(bytes), 0), sizeof(bytes)) == 0 &&
	    received(recv(server, bytes, sizeof(bytes), 0), sizeof(bytes), "recv", out) == 0)
		check_words(bytes, "recv", out);
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

/* The one that was registered last, which is an object's when there is one; "" when it is the kernel's own. */
static void congestion_find(char *name, size_t room)
{
	cleanup_buf struct buf known = {0};
	cleanup_free char *text = NULL;
	const char *last;

	*name = '\0';
	if (io_read_file("/proc/sys/net/ipv4/tcp_available_congestion_control", 4096, &known, NULL))
		return;
	text = buf_steal(&known);
	text[strcspn(text, "\n")] = '\0';
	last = strrchr(text, ' ');
	last = last ? last + 1 : text;
	if (strcmp(last, "cubic") != 0 && strcmp(last, "reno") != 0)
		snprintf(name, room, "%s", last);
}

static int congestion_set(int fd, struct action_result *out)
{
	char name[16];

	congestion_find(name, sizeof(name));
	if (*name && setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, name, (socklen_t)strlen(name)) < 0)
		return action_failed(out, "setsockopt");
	return 0;
}

static int congestion_established(int client, int server, struct action_result *out)
{
	(void)server; /* it has what its listener has */
	return congestion_set(client, out);
}

void action_congestion(const char *directory, struct action_result *out)
{
	(void)directory;
	tcp_perform(AF_INET, &(struct extra){.prepare = congestion_set, .established = congestion_established}, out);
}

void action_sockmap(const char *directory, struct action_result *out)
{
	(void)directory;
	tcp_perform(AF_INET, &(struct extra){.established = action_sockets_place}, out);
	for (size_t i = 0; i < out->scene.count; i++)
		view_number(&out->scene.views[i], VIEW_LEN, TALK_SIZE);
}

void action_tcp4(const char *directory, struct action_result *out)
{
	(void)directory;
	tcp_perform(AF_INET, &(struct extra){0}, out);
}

void action_tcp6(const char *directory, struct action_result *out)
{
	(void)directory;
	tcp_perform(AF_INET6, &(struct extra){0}, out);
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
