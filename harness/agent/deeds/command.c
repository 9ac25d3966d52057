/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/deeds/command.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/io.h"

#define FILE_NAME "cm-command"
#define FILE_MAX ((size_t)1 << 20)

static char *path_in(const char *directory)
{
	return xasprintf("%s/" FILE_NAME, directory);
}

/* Strings with their NULs: the input, the directories, then each argument. */
int command_leave(const char *directory, const struct command *c, struct error *err)
{
	cleanup_free char *path = path_in(directory);
	cleanup_buf struct buf text = {0};

	buf_add(&text, c->input, strlen(c->input) + 1);
	buf_add(&text, c->libraries, strlen(c->libraries) + 1);
	for (char **arg = c->argv; *arg; arg++)
		buf_add(&text, *arg, strlen(*arg) + 1);
	return io_replace_file(path, text.data, text.len, err);
}

int command_find(const char *directory, struct buf *text, struct command *c)
{
	cleanup_free char *path = path_in(directory);
	const char *strings[2] = {NULL, NULL};
	size_t count = 0;
	char *end;

	*c = (struct command){0};
	if (io_read_file(path, FILE_MAX, text, NULL) || !text->len || text->data[text->len - 1])
		return -ENOENT;
	end = text->data + text->len;
	c->argv = xcalloc(text->len + 1, sizeof(*c->argv));
	for (char *at = text->data; at < end; at += strlen(at) + 1, count++)
		if (count < 2)
			strings[count] = at;
		else
			c->argv[count - 2] = at;
	c->input = strings[0];
	c->libraries = strings[1];
	return count > 2 ? 0 : -ENOENT;
}
