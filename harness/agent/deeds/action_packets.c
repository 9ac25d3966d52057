/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What else a network carries, in one of its own: echoes, whole packets, words with the kernel about neighbours and
 * routes, sockets of a file system, a listener that is full, a connection that is undone; and, in a guest, memory for
 * sockets that is used up.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "agent/deeds/action_deed.h"
#include "agent/deeds/device_node.h"
#include "agent/deeds/loopback.h"
#include "agent/deeds/own_process.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"

static int setting_write(const char *path, const char *text)
{
	cleanup_close int fd = open(path, O_WRONLY | O_CLOEXEC);

	return fd < 0 ? -errno : io_write_all(fd, text, strlen(text));
}

/* ---- echoes and whole packets ---- */

static uint16_t check_sum(const struct icmphdr *h)
{
	const uint16_t *words = (const uint16_t *)(const void *)h;
	uint32_t sum = 0;

	for (size_t i = 0; i < sizeof(*h) / sizeof(*words); i++)
		sum += words[i];
	return (uint16_t) ~(sum + (sum >> 16));
}

#define ECHOES 8

static void echo(int type)
{
	cleanup_close int fd = socket(AF_INET, type | SOCK_CLOEXEC, IPPROTO_ICMP);
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct icmphdr h = {.type = ICMP_ECHO};
	char answer[128];
	const int little = 1;

	if (fd < 0)
		return;
	h.checksum = check_sum(&h);
	/* and more than its receiver has room for */
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &little, sizeof(little));
	for (int i = 0; i < ECHOES; i++)
		sendto(fd, &h, sizeof(h), 0, (const struct sockaddr *)&to, sizeof(to));
	recv(fd, answer, sizeof(answer), MSG_DONTWAIT);
}

static void whole_packets(unsigned loopback)
{
	cleanup_close int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, htons(ETH_P_ALL));
	struct sockaddr_ll at = {
	        .sll_family = AF_PACKET,
	        .sll_protocol = htons(ETH_P_ALL),
	        .sll_ifindex = (int)loopback,
	};
	char bytes[64] = "E";

	if (fd < 0 || bind(fd, (const struct sockaddr *)&at, sizeof(at)) < 0)
		return;
	echo(SOCK_RAW);
	recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);
	at.sll_protocol = htons(ETH_P_LOOPBACK);
	sendto(fd, bytes, sizeof(bytes), 0, (const struct sockaddr *)&at, sizeof(at));
}

/* ---- words with the kernel ---- */

struct neighbour {
	struct nlmsghdr head;
	struct ndmsg about;
	struct rtattr of_address;
	struct in6_addr address; /* of IPv4 the loopback has one neighbour, whatever it is asked for */
	struct rtattr of_station;
	uint8_t station[8]; /* six bytes and what aligns them */
};

static void neighbour_tell(int fd, uint16_t type, unsigned loopback, unsigned short station_len)
{
	struct neighbour n = {
	        .head = {.nlmsg_len = sizeof(n), .nlmsg_type = type, .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK},
	        .about = {.ndm_family = AF_INET6, .ndm_ifindex = (int)loopback, .ndm_state = NUD_PERMANENT},
	        .of_address = {.rta_len = RTA_LENGTH(sizeof(struct in6_addr)), .rta_type = NDA_DST},
	        .address.s6_addr = {0xfe, 0x80, [15] = 2},
	        .of_station = {.rta_len = (unsigned short)RTA_LENGTH(station_len), .rta_type = NDA_LLADDR},
	        .station = {2, 0, 0, 0, 0, 1},
	};
	char answer[512];

	if (type == RTM_NEWNEIGH)
		n.head.nlmsg_flags |= NLM_F_CREATE | NLM_F_REPLACE;
	if (send(fd, &n, sizeof(n), 0) > 0)
		recv(fd, answer, sizeof(answer), MSG_DONTWAIT);
}

static void kernel_told(unsigned loopback)
{
	cleanup_close int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	if (fd < 0)
		return;
	neighbour_tell(fd, RTM_NEWNEIGH, loopback, 6);
	neighbour_tell(fd, RTM_DELNEIGH, loopback, 6);
	/* and one that cannot be, which is refused with an explanation */
	neighbour_tell(fd, RTM_NEWNEIGH, loopback, 2);
	setting_write("/proc/sys/net/ipv6/route/flush", "1");
	setting_write("/proc/sys/net/ipv4/route/flush", "1");
}

static void interface_change(void)
{
	cleanup_close int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq request = {.ifr_name = "lo"};

	if (fd < 0 || ioctl(fd, SIOCGIFFLAGS, &request) < 0)
		return;
	request.ifr_flags = (short)(request.ifr_flags & ~IFF_UP);
	ioctl(fd, SIOCSIFFLAGS, &request);
	request.ifr_flags |= IFF_UP;
	ioctl(fd, SIOCSIFFLAGS, &request);
}

