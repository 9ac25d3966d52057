/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * version_view: what differs between the versions of libbpf under which a run has loaded its objects (run --libbpf),
 * once for all reports. Pure; it judges nothing.
 */
#ifndef COREMATRIX_HOST_RESULT_VERSION_VIEW_H
#define COREMATRIX_HOST_RESULT_VERSION_VIEW_H

#include <stddef.h>

#include "host/result/result_view.h"

/* One object is not the same under each version, in one way on one kernel or several. */
struct version_difference {
	char *object;  /* without its version */
	char *kernels; /* "6.12 and later" */
	char *text;    /* "rejected:prog-type until 1.1.2, pass from 1.5.0 on" */
};

struct version_view {
	char *versions; /* "1.1.2, 1.5.0", oldest first; "" when the run knows of one alone, or of none */
	struct version_difference *at;
	size_t count;
	size_t objects; /* that were loaded under several versions */
	size_t alike;   /* of these, those that are the same under each, on every kernel on which all were measured */
};

/* The caller's: version_view_free. */
void version_view_make(const struct result_view *v, struct version_view *versions);
void version_view_free(struct version_view *versions);
#define cleanup_version_view __attribute__((cleanup(version_view_free)))

#endif
