/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel_said, said_rule: which lines of a kernel's log mean something, and which of them are allowed.
 */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "host/judge/kernel_said.h"
#include "tests/suite.h"
#include "wire/said_rule.h"

static const char *const bad[] = {
        "WARNING: CPU: 0 PID: 80 at include/net/tcp.h:1260 tcp_slow_start+0x34/0x50",
        "WARNING: include/net/tcp.h:1444 at tcp_slow_start+0x38/0x50, CPU#0: cm-tcp4/117",
        "WARNING: possible circular locking dependency detected",
        "WARNING: suspicious RCU usage",
        "BUG: kernel NULL pointer dereference, address: 0000000000000010",
        "BUG: KASAN: slab-out-of-bounds in bpf_check+0x10/0x20",
        "BUG: KFENCE: use-after-free read in bpf_prog_free+0x10/0x20",
        "BUG: sleeping function called from invalid context at mm/slab.h:321",
        "kernel BUG at kernel/bpf/core.c:2201!",
        "verifier bug: REG INVARIANTS VIOLATION (true_reg1): range bounds violation",
        "UBSAN: array-index-out-of-bounds in kernel/bpf/verifier.c:5012:3",
        "rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:",
        "rcu: INFO: rcu_sched self-detected stall on CPU",
        "watchdog: BUG: soft lockup - CPU#0 stuck for 26s! [tool:120]",
        "INFO: task tool:120 blocked for more than 120 seconds.",
        "INFO: trying to register non-static key.",
        "tool: page allocation failure: order:9, mode:0xdc0(GFP_KERNEL|__GFP_ZERO)",
        "tool invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0",
        "Out of memory: Killed process 120 (tool)",
        "refcount_t: underflow; use-after-free.",
        "list_del corruption. prev->next should be ffff, but was 0000",
        "Lockdown: tool: use of bpf to read kernel RAM is restricted; see man kernel_lockdown.7",
        "sched_ext: BPF scheduler \"mine\" disabled (runtime error)",
};

START_TEST(what_is_wrong_is_found)
{
	cleanup_strings struct strings lines = {0};
	cleanup_free char *log = xasprintf("audit: type=1334 prog-id=5 op=LOAD\n%s\nCall Trace:\n <TASK>\n", bad[_i]);

	kernel_said_find(log, &lines);
	ck_assert_uint_eq(lines.count, 1);
	ck_assert_str_eq(lines.at[0], bad[_i]);
}
END_TEST

static const char *const harmless[] = {
        "audit: type=1334 audit(1700000000.000:5): prog-id=5 op=LOAD",
        "EXT4-fs (ram0): mounted filesystem with ordered data mode. Opts: (null)",
        "bpf_testmod: loading out-of-tree module taints kernel.",
        "tool[120] is installing a program with bpf_probe_write_user helper that may corrupt user memory!",
        "** trace_printk() being used. Allocating extra memory.  **",
        "process 'tool' started with executable stack",
        "perf: interrupt took too long (2506 > 2500), lowering kernel.perf_event_max_sample_rate to 79000",
        "device lo entered promiscuous mode",
        "sched_ext: BPF scheduler \"mine\" disabled (unregistered from user space)",
        "cm-oom invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0",
        "Memory cgroup out of memory: Killed process 102 (cm-oom) total-vm:66000kB, anon-rss:7000kB",
        "my tool prints WARNING: in the middle of a line",
        "",
};

START_TEST(what_is_harmless_is_left_alone)
{
	cleanup_strings struct strings lines = {0};

	kernel_said_find(harmless[_i], &lines);
	ck_assert_uint_eq(lines.count, 0);
}
END_TEST

START_TEST(a_line_is_named_once_and_their_number_is_bounded)
{
	cleanup_strings struct strings lines = {0};
	cleanup_buf struct buf log = {0};

	for (int i = 0; i < 3; i++)
		buf_puts(&log, "BUG: one\nsomething else\n");
	kernel_said_find(buf_str(&log), &lines);
	ck_assert_uint_eq(lines.count, 1);
	for (int i = 0; i < 2 * KERNEL_SAID_MAX; i++)
		buf_printf(&log, "BUG: number %d\n", i);
	kernel_said_find(buf_str(&log), &lines);
	ck_assert_uint_eq(lines.count, KERNEL_SAID_MAX);
}
END_TEST

START_TEST(what_a_guest_sends_is_made_safe)
{
	cleanup_strings struct strings lines = {0};

	kernel_said_find("BUG: \x1b[31mred\xff\n", &lines);
	ck_assert_uint_eq(lines.count, 1);
	ck_assert_str_eq(lines.at[0], "BUG: \\x1b[31mred\\xff");
}
END_TEST

START_TEST(a_rule_says_what_and_why)
{
	cleanup_buf struct buf why = {0};
	struct said_rule r;

	ck_assert(said_rule_parse("WARNING: *tcp.c*  because it is known, because of a fix to come", &r, &why));
	ck_assert_str_eq(r.pattern, "WARNING: *tcp.c*");
	ck_assert_str_eq(r.reason, "it is known, because of a fix to come");
	ck_assert(said_rule_matches(&r, "[1.0] WARNING: at net/tcp.c:3"));
	ck_assert(!said_rule_matches(&r, "WARNING: at net/udp.c:3"));
	said_rule_free(&r);
}
END_TEST

static const struct {
	const char *text, *said;
} mistakes[] = {
        {"", "give PATTERN because REASON"},
        {"WARNING: x", "give PATTERN because REASON"},
        {"WARNING: x because ", "give PATTERN because REASON"},
        {" because of that", "give PATTERN because REASON"},
        {"* because I say so", "allows every line"},
        {"?* * because I say so", "allows every line"},
};

START_TEST(a_wrong_rule_is_told)
{
	cleanup_buf struct buf why = {0};
	struct said_rule r;

	ck_assert(!said_rule_parse(mistakes[_i].text, &r, &why));
	ck_assert_msg(strstr(buf_str(&why), mistakes[_i].said) != NULL, "%s", buf_str(&why));
}
END_TEST

START_TEST(what_is_allowed_is_told_apart)
{
	const struct said_rule rules[] = {{.pattern = "at net/udp.c", .reason = "other"},
	                                  {.pattern = "at net/tcp.c", .reason = "known"}};
	struct result *r = result_new();
	struct result_cell *c = result_add_cell(r);

	strings_add(&c->kernel_said, "WARNING: at net/tcp.c:3");
	strings_add(&c->kernel_said, "BUG: at mm/slab.c:3");
	kernel_said_allow(c, rules, COUNT(rules));
	ck_assert_uint_eq(c->kernel_said.count, 1);
	ck_assert_str_eq(c->kernel_said.at[0], "BUG: at mm/slab.c:3");
	ck_assert_uint_eq(c->kernel_allowed.count, 1);
	ck_assert_str_eq(c->kernel_allowed.at[0], "WARNING: at net/tcp.c:3 (known)");
	ck_assert(!kernel_said_used(c, &rules[0]) && kernel_said_used(c, &rules[1]));
	result_free(r);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        EACH(what_is_wrong_is_found, bad),
	        EACH(what_is_harmless_is_left_alone, harmless),
	        TEST(a_line_is_named_once_and_their_number_is_bounded),
	        TEST(what_a_guest_sends_is_made_safe),
	        TEST(a_rule_says_what_and_why),
	        EACH(a_wrong_rule_is_told, mistakes),
	        TEST(what_is_allowed_is_told_apart),
	};

	return suite_run("kernel_said", tests, COUNT(tests));
}
