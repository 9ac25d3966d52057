/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/source/pacman_scan.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "base/text_end.h"
#include "host/lib/jail.h"
#include "host/lib/unpack.h"
#include "host/source/kernel_words.h"

static const size_t entry_max = 64u << 20, index_max = 16u << 20;
static const struct jail_limits limits = {.cpu_seconds = 120, .memory = (uint64_t)2 << 30, .file = 16u << 20};

/* ---- a package ---- */

/* What is known of the package whose entries are being read. */
struct package {
	char *entry; /* NAME-VERSION, the directory of its entries */
	char *name, *version, *filename, *sha256, *arch;
	char *size;
	char *kernel;  /* the release whose image it has */
	char *headers; /* the release whose configuration it has */
};

static void package_free(struct package *p)
{
	char *const all[] = {p->entry, p->name, p->version, p->filename, p->sha256,
	                     p->arch,  p->size, p->kernel,  p->headers};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		free(all[i]);
	*p = (struct package){0};
}

/* "%NAME%" and the line after it. */
static void take_desc(struct package *p, char *text)
{
	struct {
		const char *title;
		char **slot;
	} const fields[] = {{"%NAME%", &p->name},        {"%VERSION%", &p->version}, {"%FILENAME%", &p->filename},
	                    {"%SHA256SUM%", &p->sha256}, {"%ARCH%", &p->arch},       {"%CSIZE%", &p->size}};
	char *line, **slot = NULL;

	while ((line = strsep(&text, "\n"))) {
		if (slot && !*slot)
			*slot = xstrdup(line);
		slot = NULL;
		for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
			if (!strcmp(line, fields[i].title))
				slot = fields[i].slot;
	}
}

/* Of "usr/lib/modules/RELEASE" and `rest` the release; NULL for another path. */
static char *release_before(const char *path, const char *rest)
{
	static const char modules[] = "lib/modules/";
	const char *release;

	path += strncmp(path, "usr/", 4) ? 0 : 4;
	if (strncmp(path, modules, strlen(modules)) != 0)
		return NULL;
	release = path + strlen(modules);
	return strcmp(release + strcspn(release, "/"), rest) ? NULL : xstrndup(release, strcspn(release, "/"));
}

static void take_files(struct package *p, char *text)
{
	char *line;

	while ((line = strsep(&text, "\n"))) {
		p->kernel = p->kernel ? p->kernel : release_before(line, "/vmlinuz");
		p->headers = p->headers ? p->headers : release_before(line, "/build/.config");
	}
}

/* ---- all of them ---- */

struct scan {
	const char *server, *repository, *arch;
	struct package now;
	struct kernel_index kernels, configs; /* of these, `image` is the package with the configuration */
};

static bool is_whole(const struct scan *s)
{
	const struct package *p = &s->now;
	uint64_t size;

	return p->name && p->version && p->filename && p->sha256 && p->arch && p->size && column_is_word(p->name) &&
	       column_is_word(p->version) && column_is_word(p->filename) && !strchr(p->filename, '/') &&
	       column_is_sha256(p->sha256) && column_parse_size(p->size, &size) && !strcmp(p->arch, s->arch);
}

static struct package_ref ref_of(const struct scan *s)
{
	struct package_ref ref = {.name = xstrdup(s->now.filename),
	                          .uri = xasprintf("%s/%s", s->server, s->now.filename),
	                          .sha256 = xstrdup(s->now.sha256)};

	column_parse_size(s->now.size, &ref.size);
	return ref;
}

static struct kernel_package *append(const struct scan *s, struct kernel_index *index, const char *release)
{
	index->kernels = xrealloc(index->kernels, index->count + 1, sizeof(*index->kernels));
	index->kernels[index->count] = (struct kernel_package){
	        .release = xstrdup(release), .version = xstrdup(s->now.version), .image = ref_of(s)};
	return &index->kernels[index->count++];
}

