/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A loader that has bpftool load what it is given, which is to be shipped beside it (`--ship /usr/sbin/bpftool`): all
 * programs of an object or none. With -n first, as the other loaders take it. Nothing is attached, unless it is called
 * bpftool-autoattach: then bpftool attaches what it can, until the next object is loaded.
 */
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#define BPFFS "/sys/fs/bpf"

static int load(const char *path, const char *more)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		execl("/usr/sbin/bpftool", "bpftool", "prog", "loadall", path, BPFFS "/all", more, (char *)NULL);
		perror("/usr/sbin/bpftool");
		_exit(1);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return -1;
	return status;
}

int main(int argc, char **argv)
{
	const char *more = strstr(argv[0], "autoattach") ? "autoattach" : NULL;

	for (int i = argc > 1 && !strcmp(argv[1], "-n") ? 2 : 1; i < argc; i++) {
		/* a new one each time, or what was loaded before stays */
		int mounted = mount("bpf", BPFFS, "bpf", 0, NULL);

		printf("%s: %s\n", argv[i], load(argv[i], more) ? "refused" : "loaded");
		fflush(stdout);
		if (!mounted)
			umount2(BPFFS, MNT_DETACH);
	}
	return 0;
}
