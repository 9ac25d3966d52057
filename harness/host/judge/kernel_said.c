/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/judge/kernel_said.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "host/lib/text.h"

/*
 * fnmatch's patterns of the whole line: kernel/panic.c, lib/bug.c, kernel/locking/lockdep.c,
 * kernel/rcu/tree_stall.h, kernel/watchdog.c, kernel/hung_task.c, lib/ubsan.c, mm/kasan/report.c, mm/kfence/report.c,
 * kernel/kcsan/report.c, mm/page_alloc.c, mm/vmalloc.c, mm/oom_kill.c, lib/refcount.c, lib/list_debug.c,
 * security/lockdown/lockdown.c, kernel/bpf/verifier.c (verifier_bug), kernel/sched/ext.c, fs/sysfs and net/core.
 */
static const char *const patterns[] = {
        "WARNING: *",
        "*] WARNING: *",
        "BUG: *",
        "kernel BUG at *",
        "*verifier bug*",
        "*BPF verifier*bug*",
        "*REG INVARIANTS VIOLATION*",
        "*Oops: *",
        "*general protection fault*",
        "*unable to handle *",
        "*divide error*",
        "INFO: task * blocked for more than *",
        "INFO: trying to register *",
        "INFO: possible *",
        "*suspicious RCU usage*",
        "*rcu*detected*stall*",
        "*self-detected stall*",
        "*soft lockup*",
        "*hard LOCKUP*",
        "UBSAN: *",
        "*page allocation failure*",
        "vmap allocation for size * failed*",
        "*vmalloc error*",
        "warn_alloc*",
        "*invoked oom-killer*",
        "*Out of memory: *",
        "*Memory cgroup out of memory*",
        "refcount_t: *",
        "list_add *corruption*",
        "list_del *corruption*",
        "*Lockdown: * is restricted*",
        "sched_ext: * disabled (*",
        "*sysfs: cannot create duplicate*",
        "unregister_netdevice: waiting *",
        "*scheduling while atomic*",
        "*sleeping function called from invalid context*",
        "*Kernel panic*",
};

/*
 * What the kernel says of what the harness does: of a subject whose memory runs out, as it shall
 * (agent/deeds/action_memory.c), and of a scheduler that is taken away at the end.
 */
static const char *const own[] = {
        "cm-oom invoked oom-killer*",
        "*Memory cgroup out of memory: Killed process * (cm-oom)*",
        "sched_ext: * disabled (unregistered from user space)",
};

static bool means_something(const char *line)
{
	for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++)
		if (!fnmatch(own[i], line, 0))
			return false;
	for (size_t i = 0; i < sizeof(patterns) / sizeof(*patterns); i++)
		if (!fnmatch(patterns[i], line, 0))
			return true;
	return false;
}

static bool holds(const struct strings *lines, const char *line)
{
	for (size_t i = 0; i < lines->count; i++)
		if (!strcmp(lines->at[i], line))
			return true;
	return false;
}

void kernel_said_find(const char *log, struct strings *lines)
{
	while (*log && lines->count < KERNEL_SAID_MAX) {
		size_t len = strcspn(log, "\n");
		cleanup_free char *raw = xstrndup(log, len);
		cleanup_buf struct buf line = {0};

		text_add_line(&line, raw);
		if (means_something(buf_str(&line)) && !holds(lines, buf_str(&line)))
			strings_add(lines, buf_str(&line));
		log += len + (log[len] == '\n');
	}
}

static const struct said_rule *rule_for(const char *line, const struct said_rule *rules, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (said_rule_matches(&rules[i], line))
			return &rules[i];
	return NULL;
}

void kernel_said_allow(struct result_cell *c, const struct said_rule *rules, size_t count)
{
	struct strings kept = {0};

	for (size_t i = 0; i < c->kernel_said.count; i++) {
		const char *line = c->kernel_said.at[i];
		const struct said_rule *rule = rule_for(line, rules, count);

		if (rule)
			strings_addf(&c->kernel_allowed, "%s (%s)", line, rule->reason);
		else
			strings_add(&kept, line);
	}
	strings_free(&c->kernel_said);
	c->kernel_said = kept;
}

bool kernel_said_used(const struct result_cell *c, const struct said_rule *rule)
{
	for (size_t i = 0; i < c->kernel_allowed.count; i++)
		if (said_rule_matches(rule, c->kernel_allowed.at[i]))
			return true;
	return false;
}
