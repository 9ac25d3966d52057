/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/attach/netlink.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"

static void *tail(struct netlink_request *r)
{
	return (uint8_t *)r + NLMSG_ALIGN(r->head.nlmsg_len);
}

void netlink_begin(struct netlink_request *r, unsigned type, unsigned flags, const void *fixed, size_t size)
{
	*r = (struct netlink_request){.head = {.nlmsg_len = (uint32_t)NLMSG_LENGTH(size),
	                                       .nlmsg_type = (uint16_t)type,
	                                       .nlmsg_flags = (uint16_t)(NLM_F_REQUEST | NLM_F_ACK | flags)}};
	memcpy(NLMSG_DATA(&r->head), fixed, size);
}

struct rtattr *netlink_add(struct netlink_request *r, unsigned type, const void *bytes, size_t len)
{
	struct rtattr *a = tail(r);

	a->rta_type = (unsigned short)type;
	a->rta_len = (unsigned short)RTA_LENGTH(len);
	if (len)
		memcpy(RTA_DATA(a), bytes, len);
	r->head.nlmsg_len = (uint32_t)(NLMSG_ALIGN(r->head.nlmsg_len) + RTA_ALIGN(a->rta_len));
	return a;
}

void netlink_text(struct netlink_request *r, unsigned type, const char *text)
{
	netlink_add(r, type, text, strlen(text) + 1);
}

void netlink_nest_end(struct netlink_request *r, struct rtattr *nest)
{
	nest->rta_len = (unsigned short)((uint8_t *)tail(r) - (uint8_t *)nest);
}

int netlink_send(const struct netlink_request *r)
{
	cleanup_close int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	struct {
		struct nlmsghdr head;
		struct nlmsgerr error;
		uint8_t rest[1024];
	} answer;

	if (fd < 0 || send(fd, r, r->head.nlmsg_len, 0) < 0 || recv(fd, &answer, sizeof(answer), 0) < 0)
		return -errno;
	return answer.head.nlmsg_type == NLMSG_ERROR ? answer.error.error : -EPROTO;
}
