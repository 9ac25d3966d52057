/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/cmd/places.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LIST "kernels.txt"
#define STORE "images"
#define SHARE "/share/corematrix/"

static bool is_kind(const char *path, mode_t kind)
{
	struct stat st;

	return !stat(path, &st) && (st.st_mode & S_IFMT) == kind;
}

/* Where `make install` puts the list, for this program; "" when that is not known. */
static const char *installed_list(void)
{
	static char path[PATH_MAX + sizeof(SHARE LIST)];
	ssize_t len = readlink("/proc/self/exe", path, PATH_MAX);
	char *slash;

	path[len > 0 ? len : 0] = '\0';
	/* PREFIX/bin/corematrix */
	for (int i = 0; i < 2; i++) {
		slash = strrchr(path, '/');
		if (!slash)
			return "";
		*slash = '\0';
	}
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

int places_check_own(const char *path, struct error *err)
{
	if (strcmp(path, LIST) && !strcmp(path, installed_list()))
		return error_usage(err,
		                   "%s is the installed list: copy it to ./" LIST
		                   " and change that, or name one of yours with -k",
		                   path);
	return 0;
}
