/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/sweep.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"

static bool is_left_behind(const char *name)
{
	const char *mark = strstr(name, ".tmp.");
	int pid, used = 0;

	return mark && sscanf(mark, ".tmp.%d%n", &pid, &used) == 1 && !mark[used] && pid > 0 && kill(pid, 0) &&
	       errno == ESRCH;
}

void sweep_directory(const char *dir)
{
	cleanup_closedir DIR *d = opendir(dir);
	const struct dirent *e;

	while (d && (e = readdir(d)))
		if (is_left_behind(e->d_name))
			unlinkat(dirfd(d), e->d_name, 0);
}
