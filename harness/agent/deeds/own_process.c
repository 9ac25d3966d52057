/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/deeds/own_process.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/deeds/action_result.h"

#define SECONDS 10

void own_process_run(void (*calls)(const char *directory), const char *directory, struct action_result *out)
{
	pid_t pid = fork();

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		alarm(SECONDS);
		calls(directory);
		_exit(0);
	}
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	if (pid < 0)
		action_failed(out, "fork");
}
