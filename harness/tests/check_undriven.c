/* SPDX-License-Identifier: BSD-2-Clause */
/* undriven: which attached programs that never ran are no fault of the object's. */
#include <stddef.h>

#include "agent/deeds/trigger.h"
#include "agent/load/undriven.h"
#include "tests/suite.h"

#define NEW "6.12.1-cloud-amd64"
#define OLD "5.10.0-46-cloud-amd64"

static const struct {
	struct undriven_case c;
	const char *hook;
} cases[] = {
        {{"kprobe/vfs_create", NULL, 0, TRIGGER_FILE, 0, NEW}, "vfs_create"},
        {{"?tp/syscalls/sys_enter_tkill", NULL, 0, TRIGGER_FILE, 0, NEW}, "syscalls/sys_enter_tkill"},
        {{"kprobe/dummy", "vfs_rmdir", 0, TRIGGER_FILE, 0, NEW}, "vfs_rmdir"},
        {{"xdp", NULL, 0, TRIGGER_FILE, 0, NEW}, "xdp"},
        /* it ran */
        {{"kprobe/vfs_create", NULL, 0, TRIGGER_FILE, 1, NEW}, NULL},
        /* known to fire: what was done decides who is to blame */
        {{"kprobe/vfs_open", NULL, TRIGGER_FILE, TRIGGER_EXEC | TRIGGER_FILE, 0, NEW}, NULL},
        {{"kprobe/tcp_v6_connect", NULL, TRIGGER_TCP6, TRIGGER_TCP4, 0, NEW}, "tcp_v6_connect"},
        /* whose runs the kernel does not count */
        {{"fentry.s/vfs_create", NULL, 0, 0, 0, OLD}, NULL},
        {{"fentry.s/vfs_create", NULL, 0, 0, 0, NEW}, "vfs_create"},
        {{"fentry/vfs_create", NULL, 0, 0, 0, OLD}, "vfs_create"},
        {{"freplace/f", NULL, 0, 0, 0, NEW}, NULL},
};

START_TEST(a_hook_that_nothing_reaches_is_named)
{
	const char *hook = undriven_hook(&cases[_i].c);

	ck_assert_pstr_eq(hook, cases[_i].hook);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        EACH(a_hook_that_nothing_reaches_is_named, cases),
	};

	return suite_run("undriven", tests, COUNT(tests));
}
