/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A tool that is long in coming: a part of it is loaded at once, and sees what happens, and the rest only after SECONDS
 * of computing. `busy SECONDS LOADER OBJECT PROGRAM [ARGUMENT...]`: LOADER loads and attaches OBJECT in a child,
 * PROGRAM is what it becomes.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	clock_t end;
	pid_t pid;

	if (argc < 5)
		return 2;
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		execl(argv[2], argv[2], argv[3], (char *)NULL);
		perror(argv[2]);
		_exit(1);
	}
	for (end = clock() + atoi(argv[1]) * CLOCKS_PER_SEC; pid > 0 && clock() < end;)
		;
	execv(argv[4], &argv[4]);
	perror(argv[4]);
	return 1;
}
