/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * qmp: what is said to a QEMU over its monitor to save a guest or to resume one, and nothing else. Owned by vm. It
 * never blocks: commands are sent ahead (QEMU queues them), answers are taken as they come.
 *
 * Protocol: QEMU docs/interop/qmp-intro, qapi/migration.json. The guest's memory is a file that both sides map, so what
 * is migrated is the devices' state alone (capability x-ignore-shared).
 */
#ifndef COREMATRIX_HOST_VM_QMP_H
#define COREMATRIX_HOST_VM_QMP_H

#include <stddef.h>

#include "base/buf.h"

enum qmp_state {
	QMP_WAITING,   /* no answer decides yet */
	QMP_COMPLETED, /* the migration is complete: state saved, or guest resumed */
	QMP_FAILED,
};

struct qmp {
	int fd; /* our end of the socket pair, -1 when unused */
	struct buf pending;
	enum qmp_state state;
	char *error; /* QEMU's words, when failed */
};

/* Ask QEMU to write the guest's state to `state_fd` (which QEMU is handed) and stop it. Returns 0 or a negative errno.
 */
int qmp_save(struct qmp *q, int state_fd);

/* Ask a QEMU started with -incoming defer to take the state from its own descriptor number `qemu_fd`. */
int qmp_resume(struct qmp *q, int qemu_fd);

/* Take what QEMU answered; updates `state`. */
void qmp_step(struct qmp *q);
void qmp_free(struct qmp *q);

#endif