/* ---- sockets of a file system ---- */

static void unix_stream(const struct sockaddr_un *at)
{
	cleanup_close int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	cleanup_close int client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	cleanup_close int server = -1;
	char byte = 'u';

	if (bind(listener, (const struct sockaddr *)at, sizeof(*at)) < 0 || listen(listener, 1) < 0 ||
	    connect(client, (const struct sockaddr *)at, sizeof(*at)) < 0)
		return;
	server = accept(listener, NULL, NULL);
	if (send(client, &byte, 1, 0) == 1)
		recv(server, &byte, 1, MSG_DONTWAIT);
	shutdown(client, SHUT_RDWR);
	unlink(at->sun_path);
}

static void unix_datagram(const struct sockaddr_un *at)
{
	cleanup_close int server = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	cleanup_close int client = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	char byte = 'u';

	if (bind(server, (const struct sockaddr *)at, sizeof(*at)) < 0)
		return;
	sendto(client, &byte, 1, 0, (const struct sockaddr *)at, sizeof(*at));
	recv(server, &byte, 1, MSG_DONTWAIT);
	unlink(at->sun_path);
}

static void unix_talks(const char *directory)
{
	cleanup_free char *path = xasprintf("%s/cm-socket", directory);
	struct sockaddr_un at = {.sun_family = AF_UNIX};

	if (strlen(path) >= sizeof(at.sun_path))
		return;
	strcpy(at.sun_path, path);
	unix_stream(&at);
	unix_datagram(&at);
}

/* ---- connections ---- */

#define CALLERS 4

/* One that is talked over and undone, and more than a listener has room for. */
static void connections(struct action_result *ignored)
{
	union loopback_any address;
	socklen_t len = loopback_address(AF_INET, &address);
	cleanup_close int listener = loopback_server(SOCK_STREAM, &address, len, ignored);
	const struct sockaddr none = {.sa_family = AF_UNSPEC};
	const int yes = 1;
	int callers[CALLERS], server;
	char byte = 'c';

	if (listener < 0 || listen(listener, 1) < 0)
		return;
	for (int i = 0; i < CALLERS; i++) {
		callers[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		setsockopt(callers[i], SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof(yes));
		setsockopt(callers[i], IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
		if (connect(callers[i], &address.any, len) < 0)
			continue; /* under way, or dropped */
	}
	server = accept(listener, NULL, NULL);
	if (server >= 0) {
		send(server, &byte, 1, MSG_DONTWAIT | MSG_NOSIGNAL);
		recv(callers[0], &byte, 1, MSG_DONTWAIT);
		shutdown(server, SHUT_RDWR);
		close(server);
	}
	connect(callers[0], &none, sizeof(none));
	for (int i = 0; i < CALLERS; i++)
		close(callers[i]);
}

/* ---- memory for sockets ---- */

#define UDP_MEMORY "/proc/sys/net/ipv4/udp_mem"
#define MANY 160
#define LARGE 16384
#define ROOM (4 << 20)

/* More than a megabyte: so much each processor keeps to itself before it is counted. */
static void datagrams_pile(struct action_result *ignored)
{
	static const char bytes[LARGE];
	const int room = ROOM;
	union loopback_any address;
	socklen_t len = loopback_address(AF_INET, &address);
	cleanup_close int server = loopback_server(SOCK_DGRAM, &address, len, ignored);
	cleanup_close int client = server < 0 ? -1 : loopback_client(SOCK_DGRAM, &address, len, ignored);

	setsockopt(server, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	for (int i = 0; client >= 0 && i < MANY; i++)
		send(client, bytes, sizeof(bytes), MSG_DONTWAIT);
}

static void memory_used_up(struct action_result *ignored)
{
	char before[64] = "";
	cleanup_close int fd = open(UDP_MEMORY, O_RDONLY | O_CLOEXEC);

	/* it is the whole machine's */
	if (!in_guest() || fd < 0 || read(fd, before, sizeof(before) - 1) <= 0 || setting_write(UDP_MEMORY, "0 0 0"))
		return;
	datagrams_pile(ignored);
	setting_write(UDP_MEMORY, before);
}

static void packet_calls(const char *directory)
{
	struct action_result ignored = {0};
	unsigned loopback;

	memory_used_up(&ignored); /* its limits are told of in the first network only */
	if (unshare(CLONE_NEWNET) < 0 || action_loopback_up(NULL) < 0)
		return; /* who has no namespaces has none of this */
	loopback = if_nametoindex("lo");
	setting_write("/proc/sys/net/ipv4/ping_group_range", "0 2147483647");
	echo(SOCK_RAW);
	echo(SOCK_DGRAM);
	whole_packets(loopback);
	kernel_told(loopback);
	unix_talks(directory);
	connections(&ignored);
	interface_change();
}

void action_packets(const char *directory, struct action_result *out)
{
	own_process_run(packet_calls, directory, out);
}
