/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * attach_struct_ops: struct_ops that are registered put to use, where nothing does that by itself: a queueing
 * discipline on the loopback, which subjects' packets leave by. And what makes the members of each kind of struct run.
 */
#ifndef COREMATRIX_AGENT_ATTACH_ATTACH_STRUCT_OPS_H
#define COREMATRIX_AGENT_ATTACH_ATTACH_STRUCT_OPS_H

#include <stdint.h>

#include <bpf/libbpf.h>

#include "agent/attach/attach.h"

/* Bits of enum trigger, 0 when nothing is known of such a struct. `map` is one of `obj`, registered or not. */
uint64_t attach_struct_ops_drives(const struct bpf_object *obj, const struct bpf_map *map);

/*
 * For a `map` of `obj` that has been registered: `*out` is NULL when there is nothing to do. Returns 0, or a negative
 * errno with a line that says at which step it failed. To be undone (attachment_undo) before it is unregistered.
 */
int attach_struct_ops_use(const struct bpf_object *obj, const struct bpf_map *map, struct attachment **out,
                          struct error *err);

#endif
