/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * json_codec: one description of a JSON document serves to write it and to read it, as wire/pack does for messages.
 * Every codec_* call names a member of the current object and the variable it stands for. When reading, a member that
 * is absent or null leaves the variable as it is. The first failure is kept with its place in the document; everything
 * after it does nothing. It knows nothing of results.
 */
#ifndef COREMATRIX_HOST_LIB_JSON_CODEC_H
#define COREMATRIX_HOST_LIB_JSON_CODEC_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "host/lib/strings.h"

struct codec {
	bool writing;
	bool failed;
	struct buf place; /* "cells[3].truth[0]"; the caller frees it */
	const char *name; /* of the document, for errors */
	struct error *err;
};

/* Record that `member` of the current object `what` ("is not a string"). */
void codec_fail(struct codec *x, const char *member, const char *what);

/* Set a member, taking over `value`. Writing only. */
void codec_put(struct codec *x, json_t *node, const char *member, json_t *value);
/* The member, borrowed; NULL when it is absent or null, or reading has failed. Reading only. */
json_t *codec_get(struct codec *x, json_t *node, const char *member);

/* Strings are read through text_set: sanitised, owned by the slot. */
void codec_string(struct codec *x, json_t *node, const char *member, char **slot);
/* A string that has to be there and not empty. */
void codec_key(struct codec *x, json_t *node, const char *member, char **slot);
void codec_bool(struct codec *x, json_t *node, const char *member, bool *slot);
void codec_int(struct codec *x, json_t *node, const char *member, int *slot);
void codec_unsigned(struct codec *x, json_t *node, const char *member, unsigned *slot);
/* Above INT64_MAX a string of decimal digits, as not every reader of JSON keeps larger integers. */
void codec_u64(struct codec *x, json_t *node, const char *member, uint64_t *slot);
void codec_double(struct codec *x, json_t *node, const char *member, double *slot);
/* A time that was not reached: negative in the variable, null in the document. */
void codec_time(struct codec *x, json_t *node, const char *member, double *slot);

/* A list of strings, each read as codec_string does; absent when it is empty. */
void codec_strings(struct codec *x, json_t *node, const char *member, struct strings *list);

/* A term of a closed vocabulary; `name` is what `term` is called, `parse` finds a name's term or -1. Returns the term.
 */
int codec_term(struct codec *x, json_t *node, const char *member, int term, const char *name,
               int (*parse)(const char *name));

/* An object member to describe further: created when writing, NULL when reading and it is absent or no object. */
json_t *codec_object(struct codec *x, json_t *node, const char *member);

/*
 * A list of objects. Writing calls `entry` for each of `count`; reading for each that the document holds, which `entry`
 * has to add to its owner first.
 */
typedef void (*codec_entry)(struct codec *x, json_t *node, void *owner, size_t index);
void codec_list(struct codec *x, json_t *node, const char *member, void *owner, size_t count, codec_entry entry);

#endif
