/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/hook.h"

#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* What a section's name is, up to its end or the slash before the target. */
static const struct head {
	const char *text;
	enum hook_kind kind;
	bool at_return;
} heads[] = {
        {"tracepoint", HOOK_TRACEPOINT, false},
        {"tp", HOOK_TRACEPOINT, false},
        {"raw_tracepoint", HOOK_RAW_TRACEPOINT, false},
        {"raw_tp", HOOK_RAW_TRACEPOINT, false},
        {"raw_tracepoint.w", HOOK_RAW_TRACEPOINT, false},
        {"raw_tp.w", HOOK_RAW_TRACEPOINT, false},
        {"tp_btf", HOOK_BTF_TRACEPOINT, false},
        {"kprobe", HOOK_KPROBE, false},
        {"kretprobe", HOOK_KPROBE, true},
        {"kprobe.multi", HOOK_KPROBE_MULTI, false},
        {"kretprobe.multi", HOOK_KPROBE_MULTI, true},
        {"fentry", HOOK_FUNCTION, false},
        {"fentry.s", HOOK_FUNCTION, false},
        {"fexit", HOOK_FUNCTION, true},
        {"fexit.s", HOOK_FUNCTION, true},
        {"fmod_ret", HOOK_FUNCTION, false},
        {"fmod_ret.s", HOOK_FUNCTION, false},
        {"ksyscall", HOOK_SYSCALL, false},
        {"kretsyscall", HOOK_SYSCALL, true},
        {"lsm", HOOK_LSM, false},
        {"lsm.s", HOOK_LSM, false},
        {"lsm_cgroup", HOOK_LSM_CGROUP, false},
        {"iter", HOOK_ITERATOR, false},
        {"iter.s", HOOK_ITERATOR, false},
};

/* Events of tracefs that are a system call's. */
static const struct {
	const char *prefix;
	bool at_return;
} syscall_events[] = {
        {"syscalls/sys_enter_", false},
        {"syscalls/sys_exit_", true},
};

static const struct head *head_find(const char *section)
{
	size_t len = strcspn(section, "/");

	for (size_t i = 0; i < COUNT(heads); i++)
		if (strlen(heads[i].text) == len && !memcmp(section, heads[i].text, len))
			return &heads[i];
	return NULL;
}

struct hook hook_read(const char *section, const char *target)
{
	const struct head *head;
	const char *slash;
	struct hook h;

	/* "?" keeps libbpf from loading the program by default */
	section += *section == '?';
	head = head_find(section);
	slash = strchr(section, '/');
	h = (struct hook){.name = target ? target : slash ? slash + 1 : ""};
	if (!head)
		return h;
	h.kind = head->kind;
	h.at_return = head->at_return;
	for (size_t i = 0; h.kind == HOOK_TRACEPOINT && i < COUNT(syscall_events); i++) {
		size_t len = strlen(syscall_events[i].prefix);

		if (strncmp(h.name, syscall_events[i].prefix, len))
			continue;
		h.kind = HOOK_SYSCALL;
		h.at_return = syscall_events[i].at_return;
		h.name += len;
	}
	h.len = strcspn(h.name, "+");
	return h;
}
