/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/source/deb_src.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/log.h"
#include "base/version.h"
#include "host/lib/sha256.h"
#include "host/source/apt.h"
#include "host/source/deb_src_list.h"
#include "host/source/debian.h"

static const char sums_name[] = "files.sha256";
static const size_t sums_max = 1 << 16;

/* Below the store. */
struct place {
	char *dir; /* DIR/sources */
	const char *name, *wanted;
	int lock;
};

static void place_free(struct place *p)
{
	free(p->dir);
	if (p->lock >= 0)
		close(p->lock);
}
#define cleanup_place __attribute__((cleanup(place_free)))

void deb_src_free(struct deb_src *found)
{
	free(found->version);
	free(found->directory);
	strings_free(&found->files);
	*found = (struct deb_src){0};
}

static int place_lock(struct place *p, struct error *err)
{
	cleanup_free char *path = xasprintf("%s/.lock", p->dir);
	int rc = io_make_dirs(p->dir, err);

	if (rc)
		return rc;
	p->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	/* What is there already can be used by those who may not write. */
	if (p->lock < 0 && (errno == EACCES || errno == EROFS))
		return 0;
	if (p->lock < 0 || flock(p->lock, LOCK_EX))
		return error_set(err, errno, "%s: cannot lock: %s", path, strerror(errno));
	return 0;
}

/* ---- what is there ---- */

static bool ends_with(const char *text, const char *end)
{
	size_t a = strlen(text), b = strlen(end);

	return a >= b && !strcmp(text + a - b, end);
}

/* "SHA256  NAME" for each file; found->files gets the names, the .dsc first. */
static int verify(const struct deb_src *found, struct strings *files, struct error *err)
{
	cleanup_free char *sums = xasprintf("%s/%s", found->directory, sums_name);
	cleanup_strings struct strings others = {0};
	cleanup_buf struct buf text = {0};
	int rc = io_read_file(sums, sums_max, &text, err);
	char *at = text.data, *line;

	while (!rc && at && (line = strsep(&at, "\n")) && *line) {
		cleanup_free char *path = NULL, *hash = NULL;
		const char *name = strstr(line, "  ");

		if (!name)
			return error_set(err, EINVAL, "%s: not a list of hashes", sums);
		path = xasprintf("%s/%s", found->directory, name + 2);
		rc = sha256_file(path, &hash, NULL, err);
		if (!rc && strncmp(hash, line, (size_t)(name - line)))
			rc = error_set(err, EINVAL, "%s: its sha256 is %s, which is not what was fetched", path, hash);
		strings_add(ends_with(name, ".dsc") ? files : &others, name + 2);
	}
	for (size_t i = 0; i < others.count; i++)
		strings_add(files, others.at[i]);
	if (!rc && !files->count)
		return error_set(err, EINVAL, "%s: names no file", sums);
	return rc;
}

/* The newest version in the store that is meant, or NULL; the caller frees it. */
static char *version_kept(const struct place *p)
{
	cleanup_closedir DIR *d = opendir(p->dir);
	size_t len = strlen(p->name);
	const struct dirent *e;
	char *best = NULL;

	while (d && (e = readdir(d))) {
		const char *version = e->d_name + len + 1;

		if (strncmp(e->d_name, p->name, len) || e->d_name[len] != '_' ||
		    !deb_src_is_meant(version, p->wanted) || (best && version_compare(version, best) <= 0))
			continue;
		free(best);
		best = xstrdup(version);
	}
	return best;
}

static bool find_kept(const struct place *p, struct deb_src *found)
{
	cleanup_error struct error why = {0};

	found->version = version_kept(p);
	if (!found->version)
		return false;
	found->directory = xasprintf("%s/%s_%s", p->dir, p->name, found->version);
	if (!verify(found, &found->files, &why))
		return true;
	log_warn("%s; it is fetched again", why.text);
	deb_src_free(found);
	return false;
}

/* ---- what the mirror has ---- */

