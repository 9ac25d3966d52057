/* SPDX-License-Identifier: BSD-2-Clause */
/* user_target: what a probe in user space is for, and whose file that is. */
#include "tests/suite.h"
#include "wire/user_target.h"

static const struct {
	const char *section, *to;
	enum user_home home;
	const char *binary, *function, *provider, *name;
} cases[] = {
        {"uprobe", NULL, HOME_SELF, "", "", "", ""},
        {"?uprobe", NULL, HOME_SELF, "", "", "", ""},
        {"uretprobe/f", NULL, HOME_SELF, "", "f", "", ""},
        {"uprobe//proc/self/exe:f", NULL, HOME_SELF, "/proc/self/exe", "f", "", ""},
        {"uprobe.multi//proc/self/exe:f*", NULL, HOME_SELF, "/proc/self/exe", "f*", "", ""},
        {"uprobe/libc.so.6:malloc", NULL, HOME_LIBC, "libc.so.6", "malloc", "", ""},
        {"uprobe.s//lib/x/libc.so.6:malloc+0x4", NULL, HOME_LIBC, "/lib/x/libc.so.6", "malloc+0x4", "", ""},
        {"uretprobe/getaddrinfo", NULL, HOME_LIBC, "libc.so.6", "getaddrinfo", "", ""},
        {"uretprobe/readline", NULL, HOME_SHELL, "bash", "readline", "", ""},
        {"uretprobe//bin/bash:readline", NULL, HOME_SHELL, "/bin/bash", "readline", "", ""},
        {"uprobe.session/libssl.so.3:SSL_write", NULL, HOME_OTHER, "libssl.so.3", "SSL_write", "", ""},
        {"uprobe", "/opt/d:0x40", HOME_OTHER, "/opt/d", "0x40", "", ""},
        {"uprobe/libc.so.6:malloc", "bash:readline", HOME_SHELL, "bash", "readline", "", ""},
        {"usdt", NULL, HOME_SELF, "", "", "", ""},
        {"usdt/libc.so.6:libc:setjmp", NULL, HOME_LIBC, "libc.so.6", "", "libc", "setjmp"},
        {"usdt.s//opt/d:p:n", NULL, HOME_OTHER, "/opt/d", "", "p", "n"},
        {"usdt", "p:n", HOME_SELF, "", "", "p", "n"},
        {"usdt", "/opt/d:p:n", HOME_OTHER, "/opt/d", "", "p", "n"},
};

START_TEST(a_section_says_what_is_probed)
{
	cleanup_user_target struct user_target t = {0};

	ck_assert(user_target_read(cases[_i].section, cases[_i].to, &t));
	ck_assert_int_eq(t.home, cases[_i].home);
	ck_assert_str_eq(t.binary, cases[_i].binary);
	ck_assert_str_eq(t.function, cases[_i].function);
	ck_assert_str_eq(t.provider, cases[_i].provider);
	ck_assert_str_eq(t.name, cases[_i].name);
}
END_TEST

static const char *const others[] = {"kprobe/f", "uprobes/f",           "xdp",       "", "?",
                                     "usd",      "uprobe.multiple/x:y", "ksyscall/x"};

START_TEST(what_is_not_in_user_space_is_none)
{
	struct user_target t;

	ck_assert(!user_target_read(others[_i], NULL, &t));
	ck_assert_ptr_null(t.binary);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        EACH(a_section_says_what_is_probed, cases),
	        EACH(what_is_not_in_user_space_is_none, others),
	};

	return suite_run("user_target", tests, COUNT(tests));
}
