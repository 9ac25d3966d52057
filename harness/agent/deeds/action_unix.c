/* SPDX-License-Identifier: BSD-2-Clause */
/* Sockets that stay on this machine: Unix sockets with names, and one to the kernel (netlink). Open until the end. */
#include <errno.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "agent/deeds/action_deed.h"
#include "agent/deeds/loopback.h"
#include "base/cleanup.h"

/* A socket with a name in the file system, and that name. */
struct named {
	int fd;
	struct sockaddr_un address;
};

static struct named kept[3] = {{.fd = -1}, {.fd = -1}, {.fd = -1}};
static int kept_client = -1, kept_netlink = -1;

static void name_view(const struct named *n, struct action_result *out)
{
	struct view *v = scene_add(&out->scene);
	struct stat s;

	view_number(v, VIEW_FAMILY, AF_UNIX);
	view_text(v, VIEW_PATH, n->address.sun_path);
	if (fstat(n->fd, &s) == 0)
		view_number(v, VIEW_INO, s.st_ino);
}

static int named_open(struct named *n, int type, const char *directory, const char *role, struct action_result *out)
{
	n->address = (struct sockaddr_un){.sun_family = AF_UNIX};
	snprintf(n->address.sun_path, sizeof(n->address.sun_path), "%s/cm-unix-%s-%d", directory, role, (int)getpid());
	n->fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
	if (n->fd < 0)
		return action_failed(out, "socket");
	loopback_wait_limit(n->fd);
	if (bind(n->fd, (const struct sockaddr *)&n->address, sizeof(n->address)) < 0)
		return action_failed(out, "bind");
	name_view(n, out);
	return 0;
}

/* A name that a call tells, against the one that it should. */
static int name_check(int rc, const struct sockaddr_un *said, const struct named *meant, const char *call,
                      struct action_result *out)
{
	if (rc < 0)
		return action_failed(out, call);
	if (strncmp(said->sun_path, meant->address.sun_path, sizeof(said->sun_path)) != 0)
		action_differed(out, call, OTHER_ADDRESS);
	return 0;
}

static int datagram(const struct named *from, const struct named *to, struct action_result *out)
{
	char bytes[LOOPBACK_DATAGRAM] = "hello";
	struct sockaddr_un said = {0};
	socklen_t len = sizeof(said);

	if (sendto(from->fd, bytes, sizeof(bytes), 0, (const struct sockaddr *)&to->address, sizeof(to->address)) < 0)
		return action_failed(out, "send");
	if (recvfrom(to->fd, bytes, sizeof(bytes), 0, (struct sockaddr *)&said, &len) != sizeof(bytes))
		return loopback_failed(out, "recv");
	return name_check(0, &said, from, "recv", out);
}

static int connection(const struct named *server, struct action_result *out)
{
	struct sockaddr_un said = {0};
	socklen_t len = sizeof(said);
	int client = kept_client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (client < 0)
		return action_failed(out, "socket");
	if (listen(server->fd, 1) < 0)
		return action_failed(out, "listen");
	if (connect(client, (const struct sockaddr *)&server->address, sizeof(server->address)) < 0)
		return action_failed(out, "connect");
	if (name_check(getpeername(client, (struct sockaddr *)&said, &len), &said, server, "getpeername", out) < 0)
		return -1;
	len = sizeof(said);
	return name_check(getsockname(server->fd, (struct sockaddr *)&said, &len), &said, server, "getsockname", out);
}

void action_unix(const char *directory, struct action_result *out)
{
	static const struct {
		const char *role;
		int type;
	} roles[] = {{"sender", SOCK_DGRAM}, {"receiver", SOCK_DGRAM}, {"server", SOCK_STREAM}};

	bool open = true;

	for (size_t i = 0; open && i < sizeof(roles) / sizeof(roles[0]); i++)
		open = named_open(&kept[i], roles[i].type, directory, roles[i].role, out) == 0;
	if (open && datagram(&kept[0], &kept[1], out) == 0)
		connection(&kept[2], out);
	/* the sockets keep their names */
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		unlink(kept[i].address.sun_path);
}

int action_unix_end(void)
{
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		close(kept[i].fd);
	close(kept_client);
	return 0;
}

/* The kernel gives a socket that is the first of its process the process id as its name. */
void action_netlink(const char *directory, struct action_result *out)
{
	const struct sockaddr_nl any = {.nl_family = AF_NETLINK};
	int fd = kept_netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	struct sockaddr_nl own;
	socklen_t len = sizeof(own);
	struct view *v;

	(void)directory;
	if (fd < 0 || bind(fd, (const struct sockaddr *)&any, sizeof(any)) < 0 ||
	    getsockname(fd, (struct sockaddr *)&own, &len) < 0) {
		action_failed(out, fd < 0 ? "socket" : "bind");
		return;
	}
	v = scene_add(&out->scene);
	view_number(v, VIEW_FAMILY, AF_NETLINK);
	view_number(v, VIEW_PROTOCOL, NETLINK_GENERIC);
	view_number(v, VIEW_PORTID, own.nl_pid);
}

int action_netlink_end(void)
{
	close(kept_netlink);
	return 0;
}
