/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A loader with a light skeleton (`bpftool gen skeleton -L`): what it hands to the kernel is a program that runs there
 * and loads the others, which no call of its own does. It attaches raw_tp_exec and waits until it is stopped.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>

#include "raw_tp_exec.lskel.h"

int main(void)
{
	struct raw_tp_exec_bpf *skeleton = raw_tp_exec_bpf__open_and_load();
	sigset_t stop;
	int signal;

	if (!skeleton || raw_tp_exec_bpf__attach(skeleton) < 0) {
		perror("raw_tp_exec");
		return 1;
	}
	sigemptyset(&stop);
	sigaddset(&stop, SIGINT);
	sigaddset(&stop, SIGTERM);
	sigprocmask(SIG_BLOCK, &stop, NULL);
	printf("attached\n");
	fflush(stdout);
	sigwait(&stop, &signal);
	raw_tp_exec_bpf__destroy(skeleton);
	return 0;
}
