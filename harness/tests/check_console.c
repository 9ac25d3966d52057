/* SPDX-License-Identifier: BSD-2-Clause */
/* console: which lines mean the end of a guest, however they arrive, and the tail that is shown of it. */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "host/arch/arch.h"
#include "host/vm/console.h"
#include "tests/suite.h"

static void feed(struct console *c, const char *text)
{
	console_feed(c, text, strlen(text));
}

/* Lines as kernels print them. */
static const struct {
	const char *line;
	const char *fatal; /* NULL: harmless */
} lines[] = {
        {"[    1.234567] Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000100\r\n",
         "Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000100"},
        {"corematrix agent gives up: access to I/O ports: the kernel refuses it\r\n",
         "corematrix agent gives up: access to I/O ports: the kernel refuses it"},
        {"corematrix agent: ns_last_pid: Permission denied\r\n", NULL},
        {"Kernel panic - not syncing: VFS: Unable to mount root fs\n",
         "Kernel panic - not syncing: VFS: Unable to mount root fs"},
        {"[    2.0][    T1] BUG: kernel NULL pointer dereference, address: 0000000000000010\r\n",
         "BUG: kernel NULL pointer dereference, address: 0000000000000010"},
        {"[    2.0] BUG: unable to handle page fault for address: ffffffffc0000000\r\n",
         "BUG: unable to handle page fault for address: ffffffffc0000000"},
        {"[    2.0] Oops: 0000 [#1] PREEMPT SMP NOPTI\r\n", "Oops: 0000 [#1] PREEMPT SMP NOPTI"},
        {"[    2.0] invalid opcode: 0000 [#1] SMP NOPTI\r\n", "invalid opcode: 0000 [#1] SMP NOPTI"},
        {"[    2.0] kernel BUG at kernel/bpf/verifier.c:1234!\r\n", "kernel BUG at kernel/bpf/verifier.c:1234!"},
        {"[    2.0] general protection fault, probably for non-canonical address 0x1: 0000 [#1] SMP\r\n",
         "general protection fault, probably for non-canonical address 0x1: 0000 [#1] SMP"},
        {"[   30.0] watchdog: BUG: soft lockup - CPU#0 stuck for 22s! [init:1]\r\n",
         "watchdog: BUG: soft lockup - CPU#0 stuck for 22s! [init:1]"},
        {"[   30.0] rcu: INFO: rcu_preempt self-detected stall on CPU\r\n",
         "rcu: INFO: rcu_preempt self-detected stall on CPU"},
        {"[   30.0] rcu: INFO: rcu_sched detected stalls on CPUs/tasks:\r\n",
         "rcu: INFO: rcu_sched detected stalls on CPUs/tasks:"},
        {"[  120.0] INFO: task init:1 blocked for more than 120 seconds.\r\n",
         "INFO: task init:1 blocked for more than 120 seconds."},
        {"[    0.000000] Linux version 6.1.0-37-cloud-amd64 (debian-kernel@lists.debian.org)\r\n", NULL},
        {"[    0.5] tsc: Unable to calibrate against PIT\r\n", NULL},
        {"[    0.5] Kernel command line: console=ttyS0 loglevel=6 reboot=t panic=-1\r\n", NULL},
        {"[    0.5] WARNING: CPU: 0 PID: 1 at kernel/trace/trace.c:100 foo+0x1/0x2\r\n", NULL},
        {"[    0.5] x86/fpu: Supporting XSAVE feature 0x001\r\n", NULL},
        {"panic\n", NULL},
        {"\n", NULL},
        {"[\n", NULL},
        {"] \n", NULL},
};

START_TEST(line_means_the_end_or_not)
{
	struct console c = {.endings = arch_default()->console_endings};

	feed(&c, lines[_i].line);
	if (lines[_i].fatal) {
		ck_assert_msg(c.fatal != NULL, "not seen: %s", lines[_i].line);
		ck_assert_str_eq(c.fatal, lines[_i].fatal);
	} else {
		ck_assert_msg(!c.fatal, "%s", c.fatal);
	}
	console_free(&c);
}
END_TEST

/* A serial port delivers bytes, not lines. */
START_TEST(line_in_pieces_is_seen)
{
	const char *line = lines[_i].line;
	struct console c = {.endings = arch_default()->console_endings};

	feed(&c, "[    0.1] something else\r\n[    0.2] unfinished ");
	feed(&c, "\r\n");
	for (const char *at = line; *at; at++)
		console_feed(&c, at, 1);
	ck_assert_int_eq(c.fatal != NULL, lines[_i].fatal != NULL);
	if (c.fatal)
		ck_assert_str_eq(c.fatal, lines[_i].fatal);
	ck_assert_uint_eq(c.bytes, strlen("[    0.1] something else\r\n[    0.2] unfinished \r\n") + strlen(line));
	console_free(&c);
}
END_TEST

START_TEST(first_such_line_is_the_reason)
{
	struct console c = {.endings = arch_default()->console_endings};

	feed(&c, "[ 1.0] BUG: unable to handle page fault\r\n[ 1.1] Oops: 0000 [#1]\r\n");
	feed(&c, "[ 1.2] Kernel panic - not syncing: Fatal exception\r\n");
	ck_assert_str_eq(c.fatal, "BUG: unable to handle page fault");
	console_free(&c);
}
END_TEST

START_TEST(unfinished_line_is_not_judged_yet)
{
	struct console c = {.endings = arch_default()->console_endings};

	feed(&c, "[ 1.0] Kernel panic - not syncing: ");
	ck_assert(!c.fatal);
	feed(&c, "whole\n");
	ck_assert_str_eq(c.fatal, "Kernel panic - not syncing: whole");
	console_free(&c);
}
END_TEST

