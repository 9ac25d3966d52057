/* SPDX-License-Identifier: BSD-2-Clause */
/* terminal: who gets colours and lines that are rewritten. */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "host/lib/terminal.h"
#include "tests/suite.h"

static const struct {
	bool is_terminal;
	const char *term, *no_colour; /* NULL: not set */
	bool live, colour;
} cases[] = {
        {true, "xterm", NULL, true, true}, {true, "xterm", "", true, true},      {true, "xterm", "1", true, false},
        {true, "xterm", "0", true, false}, {true, "dumb", NULL, false, false},   {true, "", NULL, false, false},
        {true, NULL, NULL, false, false},  {false, "xterm", NULL, false, false}, {false, "xterm", "", false, false},
};

static void set(const char *name, const char *value)
{
	if (value)
		setenv(name, value, 1);
	else
		unsetenv(name);
}

START_TEST(only_a_terminal_that_wants_them_gets_colours)
{
	cleanup_close int fd = cases[_i].is_terminal ? posix_openpt(O_RDWR | O_NOCTTY) : open("/dev/null", O_WRONLY);

	ck_assert_int_ge(fd, 0);
	set("TERM", cases[_i].term);
	set("NO_COLOR", cases[_i].no_colour);
	ck_assert_int_eq(terminal_is_live(fd), cases[_i].live);
	ck_assert_int_eq(terminal_takes_colour(fd), cases[_i].colour);
}
END_TEST

int main(void)
{
	const struct suite_row tests[] = {
	        EACH(only_a_terminal_that_wants_them_gets_colours, cases),
	};

	return suite_run("terminal", tests, COUNT(tests));
}
