/* SPDX-License-Identifier: BSD-2-Clause */
/* ini_line: the lines of an object's ini as inih is to see them; the form of each is checked before that. */
#ifndef COREMATRIX_HOST_OBJECT_INI_LINE_H
#define COREMATRIX_HOST_OBJECT_INI_LINE_H

#include "host/object/ini_parser.h"

/*
 * inih's reader, fgets over our text. It counts lines and hands out each without leading blanks, because inih takes an
 * indented line for the continuation of the one before. A line that is wrong is replaced by an empty one.
 */
char *ini_next_line(char *out, int room, void *ctx);

#endif
