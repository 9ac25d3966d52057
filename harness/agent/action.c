/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/action.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"

/* A size that is neither a block nor a page. */
#define FILE_SIZE 4321

static int call_failed(struct action_result *out, const char *call)
{
	out->failure = errno ? errno : EIO;
	snprintf(out->failed_call, sizeof(out->failed_call), "%s", call);
	return -1;
}

static int file_use(int fd, struct action_result *out)
{
	char bytes[FILE_SIZE];
	struct stat st;

	memset(bytes, 'c', sizeof(bytes));
	if (write(fd, bytes, sizeof(bytes)) != sizeof(bytes))
		return call_failed(out, "write");
	if (pread(fd, bytes, sizeof(bytes), 0) != sizeof(bytes))
		return call_failed(out, "pread");
	if (fstat(fd, &st) < 0)
		return call_failed(out, "fstat");
	out->ino = st.st_ino;
	out->dev = st.st_dev;
	out->size = (uint64_t)st.st_size;
	return 0;
}

static void file_perform(const char *directory, struct action_result *out)
{
	cleanup_free char *path = xasprintf("%s/%s", directory, ACTION_FILE_NAME);
	cleanup_free char *renamed = xasprintf("%s/%s", directory, ACTION_FILE_RENAMED);
	cleanup_close int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640);

	if (fd < 0) {
		call_failed(out, "open");
		return;
	}
	if (file_use(fd, out) < 0) {
		unlink(path);
		return;
	}
	if (rename(path, renamed) < 0)
		call_failed(out, "rename");
	else if (unlink(renamed) < 0)
		call_failed(out, "unlink");
}

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

static int talk(int client, int server, struct action_result *out)
{
	char byte[5] = "hello";

	if (write(client, byte, sizeof(byte)) != sizeof(byte) || read(server, byte, sizeof(byte)) != sizeof(byte))
		return call_failed(out, "write to server");
	if (write(server, byte, sizeof(byte)) != sizeof(byte) || read(client, byte, sizeof(byte)) != sizeof(byte))
		return call_failed(out, "write to client");
	return 0;
}

static bool network_is_missing(int code)
{
	return code == EAFNOSUPPORT || code == EADDRNOTAVAIL;
}

static void tcp_perform(sa_family_t family, struct action_result *out)
{
	union any_address address;
	socklen_t len = loopback_address(family, &address), got = sizeof(address);
	cleanup_close int listener = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	cleanup_close int client = -1;
	cleanup_close int server = -1;

	out->family = family;
	if (family == AF_INET6)
		memcpy(out->address, &address.v6.sin6_addr, 16);
	else
		memcpy(out->address, &address.v4.sin_addr, 4);
	if (listener < 0 || bind(listener, &address.any, len) < 0) {
		call_failed(out, listener < 0 ? "socket" : "bind");
		out->skipped = network_is_missing(out->failure);
		return;
	}
	if (listen(listener, 1) < 0 || getsockname(listener, &address.any, &got) < 0) {
		call_failed(out, "listen");
		return;
	}
	out->server_port = port_of(&address);
	client = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (client < 0 || connect(client, &address.any, len) < 0) {
		call_failed(out, "connect");
		return;
	}
	out->client_port = own_port(client);
	server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	if (server < 0) {
		call_failed(out, "accept");
		return;
	}
	if (talk(client, server, out) < 0)
		return;
	/* The client first, so that it is the one that waits out the connection's end. */
	close(steal_fd(&client));
	close(steal_fd(&server));
}

void action_perform(enum action action, const char *directory, struct action_result *out)
{
	*out = (struct action_result){0};
	switch (action) {
	case ACTION_FILE:
		file_perform(directory, out);
		break;
	case ACTION_TCP4:
		tcp_perform(AF_INET, out);
		break;
	case ACTION_TCP6:
		tcp_perform(AF_INET6, out);
		break;
	default:
		break;
	}
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
