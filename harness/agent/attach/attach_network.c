/* SPDX-License-Identifier: BSD-2-Clause */
/* Programs for the network namespace, for a packet socket of the harness's own, and for netfilter's hooks. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/netfilter.h>
#include <net/if.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "agent/attach/attachment.h"
#include "base/cleanup.h"
#include "base/io.h"

#define NETNS "/proc/self/ns/net"

int attach_netns(const struct bpf_program *prog, const struct attach_place *place, struct attachment *a,
                 struct error *err)
{
	cleanup_close int fd = open(NETNS, O_RDONLY | O_CLOEXEC);
	struct bpf_link *link;

	(void)place;
	if (fd < 0)
		return attach_failed(err, errno, "the network namespace cannot be opened");
	link = bpf_program__attach_netns(prog, fd);
	if (!link)
		return attach_failed(err, errno, "to the network namespace");
	attachment_hold_link(a, link);
	return 0;
}

/*
 * Packets that are spread over CPUs by their flow are dissected when they come in, unless the sender's socket has told
 * the flow already, as TCP does.
 */
#define STEERING "/sys/class/net/lo/queues/rx-0/rps_cpus"

static int steering_set(const char *cpus)
{
	cleanup_close int fd = open(STEERING, O_WRONLY | O_CLOEXEC);

	return fd < 0 ? -errno : io_write_all(fd, cpus, strlen(cpus));
}

static void steering_undo(const struct attachment *a)
{
	(void)a;
	steering_set("0");
}

int attach_flow_dissector(const struct bpf_program *prog, const struct attach_place *place, struct attachment *a,
                          struct error *err)
{
	int rc = attach_netns(prog, place, a, err);

	if (rc < 0)
		return rc;
	rc = steering_set("1");
	if (rc < 0)
		return attach_failed(err, -rc, "packets cannot be steered by their flow (" STEERING ")");
	a->undo = steering_undo;
	return 0;
}

/* As tools that look at packets do it: a socket that sees all of an interface's. */
int attach_packet_socket(const struct bpf_program *prog, const struct attach_place *place, struct attachment *a,
                         struct error *err)
{
	cleanup_close int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, htons(ETH_P_ALL));
	const char *name = place->to ? place->to : "lo";
	struct sockaddr_ll address = {
	        .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = (int)if_nametoindex(name)};
	int program = bpf_program__fd(prog);

	if (!address.sll_ifindex)
		return error_set(err, ENODEV,
		                 "failed to attach: there is no interface \"%s\" in this guest; give \"lo\"", name);
	if (fd < 0)
		return attach_failed(err, errno, "a packet socket cannot be opened");
	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_BPF, &program, sizeof(program)) < 0)
		return attach_failed(err, errno, "to a packet socket");
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return attach_failed(err, errno, "a packet socket cannot be bound");
	attachment_hold_fd(a, steal_fd(&fd));
	return 0;
}

/* bpf_attr.link_create.netfilter */
struct netfilter_detail {
	uint32_t family, hook;
	int32_t priority;
	uint32_t flags;
};
#define TYPE_NETFILTER 45

static int netfilter_hook(const char *name)
{
	static const char *const names[] = {[NF_INET_PRE_ROUTING] = "prerouting",
	                                    [NF_INET_LOCAL_IN] = "input",
	                                    [NF_INET_FORWARD] = "forward",
	                                    [NF_INET_LOCAL_OUT] = "output",
	                                    [NF_INET_POST_ROUTING] = "postrouting"};

	for (size_t i = 0; name && i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(name, names[i]))
			return (int)i;
	return name ? -1 : NF_INET_LOCAL_IN;
}

int attach_netfilter(const struct bpf_program *prog, const struct attach_place *place, struct attachment *a,
                     struct error *err)
{
	int hook = netfilter_hook(place->hook), fd;
	struct netfilter_detail detail = {.family = NFPROTO_IPV4, .hook = (uint32_t)hook};

	if (hook < 0)
		return error_set(
		        err, EINVAL,
		        "failed to attach: hook \"%s\" is none of prerouting, input, forward, output, postrouting",
		        place->hook);
	if (place->to && !strcmp(place->to, "ip6"))
		detail.family = NFPROTO_IPV6;
	if (place->priority)
		detail.priority = (int32_t)strtol(place->priority, NULL, 0);
	fd = attachment_link_create(bpf_program__fd(prog), 0, TYPE_NETFILTER, 0, &detail, sizeof(detail));
	if (fd < 0)
		return attach_failed(err, -fd, "to netfilter");
	attachment_hold_fd(a, fd);
	return 0;
}

/* ---- maps of sockets, and what subjects attach themselves ---- */

static const struct bpf_map *sockmap_find(const struct attach_place *place)
{
	const struct bpf_map *map = NULL;

	while ((map = bpf_object__next_map(place->object, map))) {
		enum bpf_map_type type = bpf_map__type(map);

		if (place->to ? !strcmp(bpf_map__name(map), place->to)
		              : type == BPF_MAP_TYPE_SOCKMAP || type == BPF_MAP_TYPE_SOCKHASH)
			return map;
	}
	return NULL;
}

static enum bpf_attach_type sockmap_type(const struct bpf_program *prog)
{
	enum bpf_attach_type type = bpf_program__expected_attach_type(prog);

	if (bpf_program__type(prog) == BPF_PROG_TYPE_SK_MSG)
		return BPF_SK_MSG_VERDICT;
	/* an older way to write the section names neither */
	if (type)
		return type;
	return strstr(bpf_program__name(prog), "pars") ? BPF_SK_SKB_STREAM_PARSER : BPF_SK_SKB_STREAM_VERDICT;
}

static void sockmap_undo(const struct attachment *a)
{
	bpf_prog_detach2(a->fds[0], a->where, (enum bpf_attach_type)a->number);
}

/* The map whose sockets it is for: the first there is, which subjects put theirs into. */
int attach_sockmap(const struct bpf_program *prog, const struct attach_place *place, struct attachment *a,
                   struct error *err)
{
	const struct bpf_map *map = sockmap_find(place);
	enum bpf_attach_type type = sockmap_type(prog);
	cleanup_close int fd = -1;

	if (!map)
		return error_set(err, ENOENT, "failed to attach: the object has no map %s",
		                 place->to ? place->to : "of sockets (sockmap, sockhash)");
	fd = fcntl(bpf_program__fd(prog), F_DUPFD_CLOEXEC, 3);
	if (fd < 0)
		return attach_failed(err, errno, "the program's descriptor cannot be doubled");
	if (bpf_prog_attach(fd, bpf_map__fd(map), type, 0) < 0)
		return attach_failed(err, errno, "to the map of sockets");
	a->where = bpf_map__fd(map);
	a->number = (int)type;
	attachment_hold_fd(a, steal_fd(&fd));
	a->undo = sockmap_undo;
	return 0;
}

/* To a socket of the subject's, or called by it: it finds the program by itself. */
int attach_by_subject(const struct bpf_program *prog, const struct attach_place *place, struct attachment *a,
                      struct error *err)
{
	(void)prog;
	(void)place;
	(void)a;
	(void)err;
	return 0;
}
