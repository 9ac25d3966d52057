/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/vm/console.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "host/lib/text.h"
#include "wire/message.h"

#define TAIL_KEEP (32u << 10)
#define LINE_MAX_BYTES 4096u

/* What the kernel prints when it is lost: kernel/panic.c, lib/bug.c, kernel/watchdog.c,
 * kernel/rcu/tree_stall.h, kernel/hung_task.c. */
static const char *const endings[] = {
        "Kernel panic - not syncing",
        "Oops: ",
        " [#1]", /* die() of every architecture counts its reports, whatever it calls them */
        "BUG: soft lockup",
        "BUG: scheduling while atomic",
        "kernel BUG at ",
        "self-detected stall",
        "detected stalls on CPUs",
        "detected expedited stalls",
        "blocked for more than",
        MESSAGE_UNHEARD,
        NULL,
};

static bool has_one_of(const char *line, const char *const *texts)
{
	for (; texts && *texts; texts++)
		if (strstr(line, *texts))
			return true;
	return false;
}

static const char *after_time_stamp(const char *line)
{
	const char *end = *line == '[' ? strstr(line, "] ") : NULL;

	return end ? end + 2 : line;
}

static void judge_line(struct console *c, const char *start, size_t len)
{
	cleanup_free char *line = xstrndup(start, len);
	struct buf shown = {0};

	if (c->fatal)
		return;
	line[strcspn(line, "\n")] = '\0';
	if (!has_one_of(line, endings) && !has_one_of(line, c->endings))
		return;
	text_add_line(&shown, after_time_stamp(line));
	c->fatal = buf_steal(&shown);
}

static void trim(struct console *c)
{
	size_t drop;

	if (c->tail.len < 2 * TAIL_KEEP)
		return;
	drop = c->tail.len - TAIL_KEEP;
	if (drop > c->line_start)
		drop = c->line_start;
	buf_consume(&c->tail, drop);
	c->line_start -= drop;
}

void console_feed(struct console *c, const char *bytes, size_t len)
{
	c->bytes += len;
	for (size_t i = 0; i < len; i++) {
		if (bytes[i] == '\r')
			continue;
		buf_putc(&c->tail, bytes[i] ? bytes[i] : '?');
		if (bytes[i] != '\n' && c->tail.len - c->line_start < LINE_MAX_BYTES)
			continue;
		judge_line(c, c->tail.data + c->line_start, c->tail.len - c->line_start);
		c->line_start = c->tail.len;
	}
	trim(c);
}

char *console_tail(const struct console *c)
{
	const char *start = buf_str(&c->tail), *end = start + c->tail.len, *at = end;
	unsigned lines = 1;
	struct buf shown = {0};

	/* A newline ends a line: the one at the very end starts none. */
	if (at > start && at[-1] == '\n')
		at--;
	for (; at > start; at--)
		if (at[-1] == '\n' && lines++ == CONSOLE_TAIL_LINES)
			break;
	text_sanitise(&shown, at, (size_t)(end - at));
	return buf_steal(&shown);
}

void console_free(struct console *c)
{
	buf_free(&c->tail);
	free(c->fatal);
	*c = (struct console){0};
}
