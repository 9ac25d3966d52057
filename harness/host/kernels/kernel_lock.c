/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/kernels/kernel_lock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"

static const char header[] =
        "# What each row of kernels.txt resolved to. Written by corematrix; `kernels fetch --update` resolves again.\n"
        "# id package version release sha256-of-package sha256-of-vmlinux spec\n";
static const size_t lock_max_bytes = 16u << 20;
enum { COLUMN_COUNT = 7 };

static char **line_columns(struct lock_line *line, char **slots[COLUMN_COUNT])
{
	slots[0] = &line->id;
	slots[1] = &line->package;
	slots[2] = &line->version;
	slots[3] = &line->release;
	slots[4] = &line->package_sha256;
	slots[5] = &line->image_sha256;
	slots[6] = &line->spec;
	return slots[0];
}

static void line_free(struct lock_line *line)
{
	char **slots[COLUMN_COUNT];

	line_columns(line, slots);
	for (size_t i = 0; i < COLUMN_COUNT; i++)
		free(*slots[i]);
}

static struct lock_line line_copy(const struct lock_line *line)
{
	struct lock_line copy = *line;
	char **slots[COLUMN_COUNT];

	line_columns(&copy, slots);
	for (size_t i = 0; i < COLUMN_COUNT; i++)
		*slots[i] = xstrdup(*slots[i]);
	return copy;
}

static int line_parse(char *text, struct lock_line *line)
{
	char **slots[COLUMN_COUNT];

	*line = (struct lock_line){0};
	line_columns(line, slots);
	for (size_t i = 0; i < COLUMN_COUNT; i++) {
		/* The last column takes the rest of the line. */
		const char *word = i + 1 < COLUMN_COUNT ? strsep(&text, " ") : text;

		if (!word || !*word) {
			line_free(line);
			return -EINVAL;
		}
		*slots[i] = xstrdup(strcmp(word, "-") ? word : "");
	}
	return 0;
}

/* -EINVAL (environment: the file is generated) when a line is not as kernel_lock.h says. */
static int parse(const char *text, size_t len, const char *path, struct kernel_lock *lock, struct error *err)
{
	cleanup_free char *copy = xstrndup(text, len);
	char *at = copy, *text_line;
	unsigned number = 0;

	*lock = (struct kernel_lock){0};
	while ((text_line = strsep(&at, "\n"))) {
		struct lock_line line;

		number++;
		if (!*text_line || *text_line == '#')
			continue;
		if (line_parse(text_line, &line)) {
			kernel_lock_free(lock);
			return error_set(
			        err, EINVAL,
			        "%s:%u: not a line of a lock file; restore the file, or remove it to resolve again",
			        path, number);
		}
		kernel_lock_set(lock, &line);
		line_free(&line);
	}
	return 0;
}

int kernel_lock_read(const char *path, struct kernel_lock *lock, struct error *err)
{
	cleanup_buf struct buf text = {0};
	int rc;

	*lock = (struct kernel_lock){0};
	if (access(path, F_OK) && errno == ENOENT)
		return 0;
	rc = io_read_file(path, lock_max_bytes, &text, err);
	return rc ? rc : parse(buf_str(&text), text.len, path, lock, err);
}

static int by_id(const void *a, const void *b)
{
	return strcmp(((const struct lock_line *)a)->id, ((const struct lock_line *)b)->id);
}

void kernel_lock_write(const struct kernel_lock *lock, struct buf *out)
{
	struct lock_line *sorted = xcalloc(lock->count, sizeof(*sorted));

	if (lock->count)
		memcpy(sorted, lock->lines, lock->count * sizeof(*sorted));
	qsort(sorted, lock->count, sizeof(*sorted), by_id);
	buf_puts(out, header);
	for (size_t i = 0; i < lock->count; i++) {
		char **slots[COLUMN_COUNT];

		line_columns(&sorted[i], slots);
		for (size_t c = 0; c < COLUMN_COUNT; c++)
			buf_printf(out, "%s%s", c ? " " : "", **slots[c] ? *slots[c] : "-");
		buf_putc(out, '\n');
	}
	free(sorted);
}

static struct lock_line *find(const struct kernel_lock *lock, const char *id)
{
	for (size_t i = 0; i < lock->count; i++)
		if (!strcmp(lock->lines[i].id, id))
			return &lock->lines[i];
	return NULL;
}

const struct lock_line *kernel_lock_find(const struct kernel_lock *lock, const char *id)
{
	return find(lock, id);
}

void kernel_lock_set(struct kernel_lock *lock, const struct lock_line *line)
{
	struct lock_line *old = find(lock, line->id), copy = line_copy(line);

	if (old) {
		line_free(old);
		*old = copy;
		return;
	}
	lock->lines = xrealloc(lock->lines, lock->count + 1, sizeof(*lock->lines));
	lock->lines[lock->count++] = copy;
}

void kernel_lock_remove(struct kernel_lock *lock, const char *id)
{
	struct lock_line *line = find(lock, id);

	if (!line)
		return;
	line_free(line);
	*line = lock->lines[--lock->count];
}

void kernel_lock_free(struct kernel_lock *lock)
{
	for (size_t i = 0; i < lock->count; i++)
		line_free(&lock->lines[i]);
	free(lock->lines);
	*lock = (struct kernel_lock){0};
}