static int read_list(const struct place *p, struct deb_src_list *list, struct error *err)
{
	struct paragraphs reader = {.take = deb_src_list_take, .ctx = list};
	cleanup_buf struct buf complaints = {0};
	cleanup_free char *mirror = NULL;
	int rc;

	log_info("reading the index of Debian's source packages");
	rc = apt_read_lists(p->dir, APT_SOURCES, arch_default(), &reader, &mirror, &complaints, err);
	paragraphs_free(&reader);
	if (!rc && !list->count)
		return error_set(err, ENOENT, "%s lists no source package %s%s%.*s", mirror, p->name,
		                 complaints.len ? "; apt says: " : "", (int)strcspn(buf_str(&complaints), "\n"),
		                 buf_str(&complaints));
	return rc;
}

static int no_such_version(const struct place *p, const struct deb_src_list *list, struct error *err)
{
	cleanup_buf struct buf known = {0};

	for (size_t i = 0; i < list->count; i++)
		buf_printf(&known, "%s%s", i ? ", " : "", list->at[i].version);
	return error_usage(err, "the mirror has no version %s of the source package %s; it has %s", p->wanted, p->name,
	                   buf_str(&known));
}

static int fetch_files(const char *tmp, const struct deb_src_version *v, struct error *err)
{
	cleanup_free char *sums = xasprintf("%s/%s", tmp, sums_name);
	cleanup_buf struct buf text = {0};
	int rc = 0;

	for (size_t i = 0; i < v->count && !rc; i++) {
		cleanup_free char *path = xasprintf("%s/%s", tmp, v->files[i].name);

		rc = source_fetch(&debian_source, &v->files[i], path, err);
		buf_printf(&text, "%s  %s\n", v->files[i].sha256, v->files[i].name);
	}
	return rc ? rc : io_replace_file(sums, text.data, text.len, err);
}

static int fetch_version(const struct place *p, const struct deb_src_version *v, struct error *err)
{
	cleanup_free char *tmp = xasprintf("%s/.tmp-%d", p->dir, (int)getpid());
	cleanup_free char *target = xasprintf("%s/%s_%s", p->dir, p->name, v->version);
	int rc = io_remove_tree(tmp, err);

	rc = rc ? rc : io_make_dirs(tmp, err);
	rc = rc ? rc : fetch_files(tmp, v, err);
	rc = rc ? rc : io_remove_tree(target, err);
	if (!rc && rename(tmp, target))
		rc = error_set(err, errno, "%s: cannot rename to %s: %s", tmp, target, strerror(errno));
	if (rc)
		io_remove_tree(tmp, NULL);
	return rc;
}

static int fetch(const struct place *p, struct deb_src *found, struct error *err)
{
	cleanup_deb_src_list struct deb_src_list list = {.name = p->name};
	const struct deb_src_version *v;
	int rc = read_list(p, &list, err);

	if (rc)
		return rc;
	v = deb_src_list_find(&list, p->wanted);
	if (!v)
		return no_such_version(p, &list, err);
	/* Mirrors list what they do not have; the one before is meant as well. */
	while ((rc = fetch_version(p, v, err)) == -ENOENT) {
		deb_src_list_strike(&list, v);
		v = deb_src_list_find(&list, p->wanted);
		if (!v)
			return rc;
		log_warn("%s; %s is taken", err->text, v->version);
	}
	if (rc)
		return rc;
	found->version = xstrdup(v->version);
	found->directory = xasprintf("%s/%s_%s", p->dir, p->name, v->version);
	return verify(found, &found->files, err);
}

int deb_src_fetch(const char *dir, const char *name, const char *version, struct deb_src *found, struct error *err)
{
	cleanup_place struct place p = {.dir = xasprintf("%s/sources", dir),
	                                .name = name,
	                                .wanted = version && *version ? version : NULL,
	                                .lock = -1};
	int rc = place_lock(&p, err);

	*found = (struct deb_src){0};
	if (rc || find_kept(&p, found))
		return rc;
	return fetch(&p, found, err);
}
