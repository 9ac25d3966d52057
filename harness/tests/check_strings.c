/* SPDX-License-Identifier: BSD-2-Clause */
/* strings: the list as execvp wants it, and its shell line as a real shell reads it back. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/lib/child.h"
#include "host/lib/strings.h"
#include "tests/suite.h"

START_TEST(list_is_terminated_at_every_length)
{
	cleanup_strings struct strings s = {0};

	ck_assert(!s.at && !s.count);
	for (unsigned i = 0; i < 100; i++) {
		strings_addf(&s, "%u-%s", i, "x");
		ck_assert_uint_eq(s.count, i + 1);
		ck_assert(!s.at[s.count]);
	}
	ck_assert_str_eq(s.at[0], "0-x");
	ck_assert_str_eq(s.at[99], "99-x");
}
END_TEST

START_TEST(list_owns_its_words)
{
	cleanup_strings struct strings s = {0};
	char word[] = "word";

	strings_add(&s, word);
	word[0] = 'c';
	ck_assert_str_eq(s.at[0], "word");
	strings_free(&s);
	ck_assert(!s.at && !s.count);
	strings_add(&s, "again");
	ck_assert_uint_eq(s.count, 1);
}
END_TEST

static const char *const words[] = {
        "plain", "-m",          "",         "two words",    "it's",      "'",     "''",         "\"",
        "$HOME", "`id`",        "$(id)",    "a\\b",         "\\",        "*",     "~",          "~root",
        "a;b",   "a&b|c>d",     "#comment", "line\nfeed",   "tab\there", "!bang", "{a,b}",      "[x]",
        "a=b",   "x,y=/p:q@%+", "\x1b[31m", "\xc3\xa4\xff", "--",        "(sub)", "ends in ' ", " ",
};

/* printf prints each of its arguments once, behind a mark that none of them contains. */
START_TEST(shell_reads_the_same_words)
{
	cleanup_child_result struct child_result said = {0};
	cleanup_strings struct strings s = {0};
	cleanup_buf struct buf expected = {0};
	cleanup_free char *line = NULL;

	strings_add(&s, "printf");
	strings_add(&s, "<%s>\\n");
	for (size_t i = 0; i < COUNT(words); i++) {
		strings_add(&s, words[i]);
		buf_printf(&expected, "<%s>\n", words[i]);
	}
	line = strings_shell(&s);
	ck_assert_int_eq(child_run((const char *const[]){"sh", "-c", line, NULL}, NULL, &said, NULL), 0);
	ck_assert_msg(child_ok(&said), "%s", buf_str(&said.err));
	ck_assert_str_eq(buf_str(&said.out), buf_str(&expected));
	ck_assert_str_eq(buf_str(&said.err), "");
}
END_TEST

START_TEST(plain_words_stay_readable)
{
	cleanup_strings struct strings s = {0};
	cleanup_free char *line = NULL, *nothing = strings_shell(&s);

	ck_assert_str_eq(nothing, "");
	strings_add(&s, "qemu-system-x86_64");
	strings_add(&s, "-chardev");
	strings_add(&s, "file,id=a,path=/tmp/x");
	strings_add(&s, "it's");
	line = strings_shell(&s);
	ck_assert_str_eq(line, "qemu-system-x86_64 -chardev file,id=a,path=/tmp/x 'it'\\''s'");
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        TEST(list_is_terminated_at_every_length),
	        TEST(list_owns_its_words),
	        TEST(shell_reads_the_same_words),
	        TEST(plain_words_stay_readable),
	};

	return suite_run("strings", tests, COUNT(tests));
}
