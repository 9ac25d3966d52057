/* SPDX-License-Identifier: BSD-2-Clause */
/* netlink: one request of rtnetlink, built attribute by attribute, and the kernel's answer to it. */
#ifndef COREMATRIX_AGENT_ATTACH_NETLINK_H
#define COREMATRIX_AGENT_ATTACH_NETLINK_H

#include <linux/rtnetlink.h>
#include <stddef.h>
#include <stdint.h>

struct netlink_request {
	struct nlmsghdr head;
	uint8_t body[1024]; /* far more than any request here has */
};

/* `fixed` is what stands before the attributes of this type of request. */
void netlink_begin(struct netlink_request *r, unsigned type, unsigned flags, const void *fixed, size_t size);

/* Each adds one attribute; one without bytes, or with what it begins with, may be a nest until netlink_nest_end. */
struct rtattr *netlink_add(struct netlink_request *r, unsigned type, const void *bytes, size_t len);
void netlink_text(struct netlink_request *r, unsigned type, const char *text);
void netlink_nest_end(struct netlink_request *r, struct rtattr *nest);

/* Returns 0 or a negative errno. */
int netlink_send(const struct netlink_request *r);

#endif
