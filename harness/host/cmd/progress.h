/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * progress: what a person sees on stderr while a matrix runs: a live line on a terminal, and always one plain line per
 * kernel.
 */
#ifndef COREMATRIX_HOST_CMD_PROGRESS_H
#define COREMATRIX_HOST_CMD_PROGRESS_H

#include "host/run/watch.h"

extern const struct watch progress_watch;

/* Take the live line away, before anything else is written. */
void progress_clear(void);

#endif
