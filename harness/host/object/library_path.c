/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/object/library_path.h"

#include <glob.h>
#include <stdbool.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/io.h"

#define CONF_MAX (1u << 20)
/* Includes within includes; a file that includes itself ends here. */
#define DEPTH_MAX 8u

static bool token_is(const char *at, const char *token, size_t *len)
{
	*len = strlen(token);
	return !strncmp(at, token, *len);
}

static void add_entry(const char *entry, const char *origin, const char *directory, struct strings *out)
{
	cleanup_buf struct buf path = {0};

	for (const char *at = entry; *at;) {
		size_t len;

		if (token_is(at, "${ORIGIN}", &len) || token_is(at, "$ORIGIN", &len)) {
			buf_puts(&path, origin);
			at += len;
		} else if (*at == '$') {
			return;
		} else {
			buf_putc(&path, *at++);
		}
	}
	if (*buf_str(&path) == '/')
		strings_add(out, buf_str(&path));
	else
		strings_addf(out, "%s/%s", directory, buf_str(&path));
}

void library_path_split(const char *text, const char *origin, const char *directory, struct strings *out)
{
	cleanup_free char *copy = xstrdup(text);
	char *rest = copy, *entry;

	while ((entry = strsep(&rest, ":")))
		add_entry(entry, origin, directory, out);
}

/* One file of the configuration, and what it is part of. */
struct conf {
	const char *root; /* what absolute patterns are meant below */
	const char *path; /* with it */
	unsigned depth;
	struct strings *out;
};

static void read_conf(const struct conf *c);

/* A relative pattern is meant from the directory of the file that has it. */
static void include(const struct conf *c, const char *pattern)
{
	cleanup_free char *whole =
	        *pattern == '/' ? xasprintf("%s%s", c->root, pattern)
	                        : xasprintf("%.*s%s", (int)(io_basename(c->path) - c->path), c->path, pattern);
	glob_t found;

	if (!glob(whole, 0, NULL, &found))
		for (size_t i = 0; i < found.gl_pathc; i++)
			read_conf(&(const struct conf){c->root, found.gl_pathv[i], c->depth + 1, c->out});
	globfree(&found);
}

/* "include PATTERN...", or a directory, whose name may have spaces in it; "hwcap ..." means nothing any more. */
static void read_conf_line(const struct conf *c, char *line)
{
	char *words, *word;
	size_t len;

	line[strcspn(line, "#")] = '\0';
	line += strspn(line, " \t");
	for (len = strlen(line); len && strchr(" \t\r", line[len - 1]); len--)
		line[len - 1] = '\0';
	if (*line == '/') {
		strings_add(c->out, line);
		return;
	}
	words = line;
	word = strsep(&words, " \t");
	if (strcmp(word, "include"))
		return;
	while ((word = strsep(&words, " \t")))
		if (*word)
			include(c, word);
}

static void read_conf(const struct conf *c)
{
	cleanup_buf struct buf text = {0};
	char *rest, *line;

	if (c->depth > DEPTH_MAX || io_read_file(c->path, CONF_MAX, &text, NULL) || !text.len)
		return;
	rest = text.data;
	while ((line = strsep(&rest, "\n")))
		read_conf_line(c, line);
}

void library_path_configured(const char *root, const char *conf, struct strings *out)
{
	cleanup_free char *path = xasprintf("%s%s", root ? root : "", conf);

	read_conf(&(const struct conf){root ? root : "", path, 0, out});
}

void library_path_standard(const struct arch *arch, struct strings *out)
{
	for (const char *const *at = arch->linker_directories; *at; at++)
		strings_add(out, *at);
}
