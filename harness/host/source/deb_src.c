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
	free(found->archive);
	*found = (struct deb_src){0};
}

static int place_lock(struct place *p, struct error *err)
{
	cleanup_free char *path = xasprintf("%s/.lock", p->dir);
	int rc = io_make_dirs(p->dir, err);

	if (rc)
		return rc;
	p->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	/* What is there already can be used by those who may not write. */
	if (p->lock < 0 && (errno == EACCES || errno == EROFS))
		return 0;
	if (p->lock < 0 || flock(p->lock, LOCK_EX))
		return error_set(err, errno, "%s: cannot lock: %s", path, strerror(errno));
	return 0;
}

/* ---- what is there ---- */

/* "SHA256  NAME" for each file; *archive gets the path of the one that is wanted. */
static int verify(const char *directory, char **archive, struct error *err)
{
	cleanup_free char *sums = xasprintf("%s/%s", directory, sums_name);
	cleanup_buf struct buf text = {0};
	int rc = io_read_file(sums, sums_max, &text, err);
	char *at = text.data, *line;

	while (!rc && at && (line = strsep(&at, "\n")) && *line) {
		cleanup_free char *path = NULL, *hash = NULL;
		const char *name = strstr(line, "  ");

		if (!name)
			return error_set(err, EINVAL, "%s: not a list of hashes", sums);
		path = xasprintf("%s/%s", directory, name + 2);
		rc = sha256_file(path, &hash, NULL, err);
		if (!rc && strncmp(hash, line, (size_t)(name - line)))
			rc = error_set(err, EINVAL, "%s: its sha256 is %s, which is not what was fetched", path, hash);
		if (!rc && !*archive && deb_src_is_archive(name + 2))
			*archive = steal_ptr(path);
	}
	if (!rc && !*archive)
		return error_set(err, EINVAL, "%s: names no archive", sums);
	return rc;
}

/* The newest version in the store that `wanted` means, or NULL; the caller frees it. */
static char *version_kept(const struct place *p, const char *wanted)
{
	cleanup_closedir DIR *d = opendir(p->dir);
	size_t len = strlen(p->name);
	const struct dirent *e;
	char *best = NULL;

	while (d && (e = readdir(d))) {
		const char *version = e->d_name + len + 1;

		if (strncmp(e->d_name, p->name, len) || e->d_name[len] != '_' || !deb_src_is_meant(version, wanted) ||
		    (best && version_compare(version, best) <= 0))
			continue;
		free(best);
		best = xstrdup(version);
	}
	return best;
}

static bool find_kept(const struct place *p, const char *wanted, struct deb_src *found)
{
	cleanup_error struct error why = {0};
	cleanup_free char *directory = NULL;

	found->version = version_kept(p, wanted);
	if (!found->version)
		return false;
	directory = xasprintf("%s/%s_%s", p->dir, p->name, found->version);
	if (!verify(directory, &found->archive, &why))
		return true;
	log_warn("%s; it is fetched again", why.text);
	deb_src_free(found);
	return false;
}

static char *newest_path(const struct place *p)
{
	return xasprintf("%s/%s.newest", p->dir, p->name);
}

/* What the mirror's newest was when it was asked, or NULL; the caller frees it. */
static char *newest_known(const struct place *p)
{
	cleanup_free char *path = newest_path(p);
	cleanup_buf struct buf text = {0};

	if (io_read_file(path, sums_max, &text, NULL) || !text.len)
		return NULL;
	return xstrndup(text.data, strcspn(text.data, "\n"));
}

/* ---- what the mirror has ---- */

static int read_list(const struct place *p, struct deb_src_list *list, struct error *err)
{
	struct paragraphs reader = {.take = deb_src_list_take, .ctx = list};
	cleanup_strings struct strings complaints = {0};
	cleanup_free char *mirror = NULL;
	int rc;

	log_info("reading the index of Debian's source packages");
	rc = apt_read_lists(p->dir, APT_SOURCES, arch_default(), &reader, &mirror, &complaints, err);
	paragraphs_free(&reader);
	if (!rc && !list->count)
		return error_set(err, ENOENT, "%s lists no source package %s%s%s", mirror, p->name,
		                 complaints.count ? "; apt says: " : "", complaints.count ? complaints.at[0] : "");
	for (size_t i = 0; !rc && i < complaints.count; i++)
		log_warn("the index of Debian's source packages has a gap: %s", complaints.at[i]);
	return rc;
}

