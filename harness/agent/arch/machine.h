/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * machine: what the agent needs of the guest's hardware, and what else depends on the processor. Each architecture
 * implements it in a machine_NAME.c, of which the Makefile takes one; nothing else in the agent knows the processor. It
 * needs no driver, for a distribution's kernel has most of them as modules. Owned by PID 1. Knows bytes, not frames.
 */
#ifndef COREMATRIX_AGENT_ARCH_MACHINE_H
#define COREMATRIX_AGENT_ARCH_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

/* Get access to the devices. Returns 0, or a negative errno when the kernel refuses or they are not there. */
int machine_open(struct error *err);

/* For these: say in `err`, by errno, that the kernel refuses `what`; -errno. */
int machine_refused(const char *what, struct error *err);

/* Send bytes to the host. */
void machine_send(const void *bytes, size_t len);

/*
 * Append the file that the host hands over as `name`; up to 511 zeros may follow what it has. Returns 0, or -ENOENT
 * when there is none (no error text then).
 */
int machine_read_file(const char *name, struct buf *out);

/* Whether a timer that is set while the guest is saved rings in one that is resumed. */
extern const bool machine_keeps_timers;

/* End QEMU at once; the host's struct arch knows which exit status `code` becomes. */
_Noreturn void machine_exit(uint8_t code);

/* What the names of the functions begin with that are the entries of system calls. */
extern const char machine_syscall_prefix[];

/* The file of sysfs that has the numbers of the serial line that is the console. */
extern const char machine_serial_numbers[];

/*
 * What a static glibc calls here where it would make the system call `call` if that were there: architectures that came
 * late have no rename, unlink, mkdir and the like.
 */
const char *machine_syscall(const char *call);

/* A place in this binary with a USDT note of this name, where both values are the note's arguments. */
#define MACHINE_USDT_PROVIDER "corematrix"
#define MACHINE_USDT_NAME "call"
void machine_usdt_call(long first, long second);

#endif
