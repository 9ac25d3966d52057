/* SPDX-License-Identifier: BSD-2-Clause */
/* ini_section: which sections an object's ini has, and what a line in each of them means. */
#ifndef COREMATRIX_HOST_OBJECT_INI_SECTION_H
#define COREMATRIX_HOST_OBJECT_INI_SECTION_H

#include "host/object/ini_parser.h"

/* A section begins. */
void ini_take_header(struct ini_parser *p, const char *name);

/* KEY = VALUE in a section that is not a variant's. */
void ini_take_line(struct ini_parser *p, const char *section, const char *name, const char *value);

/* The members of an event in C, which may go over several lines. */
void ini_take_layout(struct ini_parser *p, const char *value);

/* inih's handler: 1 always, as mistakes are collected here and not by stopping. `ctx` is the parser. */
int ini_take_pair(void *ctx, const char *section, const char *name, const char *value);

#endif
