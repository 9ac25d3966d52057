/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/cmd/places.h"

#include <glob.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "host/run/linked_libbpf.h"

#define PROGRAM "corematrix"
#define LIST "kernels.txt"
#define STORE "images"
#define SHARE "/share/corematrix/"

static bool is_kind(const char *path, mode_t kind)
{
	struct stat st;

	return !stat(path, &st) && (st.st_mode & S_IFMT) == kind;
}

/* The path of this program without its last `count` parts, in room for PATH_MAX bytes; "" when that is not known. */
static const char *own_directory(char *path, int count)
{
	ssize_t len = readlink("/proc/self/exe", path, PATH_MAX - 1);
	char *slash;

	path[len > 0 ? len : 0] = '\0';
	while (count--) {
		slash = strrchr(path, '/');
		if (!slash)
			return "";
		*slash = '\0';
	}
	return path;
}

/* Where `make install` puts the list, for this program, which is PREFIX/bin/corematrix; "" when that is not known. */
static const char *installed_list(void)
{
	static char path[PATH_MAX + sizeof(SHARE LIST)];

	if (!*own_directory(path, 2))
		return "";
	strcat(path, SHARE LIST);
	return path;
}

const char *places_list(void)
{
	const char *installed;

	if (is_kind(LIST, S_IFREG))
		return LIST;
	installed = installed_list();
	return is_kind(installed, S_IFREG) ? installed : LIST;
}

const char *places_store(void)
{
	static char path[PATH_MAX];
	const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	int len = -1;

	if (is_kind(STORE, S_IFDIR))
		return STORE;
	if (cache && *cache == '/')
		len = snprintf(path, sizeof(path), "%s/corematrix", cache);
	else if (home && *home == '/')
		len = snprintf(path, sizeof(path), "%s/.cache/corematrix", home);
	return len > 0 && (size_t)len < sizeof(path) ? path : STORE;
}

/* Where programs with other versions may be, in order; the caller frees each. */
static void libbpf_directories(char *directories[2])
{
	char own[PATH_MAX];

	directories[0] = xasprintf("%s/libbpf", own_directory(own, 1));
	directories[1] = xasprintf("%s/lib/corematrix/libbpf", own_directory(own, 2));
}

/* What is in either, in words: "1.1.2, 1.5.0". */
static char *libbpf_list(char *const directories[2])
{
	struct buf text = {0};

	for (int i = 0; i < 2; i++) {
		cleanup_free char *pattern = xasprintf("%s/*/" PROGRAM, directories[i]);
		size_t before = strlen(directories[i]) + 1;
		glob_t found = {0};

		if (!glob(pattern, 0, NULL, &found))
			for (size_t k = 0; k < found.gl_pathc; k++)
				buf_printf(&text, ", %.*s", (int)strcspn(found.gl_pathv[k] + before, "/"),
				           found.gl_pathv[k] + before);
		globfree(&found);
	}
	return buf_steal(&text);
}

int places_libbpf(const char *libbpf, char **path, struct error *err)
{
	cleanup_free char *list = NULL;
	char *directories[2];

	*path = NULL;
	libbpf_directories(directories);
	for (int i = 0; !*path && !strchr(libbpf, '/') && i < 2; i++) {
		cleanup_free char *place = xasprintf("%s/%s/" PROGRAM, directories[i], libbpf);

		if (is_kind(place, S_IFREG))
			*path = steal_ptr(place);
	}
	list = libbpf_list(directories);
	for (int i = 0; i < 2; i++)
		free(directories[i]);
	if (*path)
		return 0;
	return error_usage(err,
	                   "no program with libbpf %s is built (there is %s%s): `make libbpf VERSIONS=%s` builds it, "
	                   "and `make install` installs it",
	                   libbpf, linked_libbpf(), list, libbpf);
}

int places_check_own(const char *path, struct error *err)
{
	if (strcmp(path, LIST) && !strcmp(path, installed_list()))
		return error_usage(err,
		                   "%s is the installed list: copy it to ./" LIST
		                   " and change that, or name one of yours with -k",
		                   path);
	return 0;
}
