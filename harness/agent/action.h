/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * action: what a subject does beside its exec: works on a file, or talks TCP to itself over the loopback, and says what
 * it touched as the system calls told it. Runs in the subject's own process, with libc. It knows nothing of events.
 */
#ifndef COREMATRIX_AGENT_ACTION_H
#define COREMATRIX_AGENT_ACTION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

enum action {
	ACTION_NONE,
	ACTION_FILE, /* create, write, read, stat, rename, unlink */
	ACTION_TCP4, /* listen, connect, accept, a few bytes both ways, close; all in one process */
	ACTION_TCP6,
	ACTION_COUNT,
};

/* Names of the file in the directory it is made in: until the rename, and from then on. */
#define ACTION_FILE_NAME "cm-file-one"
#define ACTION_FILE_RENAMED "cm-file-two"

/* Travels through a pipe between two images of the same program. */
struct action_result {
	int32_t failure; /* errno of what could not be done, 0 */
	char failed_call[16];
	bool skipped;            /* this kernel has no such network */
	uint64_t ino, dev, size; /* from stat, the file written and not yet renamed */
	uint8_t address[16];     /* of both ends; the first 4 bytes for IPv4 */
	uint16_t family;         /* AF_INET, AF_INET6 */
	uint16_t client_port, server_port;
};

/* Do it. `directory` is where files go and must be writable for the caller's user. */
void action_perform(enum action action, const char *directory, struct action_result *out);

/* Bring the loopback interface up. Returns 0 or a negative errno. */
int action_loopback_up(struct error *err);

#endif
