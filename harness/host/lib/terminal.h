/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * terminal: what the person watching can be shown: whether a stream is a terminal, and what it takes. It asks each time
 * and writes nothing.
 */
#ifndef COREMATRIX_HOST_LIB_TERMINAL_H
#define COREMATRIX_HOST_LIB_TERMINAL_H

#include <stdbool.h>

/* Whether lines on `fd` may be rewritten: it is a terminal, and $TERM names one that can move its cursor. */
bool terminal_is_live(int fd);

/* Whether text on `fd` may carry colours: it is live, and $NO_COLOR is not set or empty (https://no-color.org). */
bool terminal_takes_colour(int fd);

#endif
