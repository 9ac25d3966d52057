/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/effect_rule.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire/terms.h"

#define GROUP(name) WORKLOAD_BIT(WORKLOAD_##name)
#define LOCAL (GROUP(UNIX) | GROUP(MIGRATE))
#define CONNECTION (GROUP(TCP) | GROUP(SOCKMAP) | GROUP(CONGESTION))
#define DATAGRAM (GROUP(UDP) | GROUP(MESSAGE) | GROUP(REUSEPORT) | GROUP(WIRE) | GROUP(ROUTE) | GROUP(SEGMENT))
#define ALL_GROUPS (WORKLOAD_BIT(WORKLOAD_GROUP_COUNT) - 1)
#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define ERRNO_MAX 4095
#define SIGNAL_MAX 64

/* Calls that subjects make, and the deeds that they are part of; every deed begins with an exec. */
static const struct call {
	const char *name;
	uint64_t groups;
} calls[] = {
        {"exec", ALL_GROUPS},
        {EFFECT_SIGNAL, ALL_GROUPS},
        {"open", GROUP(FILE) | GROUP(MMAP) | GROUP(DISK) | GROUP(DEVICE) | GROUP(SYSCTL) | GROUP(SYNC)},
        {"read", GROUP(FILE) | GROUP(DISK) | CONNECTION | GROUP(SYSCTL)},
        {"write", GROUP(FILE) | CONNECTION | GROUP(SYSCTL)},
        {"rename", GROUP(FILE)},
        {"unlink", GROUP(FILE) | GROUP(MMAP)},
        {"socket", CONNECTION | DATAGRAM | LOCAL | GROUP(NETLINK)},
        {"bind", CONNECTION | DATAGRAM | LOCAL | GROUP(NETLINK)},
        {"listen", CONNECTION | LOCAL},
        {"connect", CONNECTION | DATAGRAM | LOCAL},
        {"accept", CONNECTION | GROUP(MIGRATE)},
        {"send", DATAGRAM | GROUP(UNIX)},
        {"recv", DATAGRAM | GROUP(UNIX)},
        {"getpeername", GROUP(MESSAGE) | GROUP(UNIX)},
        {"getsockname", GROUP(UNIX)},
        {"setsockopt", GROUP(SOCKOPT) | GROUP(REUSEPORT) | GROUP(MIGRATE) | GROUP(CONGESTION)},
        {"getsockopt", GROUP(SOCKOPT)},
        {"mknod", GROUP(DEVICE)},
        {"run", GROUP(PROGRAM)},
        {"fsync", GROUP(SYNC)},
        {"fork", GROUP(FORK) | GROUP(SIGNAL)},
        {"kill", GROUP(SIGNAL)},
        {"mmap", GROUP(MMAP)},
        {"mprotect", GROUP(MMAP)},
        {"munmap", GROUP(MMAP)},
        {"mount", GROUP(MOUNT)},
        {"umount", GROUP(MOUNT)},
        {"setuid", GROUP(SETUID)},
        {"setgid", GROUP(SETUID)},
        {"mkdir", GROUP(MOUNT) | GROUP(CGROUP)},
};

static const char *const other_outcomes[] = {EFFECT_SUCCESS,  "other path",  "other bytes",
                                             "other address", "other value", "hangs"};

static bool is_errno(const char *name)
{
	for (int i = 1; i < ERRNO_MAX; i++) {
		const char *known = strerrorname_np(i);

		if (known && !strcmp(known, name))
			return true;
	}
	return false;
}

static bool is_signal(const char *name)
{
	for (int i = 1; i < SIGNAL_MAX && !strncmp(name, "SIG", 3); i++) {
		const char *known = sigabbrev_np(i);

		if (known && !strcmp(known, name + 3))
			return true;
	}
	return false;
}

static bool is_outcome(const char *name)
{
	for (size_t i = 0; i < COUNT(other_outcomes); i++)
		if (!strcmp(other_outcomes[i], name))
			return true;
	return is_errno(name) || is_signal(name);
}

/* " for uid 1000" at the end; false when it is there and no number follows. */
static bool uid_take(const char *value, size_t *len, struct effect_rule *rule)
{
	static const char word[] = " for uid ";
	const char *at = strstr(value, word);
	char *end;
	unsigned long uid;

	*len = at ? (size_t)(at - value) : strlen(value);
	if (!at)
		return true;
	uid = strtoul(at + sizeof(word) - 1, &end, 10);
	rule->has_uid = true;
	rule->uid = (uint32_t)uid;
	return isdigit((unsigned char)at[sizeof(word) - 1]) && !*end && uid <= UINT32_MAX;
}

static const struct call *call_find(const char *name)
{
	for (size_t i = 0; i < COUNT(calls); i++)
		if (!strcmp(calls[i].name, name))
			return &calls[i];
	return NULL;
}

static void list_calls(struct buf *why)
{
	for (size_t i = 0; i < COUNT(calls); i++)
		buf_printf(why, "%s%s", i ? ", " : "", calls[i].name);
}

bool effect_rule_is_of_all(const struct effect_rule *rule)
{
	return rule->groups == ALL_GROUPS;
}

bool effect_rule_parse(const char *name, const char *value, struct effect_rule *rule, struct buf *why)
{
	const struct call *call = call_find(name);
	size_t len;
	bool good;

	*rule = (struct effect_rule){0};
	if (!call) {
		buf_printf(why, "unknown call \"%s\" in [effect]; give one of ", name);
		list_calls(why);
		return false;
	}
	good = uid_take(value, &len, rule) && len < sizeof(rule->outcome);
	snprintf(rule->call, sizeof(rule->call), "%s", name);
	snprintf(rule->outcome, sizeof(rule->outcome), "%.*s", good ? (int)len : 0, value);
	rule->groups = call->groups;
	if (good && is_outcome(rule->outcome))
		return true;
	buf_printf(
	        why,
	        "\"%s\" is not an effect; give the error (EPERM), the signal (SIGKILL), other path, other bytes, other address, other value, hangs or success, and perhaps \" for uid 1000\"",
	        value);
	return false;
}