static void versions_add(const struct deb_src_list *list, struct buf *text)
{
	for (size_t i = 0; i < list->count; i++)
		buf_printf(text, "%s%s", i ? ", " : "", list->at[i].version);
}

static int no_such_version(const struct place *p, const struct deb_src_list *list, struct error *err)
{
	cleanup_buf struct buf known = {0};

	versions_add(list, &known);
	return error_usage(err, "the mirror has no version %s of the source package %s; it has %s", p->wanted, p->name,
	                   buf_str(&known));
}

static int none_is_there(const struct place *p, const struct deb_src_list *list, struct error *err)
{
	cleanup_buf struct buf known = {0};

	versions_add(list, &known);
	return error_set(err, ENOENT, "%s; other versions of %s that it lists: %s", err->text, p->name,
	                 list->count ? buf_str(&known) : "none");
}

static int fetch_archive(const char *tmp, const struct package_ref *archive, struct error *err)
{
	cleanup_free char *sums = xasprintf("%s/%s", tmp, sums_name), *path = xasprintf("%s/%s", tmp, archive->name);
	cleanup_free char *text = xasprintf("%s  %s\n", archive->sha256, archive->name);
	int rc = source_fetch(&debian_source, archive, path, err);

	return rc ? rc : io_replace_file(sums, text, strlen(text), err);
}

static int fetch_version(const struct place *p, const struct deb_src_version *v, struct error *err)
{
	cleanup_free char *tmp = xasprintf("%s/.tmp", p->dir);
	cleanup_free char *target = xasprintf("%s/%s_%s", p->dir, p->name, v->version);
	int rc = io_remove_tree(tmp, err);

	rc = rc ? rc : io_make_dirs(tmp, err);
	rc = rc ? rc : fetch_archive(tmp, &v->archive, err);
	rc = rc ? rc : io_remove_tree(target, err);
	if (!rc && rename(tmp, target))
		rc = error_set(err, errno, "%s: cannot rename to %s: %s", tmp, target, strerror(errno));
	if (rc)
		io_remove_tree(tmp, NULL);
	return rc;
}

/* The newest that is meant; mirrors list what they do not have, and then the one before is. */
static int fetch_newest(const struct place *p, struct deb_src_list *list, char **version, struct error *err)
{
	const struct deb_src_version *v = deb_src_list_find(list, p->wanted);
	cleanup_free char *path = newest_path(p);
	bool is_first = true;
	int rc;

	if (!v)
		return no_such_version(p, list, err);
	while ((rc = fetch_version(p, v, err)) == -ENOENT) {
		deb_src_list_strike(list, v);
		v = deb_src_list_find(list, p->wanted);
		if (!v)
			return none_is_there(p, list, err);
		log_warn("%s; %s is taken", err->text, v->version);
		is_first = false;
	}
	if (rc)
		return rc;
	*version = xstrdup(v->version);
	/* Another one than the newest is not taken for it the next time. */
	return is_first && !p->wanted ? io_replace_file(path, *version, strlen(*version), err) : 0;
}

static int fetch(const struct place *p, struct deb_src *found, struct error *err)
{
	cleanup_deb_src_list struct deb_src_list list = {.name = p->name};
	cleanup_free char *directory = NULL;
	int rc = read_list(p, &list, err);

	rc = rc ? rc : fetch_newest(p, &list, &found->version, err);
	if (rc)
		return rc;
	directory = xasprintf("%s/%s_%s", p->dir, p->name, found->version);
	return verify(directory, &found->archive, err);
}

/* Where the mirror cannot be asked which version is its newest, the newest that is there serves. */
static bool make_do(const struct place *p, const struct error *why, struct deb_src *found)
{
	if (p->wanted || !find_kept(p, NULL, found))
		return false;
	log_warn("%s; the newest %s that is there, %s, is taken", why->text, p->name, found->version);
	return true;
}

int deb_src_fetch(const char *dir, const char *name, const char *version, struct deb_src *found, struct error *err)
{
	cleanup_place struct place p = {.dir = xasprintf("%s/sources", dir),
	                                .name = name,
	                                .wanted = version && *version ? version : NULL,
	                                .lock = -1};
	cleanup_free char *known = NULL;
	int rc = place_lock(&p, err);

	*found = (struct deb_src){0};
	if (rc)
		return rc;
	known = p.wanted ? xstrdup(p.wanted) : newest_known(&p);
	if (known && find_kept(&p, known, found))
		return 0;
	rc = fetch(&p, found, err);
	if (!rc || !make_do(&p, err, found))
		return rc;
	error_clear(err);
	return 0;
}
