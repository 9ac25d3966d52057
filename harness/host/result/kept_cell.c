/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/result/kept_cell.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "host/lib/sha256.h"
#include "host/result/result_json.h"

#define MAGIC "corematrix-kept/1"
#define DAY_S (24 * 60 * 60)
#define KEPT_MAX ((size_t)64 << 20)

int kept_cell_encode(const struct kept_cell *kept, struct buf *out, struct error *err)
{
	cleanup_buf struct buf body = {0};
	cleanup_free char *hash = NULL;
	size_t document;
	int rc = result_json_encode(kept->r, &body, err);

	if (rc)
		return rc;
	document = body.len;
	buf_add(&body, kept->log.data, kept->log.len);
	buf_add(&body, kept->kernel_log.data, kept->kernel_log.len);
	hash = sha256_bytes(body.data, body.len);
	buf_printf(out, MAGIC " %s %s %s %zu %zu %zu\n", kept->key, hash, *kept->group ? kept->group : "-", document,
	           kept->log.len, kept->kernel_log.len);
	buf_add(out, body.data, body.len);
	return 0;
}

static int refuse(const char *name, const char *what, struct error *err)
{
	return error_set(err, EINVAL, "%s: %s", name, what);
}

/* What the line says. */
struct line {
	char key[KEPT_KEY_LEN + 1], hash[KEPT_KEY_LEN + 1], group[KEPT_KEY_LEN + 1];
	size_t document, log, kernel_log;
};

static bool parse_line(const char *bytes, size_t len, struct line *line)
{
	cleanup_free char *text = strndup(bytes, len);
	int used = 0;

	return sscanf(text, MAGIC " %64[0-9a-f] %64[0-9a-f] %64[-0-9a-f] %zu %zu %zu%n", line->key, line->hash,
	              line->group, &line->document, &line->log, &line->kernel_log, &used) == 6 &&
	       !text[used];
}

int kept_cell_decode(const char *bytes, size_t len, const char *key, const char *name, struct kept_cell *kept,
                     struct error *err)
{
	const char *end = memchr(bytes, '\n', len), *body = end ? end + 1 : NULL;
	size_t body_len = end ? len - (size_t)(body - bytes) : 0;
	cleanup_free char *hash = NULL;
	struct line line;
	int rc;

	*kept = (struct kept_cell){0};
	if (!end || !parse_line(bytes, (size_t)(end - bytes), &line))
		return refuse(name, "is not a kept cell", err);
	if (strcmp(line.key, key))
		return refuse(name, "is the cell of another key", err);
	if (line.document > body_len || line.log > body_len || line.kernel_log > body_len ||
	    line.document + line.log + line.kernel_log != body_len)
		return refuse(name, "was cut", err);
	hash = sha256_bytes(body, body_len);
	if (strcmp(hash, line.hash))
		return refuse(name, "was changed after it was written", err);
	rc = result_json_decode(body, line.document, name, &kept->r, err);
	if (rc)
		return rc;
	if (kept->r->kernel_count != 1 || kept->r->object_count != 1 || kept->r->cell_count != 1) {
		kept_cell_free(kept);
		return refuse(name, "holds more or less than one cell", err);
	}
	kept->key = xstrdup(line.key);
	kept->group = xstrdup(strcmp(line.group, "-") ? line.group : "");
	buf_add(&kept->log, body + line.document, line.log);
	buf_add(&kept->kernel_log, body + line.document + line.log, line.kernel_log);
	return 0;
}

/* Some hundred directories of few files each. */
static char *directory_of(const char *directory, const char *key)
{
	return xasprintf("%s/%.2s", directory, key);
}

int kept_cell_read(const char *directory, const char *key, struct kept_cell *kept, struct error *err)
{
	cleanup_free char *parent = directory_of(directory, key), *path = xasprintf("%s/%s", parent, key);
	cleanup_buf struct buf bytes = {0};
	int rc;

	*kept = (struct kept_cell){0};
	if (access(path, F_OK))
		return -ENOENT;
	rc = io_read_file(path, KEPT_MAX, &bytes, err);
	return rc ? rc : kept_cell_decode(bytes.data, bytes.len, key, path, kept, err);
}

/* What tells this start of this machine from all others, in a few digits: of processes only those of the same are
 * known.
 */
static char *boot_mark(void)
{
	cleanup_buf struct buf text = {0};
	cleanup_free char *hash = NULL;

	if (io_read_file("/proc/sys/kernel/random/boot_id", 256, &text, NULL))
		buf_free(&text);
	hash = sha256_bytes(buf_str(&text), text.len);
	return xstrndup(hash, 8);
}

/* KEY.tmp.BOOT.PID.XXXXXX, of a process that is gone; or what nobody can be writing any more. */
static bool is_left_behind(int dir, const char *name, const char *boot)
{
	const char *mark = strstr(name, ".tmp.");
	char its_boot[9];
	struct stat st;
	int pid;

	if (!mark || sscanf(mark, ".tmp.%8[0-9a-f].%d.", its_boot, &pid) != 2)
		return false;
	if (!strcmp(its_boot, boot))
		return pid > 0 && kill(pid, 0) && errno == ESRCH;
	return !fstatat(dir, name, &st, 0) && difftime(time(NULL), st.st_mtime) > DAY_S;
}

static void sweep_one(const char *directory, const char *boot)
{
	cleanup_closedir DIR *d = opendir(directory);
	const struct dirent *e;

	while (d && (e = readdir(d)))
		if (is_left_behind(dirfd(d), e->d_name, boot))
			unlinkat(dirfd(d), e->d_name, 0);
}

void kept_cell_sweep(const char *directory)
{
	cleanup_closedir DIR *d = opendir(directory);
	cleanup_free char *boot = boot_mark();
	const struct dirent *e;

	while (d && (e = readdir(d))) {
		cleanup_free char *path = xasprintf("%s/%s", directory, e->d_name);

		if (e->d_name[0] != '.')
			sweep_one(path, boot);
	}
}

static int write_whole(const char *path, const struct buf *bytes, struct error *err)
{
	cleanup_free char *boot = boot_mark(), *tmp = xasprintf("%s.tmp.%s.%d.XXXXXX", path, boot, (int)getpid());
	int fd = mkstemp(tmp), rc;

	if (fd < 0)
		return error_set(err, errno, "%s: cannot create: %s", path, strerror(errno));
	rc = io_write_all(fd, bytes->data, bytes->len);
	close(fd);
	if (!rc && rename(tmp, path))
		rc = -errno;
	if (!rc)
		return 0;
	unlink(tmp);
	return error_set(err, -rc, "%s: cannot write: %s", path, strerror(-rc));
}

int kept_cell_write(const char *directory, const struct kept_cell *kept, struct error *err)
{
	cleanup_free char *parent = directory_of(directory, kept->key), *path = xasprintf("%s/%s", parent, kept->key);
	cleanup_buf struct buf bytes = {0};
	int rc = kept_cell_encode(kept, &bytes, err);

	rc = rc ? rc : io_make_dirs(parent, err);
	return rc ? rc : write_whole(path, &bytes, err);
}

void kept_cell_free(struct kept_cell *kept)
{
	free(kept->key);
	free(kept->group);
	result_free(kept->r);
	buf_free(&kept->log);
	buf_free(&kept->kernel_log);
	*kept = (struct kept_cell){0};
}
