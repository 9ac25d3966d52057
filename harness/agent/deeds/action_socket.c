/* SPDX-License-Identifier: BSD-2-Clause */
/* Sockets in the hands of BPF programs: their options, in maps of sockets, in groups that share a port. */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "agent/deeds/action_deed.h"
#include "agent/deeds/bpf_found.h"
#include "agent/deeds/loopback.h"
#include "base/buf.h"
#include "base/cleanup.h"

/* ---- options ---- */

/* Low delay, which changes nothing on the loopback, and which no socket has of itself. */
#define OPTION_VALUE 0x10

static void option_view(struct action_result *out)
{
	struct view *v = scene_add(&out->scene);

	view_number(v, VIEW_LEVEL, IPPROTO_IP);
	view_number(v, VIEW_OPTNAME, IP_TOS);
	view_number(v, VIEW_OPTVAL, OPTION_VALUE);
	view_number(v, VIEW_LEN, sizeof(int));
	view_number(v, VIEW_RET, 0);
}

void action_sockopt(const char *directory, struct action_result *out)
{
	cleanup_close int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int value = OPTION_VALUE;
	socklen_t len = sizeof(value);

	(void)directory;
	if (fd < 0) {
		action_failed(out, "socket");
		return;
	}
	option_view(out);
	if (setsockopt(fd, IPPROTO_IP, IP_TOS, &value, sizeof(value)) < 0) {
		action_failed(out, "setsockopt");
		return;
	}
	value = 0;
	if (getsockopt(fd, IPPROTO_IP, IP_TOS, &value, &len) < 0)
		action_failed(out, "getsockopt");
	else if (value != OPTION_VALUE)
		action_differed(out, "getsockopt", OTHER_VALUE);
}

/* ---- maps of sockets ---- */

/* Where entries of an array begin, the client's and the server's; a hash's key begins with the same number. */
struct placing {
	int fds[2];
	struct action_result *out;
};

static int sockets_place(int map, uint32_t key_size, void *arg)
{
	const struct placing *p = arg;
	cleanup_free uint8_t *key = xcalloc(1, key_size < sizeof(uint32_t) ? sizeof(uint32_t) : key_size);

	for (uint32_t i = 0; i < 2; i++) {
		uint64_t value = (uint64_t)p->fds[i]; /* its first four bytes where the map has no more */

		memcpy(key, &i, sizeof(i));
		if (bpf_map_update_elem(map, key, &value, BPF_ANY) < 0 && errno != E2BIG) {
			action_failed(p->out, "map update");
			return -1;
		}
	}
	return 0;
}

int action_sockets_place(int first, int second, struct action_result *out)
{
	static const uint32_t types[] = {BPF_MAP_TYPE_SOCKMAP, BPF_MAP_TYPE_SOCKHASH};
	struct placing p = {.fds = {first, second}, .out = out};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (bpf_found_maps(types[i], sockets_place, &p) < 0)
			return -1;
	return 0;
}

/* ---- groups that share a port ---- */

static int program_attach(int program, uint32_t unused, void *arg)
{
	const int *fd = arg;

	(void)unused;
	return setsockopt(*fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_EBPF, &program, sizeof(program)) < 0 ? -errno : 0;
}

/* A socket of the group at `address`, which gets a port by the first. */
static int member_open(union loopback_any *address, socklen_t len, struct action_result *out)
{
	cleanup_close int fd = socket(address->any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int on = 1;

	if (fd < 0)
		return action_failed(out, "socket");
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) < 0)
		return action_failed(out, "setsockopt");
	if (bind(fd, &address->any, len) < 0)
		return action_failed(out, "bind");
	if (getsockname(fd, &address->any, &len) < 0)
		return action_failed(out, "getsockname");
	return steal_fd(&fd);
}

/* Which of the two took it; -1 with `out` filled. */
static int taker_find(const int *members, struct action_result *out)
{
	struct pollfd p[] = {{.fd = members[0], .events = POLLIN}, {.fd = members[1], .events = POLLIN}};
	char bytes[LOOPBACK_DATAGRAM];
	int taker;

	if (!loopback_arrives(p, 2))
		return action_failed(out, "recv");
	taker = p[0].revents ? 0 : 1;
	return recv(members[taker], bytes, sizeof(bytes), 0) == sizeof(bytes) ? taker : action_failed(out, "recv");
}

int action_group_prepare(int first, int second, struct action_result *out)
{
	struct placing p = {.fds = {first, second}, .out = out};
	int rc = bpf_found_programs(BPF_PROG_TYPE_SK_REUSEPORT, program_attach, &first);

	if (rc < 0) {
		errno = -rc;
		return action_failed(out, "setsockopt");
	}
	return bpf_found_maps(BPF_MAP_TYPE_REUSEPORT_SOCKARRAY, sockets_place, &p) < 0 ? -1 : 0;
}

static void reuseport_members(int *members, union loopback_any *address, socklen_t len, struct action_result *out)
{
	cleanup_close int client = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	char bytes[LOOPBACK_DATAGRAM] = "hello";
	int taker;

	if (action_group_prepare(members[0], members[1], out) < 0)
		return;
	if (client < 0 || sendto(client, bytes, sizeof(bytes), 0, &address->any, len) != sizeof(bytes)) {
		action_failed(out, client < 0 ? "socket" : "send");
		return;
	}
	loopback_views(
	        out, &(struct loopback_ends){address, loopback_own_port(client), loopback_port(address), IPPROTO_UDP});
	taker = taker_find(members, out);
	for (size_t i = 0; taker >= 0 && i < out->scene.count; i++)
		view_number(&out->scene.views[i], VIEW_INDEX, (uint64_t)taker);
}

void action_reuseport(const char *directory, struct action_result *out)
{
	union loopback_any address;
	socklen_t len = loopback_address(AF_INET, &address);
	int members[2] = {-1, -1};

	(void)directory;
	members[0] = member_open(&address, len, out);
	members[1] = members[0] < 0 ? -1 : member_open(&address, len, out);
	if (members[1] >= 0)
		reuseport_members(members, &address, len, out);
	cleanup_close_fd(&members[0]);
	cleanup_close_fd(&members[1]);
}
