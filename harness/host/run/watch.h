/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * watch: for callers that want to know how a run is getting on: calls that the run makes meanwhile, from its own
 * thread. What becomes of them is the watcher's business; they change nothing in the run, and its result does not
 * depend on them.
 */
#ifndef COREMATRIX_HOST_RUN_WATCH_H
#define COREMATRIX_HOST_RUN_WATCH_H

#include <stddef.h>

#include "host/result/result.h"

enum watch_kind {
	WATCH_NOTE,    /* worth knowing */
	WATCH_WARNING, /* something went wrong, and what was done about it */
};

/* A call that is NULL is not made. */
struct watch {
	void *ctx; /* for each of the calls */
	/* A text without a line break at its end; it may have several lines. */
	void (*say)(void *ctx, enum watch_kind kind, const char *text);
	/* `done` of `total` kernels are done, and `what` is at work; often. */
	void (*at_work)(void *ctx, size_t done, size_t total, const char *what);
	/* Kernel `k` of the result is done, the `done`th. */
	void (*kernel_done)(void *ctx, const struct result *r, const struct result_kernel *k, size_t done,
	                    size_t total);
};

/* Each makes a call of `w`, which may be NULL. */
void watch_say(const struct watch *w, enum watch_kind kind, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void watch_at_work(const struct watch *w, size_t done, size_t total, const char *what);
void watch_kernel_done(const struct watch *w, const struct result *r, const struct result_kernel *k, size_t done,
                       size_t total);

#endif
