/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/source/kernel_tree.h"

#include <fts.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/text_end.h"
#include "host/arch/arch.h"

/* Where packages, installed systems and container images have a kernel; the first of which there is one counts. */
static const char *const images[] = {
        "boot/vmlinuz-*",
        "boot/vmlinuz",
        "vmlinuz-*",
        "vmlinuz",
        "lib/modules/*/vmlinuz",
        "usr/lib/modules/*/vmlinuz",
        "data/kernels/*/boot/vmlinuz-*",
        "boot/vmlinux-*",
        "vmlinux-*",
        "vmlinux",
};
/* Where their modules are; in a tree that was built, anywhere. */
static const char *const module_roots[] = {"lib/modules", "usr/lib/modules", "data/kernels/*/lib/modules"};
static const char built_in[] = "modules.builtin";

bool kernel_tree_is(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

/* ---- the kernel ---- */

static bool is_file(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISREG(st.st_mode);
}

/* A path may hold what is special in patterns. */
static char *literal(const char *path)
{
	struct buf text = {0};

	for (; *path; path++)
		buf_printf(&text, "%s%c", strchr("*?[]\\", *path) ? "\\" : "", *path);
	return buf_steal(&text);
}

/* What was replaced stays beside it under such a name. */
static bool is_former(const char *path)
{
	return text_ends_with(path, ".old") || text_ends_with(path, ".bak");
}

static void find(const char *path, const char *pattern, struct strings *found)
{
	cleanup_free char *directory = literal(path), *whole = xasprintf("%s/%s", directory, pattern);
	glob_t matches = {0};

	if (!glob(whole, 0, NULL, &matches))
		for (size_t i = 0; i < matches.gl_pathc; i++)
			if (is_file(matches.gl_pathv[i]) && !is_former(matches.gl_pathv[i]))
				strings_add(found, matches.gl_pathv[i]);
	globfree(&matches);
}

static void find_built(const char *path, struct strings *found)
{
	const struct arch *arch;

	for (size_t i = 0; (arch = arch_at(i)); i++)
		for (size_t k = 0, before = found->count; arch->built_images[k] && found->count == before; k++)
			find(path, arch->built_images[k], found);
}

static int none(const char *path, struct error *err)
{
	cleanup_buf struct buf text = {0};
	const struct arch *arch;

	for (size_t i = 0; (arch = arch_at(i)); i++)
		buf_printf(&text, "%s, ", arch->built_images[0]);
	return error_usage(
	        err, "%s: a directory without a kernel; expected a tree that one was built in (%svmlinux), or %s or %s",
	        path, buf_str(&text), images[0], images[2]);
}

static int several(const char *path, const struct strings *found, struct error *err)
{
	cleanup_buf struct buf text = {0};

	for (size_t i = 0; i < found->count && i < 5; i++)
		buf_printf(&text, "%s%s", i ? ", " : "", found->at[i]);
	return error_usage(err, "%s: a directory with several kernels; name one of them: %s%s", path, buf_str(&text),
	                   found->count > 5 ? ", ..." : "");
}

int kernel_tree_image(const char *path, char **image, struct error *err)
{
	cleanup_strings struct strings found = {0};

	*image = NULL;
	if (!kernel_tree_is(path)) {
		*image = xstrdup(path);
		return 0;
	}
	find_built(path, &found);
	for (size_t i = 0; !found.count && i < sizeof(images) / sizeof(images[0]); i++)
		find(path, images[i], &found);
	if (found.count != 1)
		return found.count ? several(path, &found, err) : none(path, err);
	*image = xstrdup(found.at[0]);
	return 0;
}

/* ---- modules ---- */

/* "tcp-westwood.ko.xz" is tcp_westwood. */
static bool is_named(const char *file, const struct strings *names)
{
	static const char *const endings[] = {".ko", ".ko.xz", ".ko.zst", ".ko.gz"};
	const char *ending = strstr(file, ".ko");
	cleanup_free char *name = ending ? xstrndup(file, (size_t)(ending - file)) : NULL;
	bool is_module = false;

	for (size_t i = 0; ending && i < sizeof(endings) / sizeof(endings[0]); i++)
		is_module = is_module || !strcmp(ending, endings[i]);
	for (char *c = name; is_module && *c; c++)
		*c = *c == '-' ? '_' : *c;
	for (size_t i = 0; is_module && i < names->count; i++)
		if (!strcmp(names->at[i], name))
			return true;
	return false;
}

static void walk(char *root, const struct strings *names, struct strings *files, time_t *newest)
{
	FTS *fts = fts_open((char *const[]){root, NULL}, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	const FTSENT *e;

	while (fts && (e = fts_read(fts))) {
		if (e->fts_info != FTS_F || (!is_named(e->fts_name, names) && strcmp(e->fts_name, built_in) != 0))
			continue;
		strings_add(files, e->fts_path);
		if (e->fts_statp->st_mtime > *newest)
			*newest = e->fts_statp->st_mtime;
	}
	if (fts)
		fts_close(fts);
}

void kernel_tree_modules(const char *path, const char *release, const struct strings *names, struct strings *files,
                         time_t *newest)
{
	cleanup_free char *directory = literal(path), *whole = xstrdup(path);
	bool found = false;

	*newest = 0;
	for (size_t i = 0; !found && i < sizeof(module_roots) / sizeof(module_roots[0]); i++) {
		cleanup_free char *pattern = xasprintf("%s/%s/%s", directory, module_roots[i], release);
		glob_t matches = {0};

		found = !glob(pattern, GLOB_ONLYDIR, NULL, &matches);
		if (found)
			walk(matches.gl_pathv[0], names, files, newest);
		globfree(&matches);
	}
	if (!found)
		walk(whole, names, files, newest);
}
