/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * facet: what tells the objects of a run apart that are one object all the same: the version of libbpf, the build, the
 * variant; and which of them are a family, which differs in one facet alone. It owns the names
 * NAME+VARIANT@BUILD@LIBBPF as they are read. Pure.
 */
#ifndef COREMATRIX_HOST_RESULT_FACET_H
#define COREMATRIX_HOST_RESULT_FACET_H

#include <stdbool.h>
#include <stddef.h>

#include "host/result/result_view.h"

enum facet { FACET_BUILD, FACET_LIBBPF, FACET_VARIANT, FACET_COUNT };

struct facet_member {
	size_t object;     /* number in the result */
	const char *label; /* "1.5.0", "clang-14", "quiet"; of the object without a variant "plain" */
};

struct facet_family {
	char *name; /* of the object, without this facet */
	struct facet_member *members;
	size_t count; /* at least 2; in the order of the result */
};

struct facet_families {
	struct facet_family *at;
	size_t count;
};

/* "builds", "libbpf", "variants" */
const char *facet_words(enum facet facet);
/* Whether its labels are versions, each newer than the one before. */
bool facet_is_ordered(enum facet facet);

/* The caller's: facet_families_free. */
void facet_families_find(const struct result_view *v, enum facet facet, struct facet_families *families);
void facet_families_free(struct facet_families *families);
#define cleanup_facet_families __attribute__((cleanup(facet_families_free)))

#endif
