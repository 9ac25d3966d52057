/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * error: the one way a function says what went wrong.
 *
 * A function that can fail returns 0 (or a count) on success and a negative errno on failure, and fills the
 * `struct error` it was given with a sentence the user can act on: what failed, where, and what to do. The sentence is
 * made where the cause is known, once; callers may put a place in front of it (error_prefix). Only main prints it.
 */
#ifndef COREMATRIX_BASE_ERROR_H
#define COREMATRIX_BASE_ERROR_H

/* Exit statuses of every command; the highest number that applies wins. */
enum exit_status {
	EXIT_AS_EXPECTED = 0,
	EXIT_WORSE = 1,         /* an object is worse than expected, or than its baseline */
	EXIT_USAGE = 2,         /* usage or configuration error */
	EXIT_INFRA = 3,         /* could not measure */
	EXIT_CONTRADICTION = 4, /* the harness contradicts itself */
};

struct error {
	int code;                /* positive errno, 0 when nothing failed */
	enum exit_status status; /* what the command should exit with: EXIT_USAGE or EXIT_INFRA */
	char *text;              /* owned; NULL when nothing failed */
};

/*
 * Record a failure of the environment (disk, network, QEMU): exit status 3. `code` is a positive errno.
 * Returns -code. `err` may be NULL. An error already recorded is replaced.
 */
int error_set(struct error *err, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Record a mistake in what the user gave (option, file, object): exit status 2. Returns -EINVAL. */
int error_usage(struct error *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Put a formatted text in front of a recorded error; returns -err->code, so `return error_prefix(…)` reads well. */
int error_prefix(struct error *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Free the text and make `err` as new. Usable as a cleanup attribute through `cleanup_error`. */
void error_clear(struct error *err);
#define cleanup_error __attribute__((cleanup(error_clear)))

#endif