/* All of its entries have been read. */
static void package_end(struct scan *s)
{
	const struct package *p = &s->now;

	if (is_whole(s) && p->kernel && column_is_word(p->kernel)) {
		struct kernel_package *k = append(s, &s->kernels, p->kernel);

		k->modules[0] = ref_of(s);
		kernel_words_name(k, "", p->name);
		kernel_words_name(k, s->repository, p->name);
	} else if (is_whole(s) && p->headers && column_is_word(p->headers)) {
		append(s, &s->configs, p->headers);
	}
	package_free(&s->now);
}

static bool wants(void *ctx, const char *path)
{
	(void)ctx;
	return text_ends_with(path, "/desc") || text_ends_with(path, "/files");
}

static int take(void *ctx, const char *path, struct buf *bytes, struct error *err)
{
	struct scan *s = ctx;
	size_t len = (size_t)(strrchr(path, '/') - path);

	(void)err;
	if (s->now.entry && (strncmp(s->now.entry, path, len) != 0 || s->now.entry[len]))
		package_end(s);
	s->now.entry = s->now.entry ? s->now.entry : xstrndup(path, len);
	if (text_ends_with(path, "/desc"))
		take_desc(&s->now, bytes->data);
	else
		take_files(&s->now, bytes->data);
	return 0;
}

/* A kernel without is one all the same. */
static void give_configs(struct scan *s)
{
	for (size_t i = 0; i < s->kernels.count; i++)
		for (size_t j = 0; j < s->configs.count && !s->kernels.kernels[i].config.name; j++) {
			if (strcmp(s->configs.kernels[j].release, s->kernels.kernels[i].release) != 0)
				continue;
			s->kernels.kernels[i].config = s->configs.kernels[j].image;
			s->configs.kernels[j].image = (struct package_ref){0};
		}
}

/* ---- the worker ---- */

struct errand {
	int fd, out;
	const char *name;
	struct scan scan;
};

/* What it finds is an index, as text. */
static int work(void *ctx, struct error *err)
{
	struct errand *e = ctx;
	const struct unpack_choice choice = {.wants = wants, .take = take, .ctx = &e->scan, .max = entry_max};
	cleanup_buf struct buf text = {0};
	int rc = unpack_files(e->fd, e->name, &choice, err);

	if (rc)
		return rc;
	package_end(&e->scan);
	give_configs(&e->scan);
	kernel_index_write(&e->scan.kernels, &text);
	rc = io_write_all(e->out, text.data, text.len);
	return rc ? error_set(err, -rc, "%s: no memory for its kernels: %s", e->name, strerror(-rc)) : 0;
}

static int read_found(int fd, const char *name, struct kernel_index *found, struct error *err)
{
	cleanup_buf struct buf text = {0};
	int rc = lseek(fd, 0, SEEK_SET) ? -errno : io_read_fd(fd, index_max, &text);

	if (rc)
		return error_set(err, -rc, "%s: %s", name, strerror(-rc));
	return kernel_index_read(buf_str(&text), text.len, name, found, err);
}

int pacman_scan(int fd, const char *name, const char *server, const char *repository, const char *arch,
                struct kernel_index *index, struct error *err)
{
	cleanup_close int out = memfd_create("kernels", MFD_CLOEXEC);
	struct errand e = {
	        .fd = fd, .out = out, .name = name, .scan = {.server = server, .repository = repository, .arch = arch}};
	cleanup_kernel_index struct kernel_index found = {0};
	int rc = out < 0 ? error_set(err, errno, "%s: no memory to read it: %s", name, strerror(errno)) : 0;

	rc = rc ? rc : jail_run(&limits, work, &e, err);
	rc = rc ? rc : read_found(out, name, &found, err);
	if (rc || !found.count)
		return rc;
	index->kernels = xrealloc(index->kernels, index->count + found.count, sizeof(*index->kernels));
	memcpy(index->kernels + index->count, found.kernels, found.count * sizeof(*found.kernels));
	index->count += found.count;
	found.count = 0;
	return 0;
}
