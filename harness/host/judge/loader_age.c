/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/judge/loader_age.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* From libbpf's release notes and its table of sections; what follows a slash, if `open`, is the object's. */
static const struct {
	const char *section;
	bool open;
	const char *since;
} sections[] = {
        {"struct_ops.s", true, "1.2"},
        {".struct_ops.link", false, "1.2"},
        {"netfilter", false, "1.3"},
        {"tc/ingress", false, "1.3"},
        {"tc/egress", false, "1.3"},
        {"tcx/ingress", false, "1.3"},
        {"tcx/egress", false, "1.3"},
        {"netkit/primary", false, "1.3"},
        {"netkit/peer", false, "1.3"},
        {"uprobe.multi", true, "1.3"},
        {"uprobe.multi.s", true, "1.3"},
        {"uretprobe.multi", true, "1.3"},
        {"uretprobe.multi.s", true, "1.3"},
        {"usdt.s", true, "1.3"},
        {"cgroup/connect_unix", false, "1.3"},
        {"cgroup/sendmsg_unix", false, "1.3"},
        {"cgroup/recvmsg_unix", false, "1.3"},
        {"cgroup/getpeername_unix", false, "1.3"},
        {"cgroup/getsockname_unix", false, "1.3"},
        {"sk_skb/verdict", false, "1.4"},
        /* globals in an arena */
        {".addr_space.1", false, "1.4"},
        {"?.struct_ops", false, "1.4"},
        {"?.struct_ops.link", false, "1.4"},
        {"kprobe.session", true, "1.5"},
        {"uprobe.session", true, "1.6"},
        {"uprobe.session.s", true, "1.6"},
        {"fsession", true, "1.7"},
        {"fsession.s", true, "1.7"},
        {".jumptables", false, "1.7"},
};

static bool is_section(size_t i, const char *section)
{
	size_t len = strlen(sections[i].section);

	return !strncmp(section, sections[i].section, len) &&
	       (!section[len] || (sections[i].open && section[len] == '/'));
}

const char *loader_age_since(const char *section)
{
	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
		/* a question mark says that a program is left out until somebody asks for it */
		if (is_section(i, section) || (*section == '?' && is_section(i, section + 1)))
			return sections[i].since;
	return NULL;
}