/* The reason is shown on a terminal: nothing in it may steer one. */
START_TEST(reason_is_safe_to_show)
{
	struct console c = {.endings = arch_default()->console_endings};

	feed(&c, "[ 1.0] Kernel panic - not syncing: \x1b]0;evil\x07 \xff tab\there\r\n");
	ck_assert_str_eq(c.fatal, "Kernel panic - not syncing: \\x1b]0;evil\\x07 \\xff tab here");
	console_free(&c);
}
END_TEST

/* ---- tail ---- */

static void feed_lines(struct console *c, unsigned first, unsigned last)
{
	for (unsigned i = first; i <= last; i++) {
		cleanup_free char *line = xasprintf("line %u\r\n", i);

		feed(c, line);
	}
}

static const struct {
	unsigned lines;       /* fed */
	const char *rest;     /* unfinished line behind them */
	unsigned first_shown; /* 0: nothing but the rest */
} tails[] = {
        {0, "", 0},      {0, "rest", 0},  {1, "", 1},      {39, "", 1},         {40, "", 1},        {41, "", 2},
        {39, "rest", 1}, {40, "rest", 2}, {1000, "", 961}, {1000, "rest", 962}, {20000, "", 19961},
};

START_TEST(tail_is_the_last_forty_lines)
{
	cleanup_buf struct buf expected = {0};
	cleanup_free char *tail = NULL;
	struct console c = {.endings = arch_default()->console_endings};

	feed_lines(&c, 1, tails[_i].lines);
	feed(&c, tails[_i].rest);
	for (unsigned i = tails[_i].first_shown; i && i <= tails[_i].lines; i++)
		buf_printf(&expected, "line %u\n", i);
	buf_puts(&expected, tails[_i].rest);
	tail = console_tail(&c);
	ck_assert_str_eq(tail, buf_str(&expected));
	console_free(&c);
}
END_TEST

START_TEST(empty_lines_count)
{
	cleanup_free char *tail = NULL;
	struct console c = {.endings = arch_default()->console_endings};

	feed(&c, "lost\n");
	for (unsigned i = 0; i < CONSOLE_TAIL_LINES; i++)
		feed(&c, "\r\n");
	tail = console_tail(&c);
	ck_assert_uint_eq(strlen(tail), CONSOLE_TAIL_LINES);
	ck_assert_uint_eq(strspn(tail, "\n"), CONSOLE_TAIL_LINES);
	console_free(&c);
}
END_TEST

START_TEST(tail_is_safe_to_show)
{
	cleanup_free char *tail = NULL;
	struct console c = {.endings = arch_default()->console_endings};

	console_feed(&c, "a\0b\x1b[2J\xff\n", 9);
	tail = console_tail(&c);
	ck_assert_str_eq(tail, "a?b\\x1b[2J\\xff\n");
	console_free(&c);
}
END_TEST

/* ---- bounds ---- */

START_TEST(endless_line_is_bounded_and_still_watched)
{
	cleanup_free char *block = xcalloc(1, 65536);
	struct console c = {.endings = arch_default()->console_endings};

	memset(block, 'x', 65536);
	for (unsigned i = 0; i < 64; i++) {
		console_feed(&c, block, 65536);
		ck_assert_uint_le(c.tail.len, 160u << 10);
	}
	ck_assert_uint_eq(c.bytes, 64u * 65536);
	ck_assert(!c.fatal);
	feed(&c, "\n[ 9.0] Kernel panic - not syncing: after all\n");
	ck_assert_str_eq(c.fatal, "Kernel panic - not syncing: after all");
	console_free(&c);
}
END_TEST

static uint32_t next_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

/* Fixed seed: bytes of every value, newlines often and seldom, pieces of every size. */
START_TEST(random_bytes_do_no_harm)
{
	static const char unsafe[] = "\1\2\3\4\5\6\7\b\v\f\r\16\17\20\21\22\23\24\25\26\27\30\31\32\33\34\35\36\37\177";
	static char bytes[70000];
	uint32_t state = 1 + (uint32_t)_i;
	struct console c = {.endings = arch_default()->console_endings};

	for (unsigned round = 0; round < 20; round++) {
		size_t len = next_random(&state) % sizeof(bytes);
		cleanup_free char *tail = NULL;

		for (size_t i = 0; i < len; i++)
			bytes[i] = next_random(&state) % (1u + 3000u * (unsigned)_i) ? (char)next_random(&state) : '\n';
		console_feed(&c, bytes, len);
		tail = console_tail(&c);
		ck_assert_uint_eq(strcspn(tail, unsafe), strlen(tail));
		ck_assert_uint_le(c.tail.len, 160u << 10);
	}
	console_free(&c);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        GROUP("console", .seconds = 60),
	        EACH(line_means_the_end_or_not, lines),
	        EACH(line_in_pieces_is_seen, lines),
	        TEST(first_such_line_is_the_reason),
	        TEST(unfinished_line_is_not_judged_yet),
	        TEST(reason_is_safe_to_show),
	        EACH(tail_is_the_last_forty_lines, tails),
	        TEST(empty_lines_count),
	        TEST(tail_is_safe_to_show),
	        TEST(endless_line_is_bounded_and_still_watched),
	        RANGE(random_bytes_do_no_harm, 0, 3),
	};

	return suite_run("console", tests, COUNT(tests));
}
