/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * facet_view: what differs between the members of each family of a run (facet.h): the versions of libbpf that loaded an
 * object, its builds, its variants; once for all reports. Pure; it judges nothing.
 *
 * Compared are, on each kernel on which all of them were measured: what they come to; unless one of them is rejected,
 * which of their programs load and attach; what their relocations are resolved to, of each name once, for a compiler
 * may double what it inlines, and those of a program that differ in one way together; and what their programs cost,
 * from a difference on that `diff` would tell, too.
 */
#ifndef COREMATRIX_HOST_RESULT_FACET_VIEW_H
#define COREMATRIX_HOST_RESULT_FACET_VIEW_H

#include <stddef.h>

#include "host/result/facet.h"

/* One object is not the same in all of its members, in one way on one kernel or several. */
struct facet_difference {
	char *object;  /* without the facet */
	char *kernels; /* "6.12 and later" */
	char *text;    /* "rejected:prog-type until 1.1.2, pass from 1.5.0 on" */
};

struct facet_view {
	enum facet facet;
	char *labels; /* "1.1.2, 1.5.0", in the order of the result; "" without families, and of variants */
	struct facet_difference *at;
	size_t count;
	size_t objects; /* that are families */
	size_t alike;   /* of these, those in which nothing differs */
};

/* The caller's: facet_view_free. */
void facet_view_make(const struct result_view *v, enum facet facet, struct facet_view *view);
void facet_view_free(struct facet_view *view);
#define cleanup_facet_view __attribute__((cleanup(facet_view_free)))

/* "Between libbpf 1.1.2, 1.5.0"; the caller's. */
char *facet_view_title(const struct facet_view *view);

#endif
