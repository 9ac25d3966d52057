/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/run/run_dir.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "base/sweep.h"

static char *format_now(const char *format)
{
	char text[sizeof("2026-01-31T12:00:00Z") + 8];
	time_t now = time(NULL);
	struct tm tm;

	gmtime_r(&now, &tm);
	strftime(text, sizeof(text), format, &tm);
	return xstrdup(text);
}

char *run_dir_now(void)
{
	return format_now("%Y-%m-%dT%H:%M:%SZ");
}

static int point_latest(const char *results, const char *name, struct error *err)
{
	cleanup_free char *link = xasprintf("%s/latest", results);
	cleanup_free char *fresh = xasprintf("%s/.latest.tmp.%d", results, (int)getpid());
	int code;

	/* where machines share the directory, another may take it for one that was left behind */
	do {
		unlink(fresh);
		code = symlink(name, fresh) ? errno : 0;
		if (!code && rename(fresh, link))
			code = errno;
	} while (code == ENOENT && !access(results, F_OK));
	if (code) {

		unlink(fresh);
		return error_set(err, code, "%s: cannot point it at this run: %s", link, strerror(code));
	}
	return 0;
}

int run_dir_create(const char *results, char **path, struct error *err)
{
	cleanup_free char *stamp = format_now("%Y%m%dT%H%M%SZ");
	int rc = io_make_dirs(results, err);

	sweep_directory(results);
	for (unsigned n = 1; !rc; n++) {
		cleanup_free char *name = n > 1 ? xasprintf("%s-%u", stamp, n) : xstrdup(stamp);
		char *whole = xasprintf("%s/%s", results, name);

		if (!mkdir(whole, 0777)) {
			*path = whole;
			return point_latest(results, name, err);
		}
		if (errno != EEXIST)
			rc = error_set(err, errno, "%s: cannot create: %s", whole, strerror(errno));
		free(whole);
	}
	return rc;
}

int run_dir_kernel(const char *dir, const char *kernel, char **path, struct error *err)
{
	*path = xasprintf("%s/%s", dir, kernel);
	return io_make_dirs(*path, err);
}
