/* SPDX-License-Identifier: BSD-2-Clause */
/* ini_object: the keys of [object] in an object's ini, one table of them. */
#ifndef COREMATRIX_HOST_OBJECT_INI_OBJECT_H
#define COREMATRIX_HOST_OBJECT_INI_OBJECT_H

#include "host/object/ini_parser.h"

void ini_take_object_key(struct ini_parser *p, const char *name, const char *value);

/* In which line the key was given, 0 when it was not. */
unsigned ini_object_key_line(const struct ini_parser *p, const char *name);

#endif
