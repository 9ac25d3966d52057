/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * page_tracks: what changes along the kernels of a run: each field that the objects name, with its offset and size, and
 * what each program costs the verifier. Pure.
 */
#ifndef COREMATRIX_HOST_PAGE_PAGE_TRACKS_H
#define COREMATRIX_HOST_PAGE_PAGE_TRACKS_H

#include <jansson.h>

#include "host/result/result_view.h"

/*
 * [{spec, kind, objects: [number], at: [per kernel [value, size], false where it is not there, or null where it is not
 * known]}], by name; the caller's. A field is what `predict --timeline` calls one: a byte offset, the size of a type,
 * the value of an enumerator. The first object that knows it of a kernel counts.
 */
json_t *page_fields(const struct result_view *v);

/* [{object: number, program, limit, at: [per kernel instructions that the verifier went through, or null]}], the
 * dearest first; the caller's. */
json_t *page_costs(const struct result_view *v);

#endif
