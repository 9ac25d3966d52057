/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/attach/wire_make.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/attach/netlink.h"
#include "agent/deeds/wire.h"
#include "base/cleanup.h"

/* ---- the far end's namespace ---- */

static void in_child(int (*step)(void), int *code)
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0)
		_exit(step());
	*code = pid < 0 ? errno : 0;
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (pid > 0)
		*code = WIFEXITED(status) ? WEXITSTATUS(status) : EIO;
}

/* A namespace lives as long as something is mounted that stands for it. */
static int netns_make(void)
{
	cleanup_close int fd = open(WIRE_FAR_NETNS, O_CREAT | O_CLOEXEC | O_RDONLY, 0600);

	if (fd < 0 || unshare(CLONE_NEWNET) < 0 ||
	    mount("/proc/self/ns/net", WIRE_FAR_NETNS, "none", MS_BIND, NULL) < 0)
		return errno;
	return 0;
}

/* ---- an interface's address ---- */

static int address_set(int fd, unsigned long request, const char *name, const char *address)
{
	struct ifreq r = {0};
	struct sockaddr_in *in = (struct sockaddr_in *)&r.ifr_addr;

	snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", name);
	in->sin_family = AF_INET;
	inet_pton(AF_INET, address, &in->sin_addr);
	return ioctl(fd, request, &r);
}

static int interface_up(const char *name, const char *address)
{
	cleanup_close int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq r = {.ifr_flags = IFF_UP | IFF_RUNNING};

	snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", name);
	if (fd < 0 || address_set(fd, SIOCSIFADDR, name, address) < 0 ||
	    address_set(fd, SIOCSIFNETMASK, name, WIRE_NETWORK_MASK) < 0 || ioctl(fd, SIOCSIFFLAGS, &r) < 0)
		return errno;
	return 0;
}

static int far_up(void)
{
	cleanup_close int fd = open(WIRE_FAR_NETNS, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || setns(fd, CLONE_NEWNET) < 0)
		return errno;
	return interface_up(WIRE_FAR_NAME, WIRE_FAR_ADDRESS);
}

/* ---- the pair ---- */

/* IFLA_NETKIT_PEER_INFO, include/uapi/linux/if_link.h of 6.7 and later */
enum { NETKIT_PEER_INFO = 1 };

/* As `ip link add NEAR type KIND peer name FAR netns NETNS`. */
static int pair_add(const char *kind, int netns)
{
	const struct ifinfomsg near = {0}, peer = {0};
	struct netlink_request r;
	struct rtattr *info, *data, *far;

	netlink_begin(&r, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &near, sizeof(near));
	netlink_text(&r, IFLA_IFNAME, WIRE_NEAR_NAME);
	info = netlink_add(&r, IFLA_LINKINFO, NULL, 0);
	netlink_text(&r, IFLA_INFO_KIND, kind);
	data = netlink_add(&r, IFLA_INFO_DATA, NULL, 0);
	far = netlink_add(&r, strcmp(kind, "veth") ? NETKIT_PEER_INFO : VETH_INFO_PEER, &peer, sizeof(peer));
	netlink_text(&r, IFLA_IFNAME, WIRE_FAR_NAME);
	netlink_add(&r, IFLA_NET_NS_FD, &netns, sizeof(netns));
	netlink_nest_end(&r, far);
	netlink_nest_end(&r, data);
	netlink_nest_end(&r, info);
	return netlink_send(&r);
}

static int pair_make(const char *kind)
{
	cleanup_close int netns = open(WIRE_FAR_NETNS, O_RDONLY | O_CLOEXEC);

	return netns < 0 ? -errno : pair_add(kind, netns);
}

static int wire_try(const char *kind)
{
	int code, rc;

	in_child(netns_make, &code);
	if (code)
		return -code;
	rc = pair_make(kind);
	if (rc < 0)
		return rc;
	in_child(far_up, &code);
	code = code ? code : interface_up(WIRE_NEAR_NAME, WIRE_NEAR_ADDRESS);
	return -code;
}

int wire_make(const char *kind, struct error *err)
{
	int index = (int)if_nametoindex(WIRE_NEAR_NAME), rc;

	if (index)
		return index;
	rc = wire_try(kind);
	if (rc < 0) {
		wire_unmake();
		return error_set(err, -rc, "failed to attach: a pair of %s interfaces cannot be made: %s", kind,
		                 strerror(-rc));
	}
	return (int)if_nametoindex(WIRE_NEAR_NAME);
}

int wire_enter_far(void)
{
	cleanup_close int own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	cleanup_close int far = open(WIRE_FAR_NETNS, O_RDONLY | O_CLOEXEC);

	if (own < 0 || far < 0 || setns(far, CLONE_NEWNET) < 0)
		return -errno;
	return steal_fd(&own);
}

void wire_leave_far(const int *own)
{
	if (*own < 0)
		return;
	setns(*own, CLONE_NEWNET);
	close(*own);
}

static int widen(const char *name)
{
	cleanup_close int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq r = {.ifr_mtu = WIRE_WIDE};

	snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", name);
	return fd < 0 || ioctl(fd, SIOCSIFMTU, &r) < 0 ? errno : 0;
}

static int far_widen(void)
{
	int own = wire_enter_far();

	return own < 0 ? -own : widen(WIRE_FAR_NAME);
}

static int near_widen(void)
{
	return widen(WIRE_NEAR_NAME);
}

int wire_widen(void)
{
	int code, far_code;

	in_child(near_widen, &code);
	in_child(far_widen, &far_code);
	return -(code ? code : far_code);
}

void wire_unmake(void)
{
	const struct ifinfomsg near = {0};
	struct netlink_request r;

	if (if_nametoindex(WIRE_NEAR_NAME)) {
		netlink_begin(&r, RTM_DELLINK, 0, &near, sizeof(near));
		netlink_text(&r, IFLA_IFNAME, WIRE_NEAR_NAME);
		netlink_send(&r);
	}
	umount2(WIRE_FAR_NETNS, MNT_DETACH);
	unlink(WIRE_FAR_NETNS);
}
