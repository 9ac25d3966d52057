/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * qemu_exec: making a QEMU process out of a guest: the files it is handed, the pipes it talks through, the rights it
 * gives up. For vm alone, which owns the process from then on; nothing here waits or reads.
 */
#ifndef COREMATRIX_HOST_VM_QEMU_EXEC_H
#define COREMATRIX_HOST_VM_QEMU_EXEC_H

#include <sys/types.h>

#include "base/error.h"
#include "host/vm/qemu.h"

/* Descriptor number under which QEMU finds the state it is to resume from. */
#define QEMU_STATE_FD 9

struct qemu_process {
	pid_t pid;
	int pidfd;     /* -1 on a host before Linux 5.3 */
	int frames_fd; /* non-blocking read ends */
	int console_fd;
	int monitor_fd; /* our end of the monitor's socket pair; -1 for a guest without memory of its own file */
};

/*
 * Start QEMU for `guest`, whose `frames` and `console` are replaced by pipes; its stdout and stderr go to `log`. It
 * leads a process group of its own and dies with this process. Started by root, it runs as nobody. Returns 0, or a
 * negative errno with `err` filled and nothing left open; a QEMU that is not installed shows only in the log and as
 * exit status 127.
 */
int qemu_exec(const struct qemu_guest *guest, int log, struct qemu_process *process, struct error *err);

#endif
