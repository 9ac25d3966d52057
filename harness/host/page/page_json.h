/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * page_json: JSON as it may stand within a script element of an HTML file: without any "<", so that neither "</script"
 * nor "<!--" is in it, whatever the strings are. Pure.
 */
#ifndef COREMATRIX_HOST_PAGE_PAGE_JSON_H
#define COREMATRIX_HOST_PAGE_PAGE_JSON_H

#include <jansson.h>

#include "base/buf.h"

/* Append `value` on one line, its numbers as results.json has them. */
void page_json_add(const json_t *value, struct buf *out);

/*
 * Append the list `values` with each distinct value in it, at any depth, once:
 *
 *   {"k": [["member", …], …], "v": [value, …], "l": [number, …]}
 *
 * "k" holds the members' names of each kind of object. An entry of "v" is a string, a number, true, false or null as it
 * is; a list as [-1, number…]; an object as [its kind's place in "k", number…]. A number is a place in "v", and always
 * of an earlier entry. "l" has the list itself.
 */
void page_json_pack(const json_t *values, struct buf *out);

#endif
