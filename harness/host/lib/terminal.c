/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/lib/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool terminal_is_live(int fd)
{
	const char *term = getenv("TERM");

	return term && *term && strcmp(term, "dumb") && isatty(fd);
}

bool terminal_takes_colour(int fd)
{
	const char *no_colour = getenv("NO_COLOR");

	return !(no_colour && *no_colour) && terminal_is_live(fd);
}
