/* SPDX-License-Identifier: BSD-2-Clause */
/* attach_iterator: the link of an iterator, to whose kind of things it belongs or to a map of its object. */
#ifndef COREMATRIX_AGENT_ATTACH_ATTACH_ITERATOR_H
#define COREMATRIX_AGENT_ATTACH_ATTACH_ITERATOR_H

#include <stdbool.h>

#include <bpf/libbpf.h>

/* Whether more has to be said than its section does: which map, which cgroups. */
bool attach_iterator_is_left(const struct bpf_program *prog);

/*
 * An iterator over the elements of a map gets the first map of `obj` that the kernel takes for it, one over cgroups all
 * there are, from the root down. As bpf_program__attach: NULL with errno set on failure.
 */
struct bpf_link *attach_iterator_link(const struct bpf_program *prog, const struct bpf_object *obj);

#endif
