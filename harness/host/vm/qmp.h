/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * qmp: what is said to a QEMU over its monitor to save a guest or to resume one, and nothing else. Owned by vm. It
 * never blocks: commands are sent once QEMU has said which one it is, answers are taken as they come.
 *
 * Protocol: QEMU docs/interop/qmp-intro, qapi/migration.json. Until 9.0 a file is migrated to as `fd:`, which 11
 * refuses; from 9.1 on as `file:`. The guest's memory is a file that both sides map, so what is migrated is the
 * devices' state alone (capability x-ignore-shared).
 */
#ifndef COREMATRIX_HOST_VM_QMP_H
#define COREMATRIX_HOST_VM_QMP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

enum qmp_state {
	QMP_WAITING,   /* no answer decides yet */
	QMP_COMPLETED, /* the migration is complete: state saved, or guest resumed */
	QMP_FAILED,
};

/* What QEMU is asked for. */
enum qmp_wish { QMP_NOTHING, QMP_SAVE, QMP_RESUME };

struct qmp {
	int fd;          /* our end of the socket pair, -1 when unused */
	bool greeted;    /* QEMU has said which one it is */
	bool takes_file; /* that it migrates to a file as `file:` */
	enum qmp_wish wish;
	int wish_fd; /* the state's: ours to hand over, or QEMU's own number */
	struct buf pending;
	enum qmp_state state;
	char *error; /* QEMU's words, when failed */
};

/* Ask QEMU to write the guest's state to `state_fd` (open for writing alone; QEMU is handed it) and stop it. */
void qmp_save(struct qmp *q, int state_fd);

/* Ask a QEMU started with -incoming defer to take the state from its own descriptor number `qemu_fd`. */
void qmp_resume(struct qmp *q, int qemu_fd);

/* Take what QEMU said, ask what is to be asked; updates `state`. */
void qmp_step(struct qmp *q);
void qmp_free(struct qmp *q);

#endif
