/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vm: one QEMU process, from start to its last byte: its pipes, its deadlines, its privileges, its end. It feeds a
 * session with frames and a console with text, writes console.log, qemu.log and qemu.sh into its directory, and says in
 * one line why it measured nothing when it did not. Driven by the scheduler's poll loop; it never blocks. QEMU dies
 * with this process and takes what it started along, runs as nobody when this process is root, and sees no file but
 * those it is handed.
 */
#ifndef COREMATRIX_HOST_VM_VM_H
#define COREMATRIX_HOST_VM_VM_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "host/vm/qemu.h"
#include "host/vm/session.h"
#include "host/vm/snapshot.h"

#define VM_POLL_FDS 4

/*
 * How long each part may take, milliseconds of silence: every byte on the console or the channel starts the part's time
 * anew, up to VM_PATIENCE times the whole.
 */
struct vm_deadlines {
	int64_t boot_ms; /* QEMU start to hello */
	int64_t ready_ms;
	int64_t cell_ms;
	int64_t end_ms; /* end frame, or both pipes closed, to QEMU's end */
};

#define VM_PATIENCE 4

/* Generous for TCG on a loaded machine. */
struct vm_deadlines vm_deadlines_default(void);

/* What a VM is for. */
enum vm_mode {
	VM_RUN,    /* boot and run a job */
	VM_SAVE,   /* boot until ready, save the guest's memory and state, end */
	VM_RESUME, /* take a saved guest and have it run a job */
	VM_PROBE,  /* boot until hello, end */
};

struct vm_options {
	enum vm_mode mode;
	struct qemu_guest guest; /* paths of kernel, initrd, job; frames and console are vm's own */
	const char *save_to;     /* VM_SAVE: path for the devices' state; guest.ram holds the memory */
	const char *directory;   /* exists; for the files named above */
	const char *suffix;      /* of their names: "" or "-2" for a second attempt */
	struct session *session; /* borrowed */
	struct vm_deadlines deadlines;
};

/* For what `o->mode` is: have the guest saved as `s`, or resumed from it; neither for the other modes. Borrowed. */
void vm_options_take_saved(struct vm_options *o, const struct snapshot *s);

struct vm;

/* Start QEMU. Returns 0, or a negative errno with `err` filled; the caller frees with vm_free, which kills. */
int vm_start(const struct vm_options *o, struct vm **vm, struct error *err);

/* Fill `fds` (VM_POLL_FDS entries, fd -1 for unused) with what to poll for. */
void vm_poll_fds(const struct vm *vm, struct pollfd *fds);

/* When vm_step wants to be called at the latest, clock_ms(). */
int64_t vm_wake_ms(const struct vm *vm);

/* Take what came. Returns true when QEMU has ended and was reaped. */
bool vm_step(struct vm *vm);

/* Kill QEMU; `reason` is why it measured nothing. vm_step then reports the end. */
void vm_kill(struct vm *vm, const char *reason);

/*
 * After the end: NULL when everything is as it must be, else why not; vm's own. For a job that is the end frame, every
 * checksum and QEMU's exit status; for a guest to be saved, that QEMU saved it.
 */
const char *vm_reason(const struct vm *vm);

/* True when the guest's kernel itself said that it is lost. */
bool vm_crashed(const struct vm *vm);

/* Milliseconds from QEMU's start: to the first console byte (negative: none) and to its end. */
double vm_console_ms(const struct vm *vm);
double vm_total_ms(const struct vm *vm);
int64_t vm_started_ms(const struct vm *vm); /* clock_ms() */

/* The last lines of the console; the caller frees it. */
char *vm_console_tail(const struct vm *vm);

void vm_free(struct vm *vm);

#endif
